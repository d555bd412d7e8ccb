/* audit.c - see audit.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/audit.h"

#include "abi/services.h"
#include "kernel/arch/cpu.h"
#include "kernel/entry/domain.h"
#include "kernel/entry/panic.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/loans.h"
#include "kernel/memory/object.h"
#include "kernel/memory/pool.h"
#include "kernel/memory/view.h"
#include "kernel/memory/vspace.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/backlog.h"
#include "percpu/clock.h"
#include "percpu/counters.h"
#include "percpu/far.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "sched/dispatch.h"
#include "sched/thread.h"

/* Of one type: how many frames, and the sum of their mixed addresses. */
struct tally {
	uint64_t frames, mix;
};

struct account {
	struct tally table[FRAME_TYPES], found[FRAME_TYPES];
};

bool audit_frozen;
static uint64_t rested; /* the messages that this core had sent when it went to sleep, plus 1; 0: it has not */
static struct account account;

void audit_freeze(const struct message *message)
{
	audit_frozen = true;
	clock_arm(clock_now()); /* a program that runs is interrupted now */
	inbox_acknowledge(message->from);
}

void audit_rest(bool backlog)
{
	if (backlog) {
		cpu_pause();
		return;
	}
	frame_give_flush();
	rested = counters[COUNTER_messages] + 1;
	if (inbox_leave())
		dispatch_sleep();
}

static uint64_t messages_of(unsigned core)
{
	return far_read64(far_of(core, &counters[COUNTER_messages]));
}

static bool is_at_rest(unsigned core)
{
	const struct mailbox *mailbox = direct(machine.memory[core].mailbox);

	return __atomic_load_n(&mailbox->attention, __ATOMIC_ACQUIRE) == ATTENTION_AWAY &&
	       !__atomic_load_n(&mailbox->pending[MESSAGE_LEAF], __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&mailbox->pending[MESSAGE_CALL], __ATOMIC_ACQUIRE) &&
	       far_read64(far_of(core, &rested)) == messages_of(core) + 1;
}

static bool all_at_rest(const struct core_set *others)
{
	core_set_for_each(core, others)
		if (!is_at_rest(core))
			return false;
	return !inbox_pending() && !backlog_waits();
}

static uint64_t sum_messages(const struct core_set *others)
{
	uint64_t sum = counters[COUNTER_messages];

	core_set_for_each(core, others)
		sum += messages_of(core);
	return sum;
}

/* Until each has been seen asleep, and nobody has sent anything between the first look and the last. */
static void settle(const struct core_set *others)
{
	uint64_t before;

	do {
		inbox_drain();
		(void)inbox_flush_backlog();
		cpu_pause();
		before = sum_messages(others);
	} while (!all_at_rest(others) || sum_messages(others) != before); /* bounded: without programs, messages come to an end */
}

static void add(struct tally *tally, uint64_t frame)
{
	uint64_t mixed = frame / PAGE_SIZE * UINT64_C(0x9e3779b97f4a7c15);

	tally->frames++;
	tally->mix += mixed ^ mixed >> 32;
}

static void in_table(enum frame_type type, uint64_t frame)
{
	add(&account.table[type], frame);
}

static void found(enum frame_type type, uint64_t frame)
{
	add(&account.found[type], frame);
}

static void page_found(const void *page)
{
	found(FRAME_service, direct_physical(page));
}

static void files_page_found(const void *page)
{
	found(FRAME_files, direct_physical(page));
}

static void count(void)
{
	frames_visit(in_table);
	loans_visit(found);
	views_visit(found);
	domain_inner_visit(found);
	vspaces_visit(found);
	objects_visit(found);
	for (struct thread *thread = thread_first(); thread; thread = thread->all_next)
		found(FRAME_thread, direct_physical(thread));
	linux_service.visit_pages(page_found);
	linux_service.visit_files(files_page_found);
	account.found[FRAME_free].frames = frames_unused();
	account.found[FRAME_pool].frames = pool_frames;
	account.found[FRAME_backlog].frames = backlog_pages;
}

void audit_count(const struct message *message)
{
	count();
	inbox_acknowledge(message->from);
}

static void add_account(struct account *sum, unsigned core)
{
	struct account theirs;

	far_copy(&theirs, far_of(core, &account), sizeof(theirs));
	for (unsigned type = 0; type < FRAME_TYPES; type++) {
		sum->table[type].frames += theirs.table[type].frames;
		sum->table[type].mix += theirs.table[type].mix;
		sum->found[type].frames += theirs.found[type].frames;
		sum->found[type].mix += theirs.found[type].mix;
	}
}

/* What boot has placed is not looked for: nobody gives it back. */
static bool agrees(const struct account *sum, enum frame_type type)
{
	bool numbers_only = type == FRAME_free || type == FRAME_pool || type == FRAME_backlog;

	return type == FRAME_boot || (sum->table[type].frames == sum->found[type].frames &&
				      (numbers_only || sum->table[type].mix == sum->found[type].mix));
}

static void judge(const struct account *sum)
{
	uint64_t frames = 0;
	unsigned wrong = 0;

	for (unsigned type = 0; type < FRAME_TYPES; type++) {
		frames += sum->table[type].frames;
		if (agrees(sum, (enum frame_type)type))
			continue;
		log_line("audit", "%s: %lu frames in the table, %lu found%s", frame_type_name((enum frame_type)type),
			 sum->table[type].frames, sum->found[type].frames,
			 sum->table[type].frames == sum->found[type].frames ? ", but not the same ones" : "");
		wrong++;
	}
	if (wrong)
		panic("frames are lost, or are where they should not be");
	log_line("audit", "%lu frames, %lu of them free: all accounted for", frames, sum->table[FRAME_free].frames);
}

void audit_frames(void)
{
	struct core_set others = { { 0 } };
	static struct account sum;
	char value[sizeof("planted")];

	if (!command_line_value(machine.boot.command_line, "audit", value, sizeof(value)))
		return;
	if (!strcmp(value, "planted"))
		(void)frame_take(FRAME_user); /* lost: how else would one see that it is missed? */
	for (unsigned core = 0; core < machine_cores(); core++)
		if (core != this_core())
			core_set_add(&others, core);
	audit_frozen = true;
	inbox_ask_all(&others, &(struct message){ .kind = MESSAGE_freeze });
	settle(&others);
	inbox_ask_all(&others, &(struct message){ .kind = MESSAGE_audit });
	count();
	for (unsigned core = 0; core < machine_cores(); core++)
		add_account(&sum, core);
	judge(&sum);
}
