/* gate_outside.c - see gate_outside.h
 * SPDX-License-Identifier: MIT */
#include "tests/unit/gate_outside.h"

#include <stdlib.h>

#include "ipc/ask.h"
#include "ipc/replica.h"
#include "kernel/memory/pool.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/fixup.h"
#include "kernel/memory/user.h"
#include "kernel/arch/segments.h"
#include "kernel/memory/vspace.h"
#include "percpu/backlog.h"
#include "percpu/clock.h"
#include "percpu/counters.h"
#include "percpu/far.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "percpu/machine.h"
#include "tests/unit/gate_machine.h"
#include "tests/unit/host_frames.h"

uint64_t machine_time;
bool machine_full;

struct view *view_loaded;
struct birth birth;
struct machine machine;
uint64_t defences_off;
struct sent machine_sent[SENT_MOST];
unsigned machine_sent_count, machine_records;
bool machine_rings_full;
uint64_t counters[COUNTER_COUNT];
struct backlog_record *backlog_oldest;

static struct host_frames frames;

void outside_open(void)
{
	host_frames_open(&frames);
	machine_time = 1000000;
	machine_full = false;
	machine.acpi.core_count = CORES;
}

void outside_close(void)
{
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		free(replicas[server]->view);
		*replicas[server] = (struct replica){ 0 };
	}
	host_frames_close(&frames);
}

struct view *view_nobodys(void)
{
	static struct view nobodys;

	return &nobodys;
}

void view_activate(struct view *view)
{
	view_loaded = view;
}

status_t replica_create(enum server server, struct replica *replica)
{
	if (machine_full)
		return STATUS_NO_MEMORY;
	replica->view = calloc(1, sizeof(*replica->view));
	replica->entry = SERVICE_RIP + server * SERVICE_STEP;
	replica->door = SERVICE_DOOR + server * SERVICE_STEP;
	for (replica->spares = 0; replica->spares < SPARE_STACKS + 1; replica->spares++)
		replica->spare[replica->spares] = replica->door + SERVICE_STEP * SERVER_COUNT * (replica->spares + 1);
	return STATUS_OK;
}

void replica_destroy(struct replica *replica)
{
	if (view_loaded == replica->view)
		view_loaded = NULL;
	free(replica->view);
	replica->view = NULL;
	replica->place = 0;
}

void log_line(const char *room, const char *fmt, ...)
{
	(void)room;
	(void)fmt;
}

uint64_t clock_now(void)
{
	return machine_time;
}

void clock_arm(uint64_t deadline)
{
	(void)deadline;
}

void clock_arm_by(uint64_t deadline)
{
	clock_arm(deadline);
}

uint64_t frame_take(enum frame_type type)
{
	(void)type;
	return machine_full ? 0 : host_frames_take(&frames);
}

void frame_give(uint64_t frame)
{
	host_frames_give(&frames, frame);
}

status_t backlog_provide(unsigned threads)
{
	(void)threads;
	return STATUS_OK;
}

void fpu_open(void)
{
}

void fpu_clear(struct fpu *fpu)
{
	(void)fpu;
}

void fpu_save(struct fpu *fpu)
{
	(void)fpu;
}

void fpu_load(const struct fpu *fpu)
{
	(void)fpu;
}

/* The machine goes to user mode by itself, and no thread leaves its core. */
void registers_resume(const struct registers *registers)
{
	(void)registers;
	abort();
}

struct view *view_get(struct vspace *space)
{
	(void)space;
	abort();
}

void vspace_join(struct vspace *space, unsigned core)
{
	(void)space;
	(void)core;
	abort();
}

static void send(unsigned core, const struct message *message)
{
	assert_true(core && core < CORES && machine_sent_count < SENT_MOST);
	machine_sent[machine_sent_count++] = (struct sent){ core, *message };
}

void inbox_expect(unsigned core)
{
	assert_true(core && core < CORES);
}

void inbox_send_call(unsigned core, struct message *message)
{
	assert_int_equal(message->kind, MESSAGE_call_at);
	send(core, message);
	if (machine_rings_full)
		backlog_oldest = (struct backlog_record *)machine_sent;
}

void inbox_send_leaf(unsigned core, struct message *message)
{
	assert_int_equal(message->kind, MESSAGE_answered);
	send(core, message);
}

/* Each is memory of its own, so that what is used after it was given back shows. */
void *pool_take(struct pool *pool)
{
	if (machine_full)
		return NULL;
	machine_records++;
	return malloc(pool->size);
}

void pool_give(struct pool *pool, void *object)
{
	(void)pool;
	machine_records--;
	free(object);
}

const far void *far_physical(uint64_t physical)
{
	(void)physical;
	abort();
}

void far_copy(void *to, const far void *from, size_t size)
{
	(void)to;
	(void)from;
	(void)size;
	abort();
}

static void thread_gone(struct task *task)
{
	assert_true(task->process_id);
}

const struct linux_service linux_service = { .thread_gone = thread_gone };

/* Nothing is lent here. */
status_t user_copy_in(void *to, uint64_t from, size_t size)
{
	(void)to, (void)from, (void)size;
	abort();
}

status_t user_copy_out(uint64_t to, const void *from, size_t size)
{
	(void)to, (void)from, (void)size;
	abort();
}

/* Nor asked. */
int64_t ask_kernel(struct thread *thread)
{
	(void)thread;
	abort();
}

size_t fixup_copy(void *to, const void *from, size_t size)
{
	(void)to, (void)from, (void)size;
	abort();
}

void segments_set_idle(void)
{
	abort();
}
