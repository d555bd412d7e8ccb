/* process.c - see process.h: the home's side
 * SPDX-License-Identifier: MIT */
#include "services/linux/process.h"

#include "lib/core_set.h"
#include "services/linux/children.h"
#include "services/linux/console.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"

enum {
	BUCKETS = 32,
	SEQUENCE_MAX = 1 << 22, /* ids stay below 2^30, the room a futex word has for them */
	RESERVE_PRIVATE = 128,  /* frames that new processes and threads leave to those that run already */
	RESERVE_SHARED = 32,
	FIRST = 1,
};

static struct process *table[BUCKETS]; /* of this home */
static uint32_t sequence;

static struct process **bucket_of(uint32_t id)
{
	return &table[(id - 1) / 256 % BUCKETS];
}

static struct process *find(uint32_t id)
{
	struct process *process = *bucket_of(id);

	while (process && process->id != id)
		process = process->next;
	return process;
}

/* Process and thread ids are one space, as on Linux: the home in the low 8 bits, counted from 1. */
static uint32_t new_id(void)
{
	uint32_t id;

	do { /* bounded: fewer processes live than there are numbers */
		id = sequence * 256 + kernel_core() + 1;
		sequence = (sequence + 1) % SEQUENCE_MAX;
	} while (find(id));
	return id;
}

static bool is_room(void)
{
	return memory_service.free_frames(FRAME_PRIVATE) > RESERVE_PRIVATE &&
	       memory_service.free_frames(FRAME_SHARED) > RESERVE_SHARED;
}

struct process *process_create(const struct process *parent, struct vspace *space, const char *executable)
{
	struct process *process = is_room() ? kernel_page_take() : NULL;
	struct descriptors *descriptors = NULL;

	if (process)
		descriptors = parent ? descriptors_copy(parent->descriptors) : console_descriptors();
	if (!descriptors) {
		if (process)
			kernel_page_give(process);
		return NULL;
	}
	*process = (struct process){
		.id = new_id(),
		.parent_id = parent ? parent->id : 0,
		.threads = 1,
		.space = space,
		.descriptors = descriptors,
		.executable = executable,
	};
	process->next = *bucket_of(process->id);
	*bucket_of(process->id) = process;
	return process;
}

void process_discard(struct process *process)
{
	struct process **link = bucket_of(process->id);

	while (*link != process)
		link = &(*link)->next;
	*link = process->next;
	descriptors_destroy(process->descriptors);
	kernel_page_give(process);
}

void processes_visit(void (*visit)(const void *page))
{
	for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
		for (struct process *process = table[bucket]; process; process = process->next)
			visit(process);
}

void process_files_visit(void (*visit)(const void *page))
{
	for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
		for (const struct process *process = table[bucket]; process; process = process->next)
			descriptors_visit(process->descriptors, visit);
}

static void stop_lending(struct process *process, struct vspace *space)
{
	if (process->lent)
		kernel_reply(process->lender, 0);
	process->lent = false;
	kernel_vspace_release(space);
}

/* The last thread is gone. */
static void finish(struct process *process)
{
	uint64_t word[CALL_WORDS] = { process->parent_id, process->id, (uint64_t)process->status };

	if (process->id == FIRST) {
		kernel_finish(process->status & 127 ? 128 + (process->status & 127) : process->status >> 8 & 255);
		return;
	}
	stop_lending(process, process->space);
	children_orphan(process);
	kernel_notify(process_home(process->parent_id), SERVICE_LINUX, LINUX_CHILD_GONE, word);
	process_discard(process);
}

static int64_t begin_exit(struct process *process, int32_t status)
{
	uint64_t word[CALL_WORDS] = { process->id };
	struct core_set cores;

	if (process->exiting)
		return 0;
	process->status = status;
	__atomic_store_n(&process->exiting, 1, __ATOMIC_SEQ_CST); /* E1 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	kernel_vspace_cores(process->space, &cores); /* E2 */
	core_set_for_each(core, &cores) /* E3; this core last: it may end the process under our feet */
		if (core != kernel_core())
			kernel_notify(core, SERVICE_LINUX, LINUX_KILL_HERE, word);
	kernel_kill_threads(process->id);
	return 0;
}

static int64_t thread_gone(uint32_t id, int32_t status)
{
	struct process *process = find(id);

	if (!process)
		return 0;
	if (!process->exiting)
		process->status = status;
	if (--process->threads == 0)
		finish(process);
	return 0;
}

static int64_t thread_add(struct process *process)
{
	if (process->exiting || !is_room())
		return -LINUX_EAGAIN;
	process->threads++;
	return new_id();
}

static int64_t executed(struct process *process, struct vspace *space, const char *executable)
{
	struct vspace *before = process->space;

	process->space = space;
	process->executable = executable;
	stop_lending(process, before);
	return process->exiting ? -LINUX_EAGAIN : 0;
}

static int64_t lend(struct process *process, struct reply_to lender)
{
	process->lent = true;
	process->lender = lender;
	return CALL_PARKED;
}

static int64_t signal_process(uint32_t id, int signal)
{
	struct process *process = find(id);

	if (!process)
		return -LINUX_ESRCH;
	if (!signal || id == FIRST)
		return 0; /* others cannot end the first process, as on Linux */
	return begin_exit(process, signal);
}

/* Held before anything that this home says of the space's end can reach the space's home: messages of one core arrive in order, of two
 * they do not, so what ends the hold comes by way of here, too. */
static int64_t hold_space(uint32_t id)
{
	struct process *process = find(id);

	if (!process || process->exiting)
		return -LINUX_ESRCH;
	kernel_vspace_hold_for(process->space);
	return (int64_t)process->space;
}

int64_t process_serve(const struct call *call)
{
	struct process *process = (struct process *)call->word[0];
	uint32_t id = (uint32_t)call->word[0], child = (uint32_t)call->word[1];

	switch ((enum linux_operation)call->operation) {
	case LINUX_THREAD_ADD:
		return thread_add(process);
	case LINUX_THREAD_GONE:
		return thread_gone(id, (int32_t)call->word[1]);
	case LINUX_EXIT:
		process = find(id);
		return process ? begin_exit(process, (int32_t)call->word[1]) : 0;
	case LINUX_KILL_HERE:
		kernel_kill_threads(id);
		return 0;
	case LINUX_CHILD_ADD:
		process = find(id);
		return process ? children_add(process, child) : -LINUX_EAGAIN;
	case LINUX_CHILD_FORGET:
		process = find(id);
		if (process)
			children_forget(process, child);
		return 0;
	case LINUX_CHILD_GONE:
		process = find(id);
		if (process)
			children_gone(process, child, (int32_t)call->word[2]);
		return 0;
	case LINUX_ORPHAN:
		process = find(id);
		if (process)
			process->parent_id = FIRST;
		return 0;
	case LINUX_WAIT:
		process = find(id);
		return process ? children_wait(process, call) : -LINUX_ECHILD;
	case LINUX_WAIT_CANCEL:
		process = find(id);
		if (process)
			children_cancel(process, (struct reply_to){ (uint32_t)call->word[1], call->word[2] });
		return 0;
	case LINUX_LEND:
		return lend(process, call->reply_to);
	case LINUX_EXECUTED:
		return executed(process, (struct vspace *)call->word[1], (const char *)call->word[2]);
	case LINUX_SPACE:
		return hold_space(id);
	case LINUX_SPACE_BACK:
		kernel_vspace_release((struct vspace *)call->word[0]);
		return 0;
	case LINUX_SIGNAL:
		return signal_process(id, (int)call->word[1]);
	case LINUX_FILE_GONE:
		file_gone((struct file *)call->word[0]);
		return 0;
	default:
		return STATUS_NO_CALL;
	}
}

int64_t process_exit(int32_t status)
{
	struct task *task = kernel_task();
	uint32_t id = task->process_id;

	task->exit_status = status;
	if (process_home(id) == kernel_core()) {
		begin_exit(find(id), status);
		return CALL_PARKED;
	}
	kernel_notify(process_home(id), SERVICE_LINUX, LINUX_EXIT, (uint64_t[CALL_WORDS]){ id, (uint64_t)status });
	return kernel_sleep(); /* until the kill reaches this core */
}
