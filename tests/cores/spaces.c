/* spaces.c - see spaces.h
 * SPDX-License-Identifier: MIT */
#include "tests/cores/spaces.h"

#include <string.h>

#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/loans.h"
#include "percpu/log.h"

struct vspace *space;
_Thread_local struct view *space_view;
_Thread_local unsigned space_told;

static _Thread_local int64_t answer;
static _Thread_local bool waits, waits_for_loan;
static _Thread_local enum loans loans;
static unsigned closing;
static bool closed;

unsigned kernel_core(void)
{
	return this_core();
}

unsigned kernel_core_count(void)
{
	return machine_cores();
}

unsigned kernel_distance(unsigned core_a, unsigned core_b)
{
	return core_a == core_b ? 0 : core_a / 2 == core_b / 2 ? 1 : 3;
}

void log_collect(unsigned core)
{
	(void)core;
}

static void *take_page(void)
{
	uint64_t frame = frame_take(FRAME_backlog);

	return frame ? direct(frame) : NULL;
}

_Thread_local void *(*const backlog_page)(void) = take_page;

static void page_moved(const struct vspace *its_space, uint64_t old_frame)
{
	(void)its_space;
	(void)old_frame;
}

void (*const copy_moved)(const struct vspace *space, uint64_t old_frame) = page_moved;

/* words: operation and its four arguments */
static void request_arrived(const struct message *message)
{
	int64_t result = vspace_change(space, (enum vspace_operation)message->word[0], &message->word[1]);
	struct message reply = { .kind = MESSAGE_reply, .word = { (uint64_t)result } };

	inbox_send_leaf(message->from, &reply);
}

static void invalidate_arrived(const struct message *message)
{
	space_told++;
	vspace_invalidate(message);
}

static void reply_arrived(const struct message *message)
{
	answer = (int64_t)message->word[0];
	waits = false;
}

const message_handler message_handlers[MESSAGE_KIND_COUNT] = {
	[MESSAGE_reply] = reply_arrived,
	[MESSAGE_invalidate] = invalidate_arrived,
	[MESSAGE_frames] = frames_came_home,
	[MESSAGE_lent] = loans_arrived,
	[MESSAGE_borrow] = loans_asked,
	[MESSAGE_request] = request_arrived,
};

void space_interrupt(void)
{
	do {
		inbox_listen();
		inbox_drain();
		(void)inbox_flush_backlog();
		if (loans_unsettled) {
			enum loans now = loans_go_on(waits_for_loan);

			loans = now == LOANS_NOTHING ? loans : now;
		}
	} while (!inbox_leave());
}

int64_t space_change(enum vspace_operation operation, uint64_t start, uint64_t size, uint64_t third,
		     uint64_t fourth)
{
	struct message message = { .kind = MESSAGE_request, .word = { operation, start, size, third, fourth } };

	unsigned changer = vspace_changer(space, operation, start, size);

	if (changer == this_core())
		return vspace_change(space, operation, &message.word[1]);
	waits = true;
	inbox_send_call(changer, &message);
	for (;;) {
		space_interrupt();
		if (!waits)
			return answer;
		play_sleep();
	}
}

/* What the event loop does for a thread that is parked. */
static enum loans wait_for_loan(void)
{
	loans = LOANS_NOTHING;
	waits_for_loan = true;
	loans_unsettled = true;
	for (;;) {
		space_interrupt();
		if (loans != LOANS_NOTHING)
			break;
		play_sleep();
	}
	waits_for_loan = false;
	return loans;
}

status_t space_access(uint64_t address, enum access access, void **page)
{
	status_t status;

	if (loans_unsettled) /* the timer has fired */
		space_interrupt();
	while ((status = processor_access(space_view, address, access, space_interrupt, page)) == STATUS_NO_PAGE)
		if (wait_for_loan() == LOANS_REFUSED)
			return STATUS_NO_MEMORY;
	return status;
}

struct vspace *space_fork(struct vspace *of)
{
	struct vspace *copy;
	uint64_t address;
	status_t status;

	while (!(copy = vspace_fork(of, &status)) && status == STATUS_NO_PAGE) {
		for (address = 0; (status = vspace_fill_shared(of, &address)) != STATUS_OK; space_interrupt())
			if (status == STATUS_NO_MEMORY || (status == STATUS_NO_PAGE && wait_for_loan() == LOANS_REFUSED))
				return NULL;
	}
	return copy;
}

void space_open(uint64_t heap_start)
{
	frames_open();
	if (play_place() == 0) {
		space = vspace_create(heap_start);
		play_must(space);
		closing = 0;
		closed = false;
	}
	play_meet();
	if (play_place() != 0)
		vspace_join(space, this_core()); /* its creator does so before a thread goes there; here nobody races */
	space_view = view_get(space);
	play_must(space_view);
	view_activate(space_view);
	play_meet();
	space_interrupt(); /* whose end is the first exit from the kernel: until then nobody rings the doorbell */
}

/* What stays: the pages of the pools that the view, objects and grants came from. */
void space_close(void)
{
	space_interrupt();
	(void)loans_give_back();
	__atomic_fetch_add(&closing, 1, __ATOMIC_RELAXED);
	if (play_place() == 0) {
		while (__atomic_load_n(&closing, __ATOMIC_RELAXED) != machine_cores()) {
			space_interrupt();
			cpu_pause();
		}
		vspace_release(space);
		__atomic_store_n(&closed, true, __ATOMIC_RELAXED);
	}
	while (!__atomic_load_n(&closed, __ATOMIC_RELAXED)) {
		space_interrupt();
		cpu_pause();
	}
	play_meet();
	inbox_listen();
	inbox_drain();
	play_meet();
	inbox_drain();
	play_must(counters[COUNTER_frames_used] == pool_frames && pool_frames <= 3);
}

void space_meet(void)
{
	static uint64_t here;
	uint64_t mine = __atomic_fetch_add(&here, 1, __ATOMIC_ACQ_REL);

	while (__atomic_load_n(&here, __ATOMIC_ACQUIRE) / PLAY_MAX == mine / PLAY_MAX) {
		space_interrupt();
		cpu_pause();
	}
}
