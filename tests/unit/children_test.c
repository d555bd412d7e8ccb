/* children_test.c - a parent's children and the threads that wait for them, against a list that is plain to see
 * SPDX-License-Identifier: MIT
 * The kernel's functions are stand-ins: they note replies and notifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/linux/children.h"
#include "services/linux/errno.h"
#include "services/linux/records.h"
#include "tests/unit/host_frames.h"
#include "tests/unit/physical_memory.h"

enum {
	CHILDREN = 24, /* ids 1 to this */
	WAITERS = 12,
	ROUNDS = 60000,
	RECORDS_IN_PAGE = PAGE_SIZE / RECORD_SIZE - 1, /* the first leads to the next page */
};

static struct host_frames frames;
static struct process parent;

/* The last reply and the last notification, and how many there were. */
static struct {
	struct reply_to to;
	int64_t result;
	unsigned count;
} reply;
static uint64_t dismissed; /* bit of each waiter that was told that there is nobody to wait for; not counted as a reply */
static struct {
	uint64_t id[4 * RECORDS_IN_PAGE];
	unsigned core[4 * RECORDS_IN_PAGE];
	unsigned count;
} orphaned;

void *kernel_page_take(void)
{
	uint64_t frame = host_frames_take(&frames);

	return frame ? direct(frame) : NULL;
}

void kernel_reply(struct reply_to to, int64_t result)
{
	if (result == -LINUX_ECHILD) {
		assert_false(dismissed >> to.cookie & 1);
		dismissed |= UINT64_C(1) << to.cookie;
		return;
	}
	reply.to = to;
	reply.result = result;
	reply.count++;
}

void kernel_notify(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	assert_int_equal(service, SERVICE_LINUX);
	assert_int_equal(operation, LINUX_ORPHAN);
	orphaned.core[orphaned.count] = core;
	orphaned.id[orphaned.count++] = word[0];
}

static int start(void **state)
{
	(void)state;
	if (!frames.memory)
		host_frames_open(&frames);
	frames.limit = HOST_FRAMES_MAX;
	parent = (struct process){ .id = 1000 };
	reply.count = orphaned.count = 0;
	dismissed = 0;
	return 0;
}

static int64_t answer(uint32_t id, int32_t status)
{
	return (int64_t)id << 16 | status;
}

static int64_t wait_for(uint32_t id, uint64_t flags, unsigned waiter)
{
	struct call call = { .reply_to = { waiter % 3, waiter }, .word = { parent.id, id, flags } };

	return children_wait(&parent, &call);
}

static void cancel(unsigned waiter)
{
	children_cancel(&parent, (struct reply_to){ waiter % 3, waiter });
}

static void assert_replied(unsigned count, unsigned waiter, int64_t result)
{
	assert_int_equal(reply.count, count);
	assert_int_equal(reply.to.core, waiter % 3);
	assert_int_equal(reply.to.cookie, waiter);
	assert_int_equal(reply.result, result);
}

static void without_children_nobody_waits(void **state)
{
	(void)state;
	assert_int_equal(wait_for(0, 0, 1), -LINUX_ECHILD);
	assert_int_equal(children_add(&parent, 5), 0);
	assert_int_equal(wait_for(6, 0, 1), -LINUX_ECHILD);
	children_forget(&parent, 5);
	assert_int_equal(wait_for(0, 0, 1), -LINUX_ECHILD);
	assert_null(parent.children);
	assert_null(parent.waiters);
	assert_int_equal(reply.count, 0);
}

static void an_end_is_told_once_before_or_after_the_wait(void **state)
{
	(void)state;
	assert_int_equal(children_add(&parent, 5), 0);
	assert_int_equal(children_add(&parent, 6), 0);
	children_gone(&parent, 5, 0x300);
	assert_int_equal(wait_for(5, 0, 1), answer(5, 0x300));
	assert_int_equal(wait_for(5, 0, 1), -LINUX_ECHILD);
	assert_int_equal(wait_for(6, 0, 2), CALL_PARKED);
	children_gone(&parent, 6, 9);
	assert_replied(1, 2, answer(6, 9));
	children_gone(&parent, 6, 9);
	assert_int_equal(reply.count, 1);
	assert_null(parent.children);
	assert_null(parent.waiters);
}

static void one_end_wakes_one_waiter(void **state)
{
	(void)state;
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(children_add(&parent, id), 0);
	assert_int_equal(wait_for(2, 0, 1), CALL_PARKED);
	assert_int_equal(wait_for(0, 0, 2), CALL_PARKED);
	assert_int_equal(wait_for(2, WAIT_NO_HANG, 3), 0);
	children_gone(&parent, 1, 0);
	assert_replied(1, 2, answer(1, 0));
	children_gone(&parent, 3, 0);
	assert_int_equal(reply.count, 1);
	children_gone(&parent, 2, 0);
	assert_replied(2, 1, answer(2, 0));
	assert_int_equal(wait_for(0, WAIT_NO_HANG, 4), answer(3, 0));
}

/* However the last child that a thread waits for leaves the list: the thread does not wait on. */
static void who_waits_for_nobody_is_told(void **state)
{
	(void)state;
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(children_add(&parent, id), 0);
	assert_int_equal(wait_for(1, 0, 1), CALL_PARKED);
	assert_int_equal(wait_for(1, 0, 2), CALL_PARKED);
	assert_int_equal(wait_for(2, 0, 3), CALL_PARKED);
	children_gone(&parent, 1, 0);
	assert_int_equal(reply.count, 1);
	assert_true(dismissed == 1 << 1 || dismissed == 1 << 2);
	children_forget(&parent, 2);
	assert_true(dismissed & 1 << 3);
	assert_int_equal(wait_for(3, 0, 4), CALL_PARKED);
	assert_int_equal(wait_for(0, 0, 5), CALL_PARKED);
	children_gone(&parent, 3, 0);
	assert_int_equal(reply.count, 2);
	assert_true((dismissed & 1 << 4) != 0 ? reply.to.cookie == 5 : reply.to.cookie == 4 && dismissed & 1 << 5);
	assert_null(parent.children);
	assert_null(parent.waiters);
}

static void a_cancelled_wait_ends_once(void **state)
{
	(void)state;
	assert_int_equal(children_add(&parent, 1), 0);
	for (unsigned waiter = 1; waiter <= 3; waiter++)
		assert_int_equal(wait_for(0, 0, waiter), CALL_PARKED);
	cancel(2);
	assert_replied(1, 2, -LINUX_EAGAIN);
	cancel(2);
	assert_int_equal(reply.count, 1);
	children_gone(&parent, 1, 0);
	assert_int_equal(reply.count, 2);
	assert_int_not_equal(reply.to.cookie, 2);
	assert_int_equal(dismissed, 1 << (4 - reply.to.cookie)); /* of 1 and 3 the other one */
	cancel(1);
	cancel(3);
	assert_int_equal(reply.count, 2);
	assert_null(parent.waiters);
}

/* A thread's cookie is unique on its core alone. */
static void a_cancel_names_core_and_cookie(void **state)
{
	struct call call = { .reply_to = { 1, 37 }, .word = { parent.id, 1 } };

	(void)state;
	assert_int_equal(children_add(&parent, 1), 0);
	assert_int_equal(children_wait(&parent, &call), CALL_PARKED);
	call.reply_to.core = 2;
	assert_int_equal(children_wait(&parent, &call), CALL_PARKED);
	children_cancel(&parent, (struct reply_to){ 1, 37 });
	assert_int_equal(reply.count, 1);
	assert_int_equal(reply.to.core, 1);
	children_gone(&parent, 1, 0);
	assert_int_equal(reply.count, 2);
	assert_int_equal(reply.to.core, 2);
}

static void only_living_children_become_orphans(void **state)
{
	(void)state;
	for (uint32_t id = 1; id <= 4; id++)
		assert_int_equal(children_add(&parent, id), 0);
	children_gone(&parent, 2, 0);
	children_orphan(&parent);
	assert_int_equal(orphaned.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_not_equal(orphaned.id[i], 2);
		assert_int_equal(orphaned.core[i], process_home((uint32_t)orphaned.id[i]));
	}
	assert_null(parent.children);
}

/* Records are taken from pages that stay: the same number can be had after everything was given back. */
static void without_memory_it_says_so(void **state)
{
	unsigned taken = 0;
	uint32_t id = 1;

	(void)state;
	frames.limit = frames.taken;
	while (!children_add(&parent, id))
		id++;
	taken = id - 1;
	assert_true(taken > 0 && taken % RECORDS_IN_PAGE == 0);
	assert_int_equal(children_add(&parent, id), -LINUX_EAGAIN);
	assert_int_equal(wait_for(0, 0, 1), -LINUX_ENOMEM);
	children_forget(&parent, 1);
	assert_int_equal(wait_for(0, 0, 1), CALL_PARKED);
	children_gone(&parent, 2, 0);
	assert_replied(1, 1, answer(2, 0));
	children_orphan(&parent);
	for (id = 1; id <= taken; id++)
		assert_int_equal(children_add(&parent, id), 0);
	assert_int_equal(children_add(&parent, id), -LINUX_EAGAIN);
	for (id = 1; id <= taken; id++)
		children_forget(&parent, id);
}

enum child_state { NONE, RUNS, ENDED };

static struct {
	enum child_state child[CHILDREN + 1];
	int32_t status[CHILDREN + 1];
	bool waits[WAITERS];
	uint32_t waits_for[WAITERS];
} oracle;

static bool matches(uint32_t wish, uint32_t id)
{
	return wish == 0 || wish == id;
}

/* Exactly those who have nobody left to wait for were told. */
static void check_dismissed(void)
{
	for (unsigned i = 0; i < WAITERS; i++) {
		bool some = false;

		for (uint32_t id = 1; id <= CHILDREN; id++)
			some |= matches(oracle.waits_for[i], id) && oracle.child[id] != NONE;
		assert_int_equal(dismissed >> i & 1, oracle.waits[i] && !some);
		oracle.waits[i] &= some;
	}
	dismissed = 0;
}

static void end(uint32_t id, int32_t status)
{
	unsigned before = reply.count;
	bool expected = false;

	for (unsigned i = 0; i < WAITERS; i++)
		expected |= oracle.child[id] == RUNS && oracle.waits[i] && matches(oracle.waits_for[i], id);
	children_gone(&parent, id, status);
	assert_int_equal(reply.count, before + expected);
	if (expected) {
		unsigned waiter = (unsigned)reply.to.cookie;

		assert_true(oracle.waits[waiter] && matches(oracle.waits_for[waiter], id));
		assert_replied(before + 1, waiter, answer(id, status));
		oracle.waits[waiter] = false;
		oracle.child[id] = NONE;
	} else if (oracle.child[id] == RUNS) {
		oracle.child[id] = ENDED;
		oracle.status[id] = status;
	}
}

static void wait_somehow(unsigned waiter, uint32_t wish, uint64_t flags)
{
	bool some = false, ended = false;
	int64_t result;

	for (uint32_t id = 1; id <= CHILDREN; id++) {
		some |= matches(wish, id) && oracle.child[id] != NONE;
		ended |= matches(wish, id) && oracle.child[id] == ENDED;
	}
	result = wait_for(wish, flags, waiter);
	if (ended) {
		uint32_t id = (uint32_t)(result >> 16);

		assert_in_range(id, 1, CHILDREN);
		assert_true(matches(wish, id) && oracle.child[id] == ENDED);
		assert_int_equal(result, answer(id, oracle.status[id]));
		oracle.child[id] = NONE;
	} else {
		assert_int_equal(result, !some ? -LINUX_ECHILD : flags & WAIT_NO_HANG ? 0 : CALL_PARKED);
		oracle.waits[waiter] = result == CALL_PARKED;
		oracle.waits_for[waiter] = wish;
	}
}

static void any_mixture_is_as_the_list_has_it(void **state)
{
	uint64_t seed = 1729;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t id = 1 + next_random(&seed) % CHILDREN;
		unsigned waiter = next_random(&seed) % WAITERS, before = reply.count;

		switch (next_random(&seed) % 5) {
		case 0:
		case 1:
			if (oracle.child[id] == NONE && !children_add(&parent, id))
				oracle.child[id] = RUNS;
			break;
		case 2:
			if (oracle.child[id] != ENDED) /* nobody ends twice */
				end(id, next_random(&seed) % 0x10000);
			break;
		case 3:
			if (!oracle.waits[waiter])
				wait_somehow(waiter, next_random(&seed) % 2 ? id : 0, next_random(&seed) % 3 == 0);
			break;
		default:
			cancel(waiter);
			assert_int_equal(reply.count, before + oracle.waits[waiter]);
			oracle.waits[waiter] = false;
		}
		check_dismissed();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_children_nobody_waits, start),
		cmocka_unit_test_setup(an_end_is_told_once_before_or_after_the_wait, start),
		cmocka_unit_test_setup(one_end_wakes_one_waiter, start),
		cmocka_unit_test_setup(who_waits_for_nobody_is_told, start),
		cmocka_unit_test_setup(a_cancelled_wait_ends_once, start),
		cmocka_unit_test_setup(a_cancel_names_core_and_cookie, start),
		cmocka_unit_test_setup(only_living_children_become_orphans, start),
		cmocka_unit_test_setup(without_memory_it_says_so, start),
		cmocka_unit_test_setup(any_mixture_is_as_the_list_has_it, start),
	};

	return cmocka_run_group_tests_name("children", tests, NULL, NULL);
}
