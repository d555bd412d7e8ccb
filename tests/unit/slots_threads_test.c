/* slots_threads_test.c - the tree of page slots while cores fault in it and its home changes it
 * SPDX-License-Identifier: MIT
 * Threads play the cores: three fault, the fourth is the home. Rights, and whether anything is mapped, are the home's
 * alone, so an array of its own says at any time what a slot may be. A frame bears the
 * number of its page, written before it is published: ThreadSanitizer sees a publication without order.
 * The home frees frames only after every other thread has ended an operation since (their acknowledgement). */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/arena_frames.h"
#include "tests/unit/physical_memory.h"
#include "tests/unit/slots_tree.h"

enum {
	FAULTERS = ARENAS - 1, /* the home has an arena, too */
	ROUNDS = 24,
	CHANGES = 60,       /* of the home in a round */
	UNIT_PAGES = 512,
	PROTECTED = 2 * UNIT_PAGES, /* from this page on the window is always mapped, with changing rights */
	YIELD_EVERY = 32,
};

struct faulter {
	pthread_t thread;
	unsigned number;
	uint64_t ended; /* operations; read by the home */
	uint64_t filled, found, lost, wrong;
} __attribute__((aligned(64)));

static uint64_t root;
static bool stop;
static struct faulter faulter[FAULTERS];
static uint64_t oracle[WINDOW_PAGES]; /* home's: EMPTY, or RESERVED with rights */

static void fill(struct faulter *self, uint64_t *slot, uint64_t now, unsigned page)
{
	uint64_t frame = arena_take();

	if (!frame)
		return;
	((uint64_t *)direct(frame))[1] = page;
	if (__atomic_compare_exchange_n(slot, &now, slot_make(SLOT_PRESENT, slot_rights(now), frame), 0,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		self->filled++;
	} else {
		arena_give(frame);
		self->lost++;
	}
}

static void give_visited(enum frame_type type, uint64_t frame)
{
	(void)type;
	arena_give(frame);
}

static void fault(struct faulter *self, unsigned page)
{
	status_t status;
	uint64_t *slots = slots_leaf(root, page_address(page), arena_take, arena_give, &status);
	uint64_t *slot = slots + paging_index(page_address(page), 0);
	uint64_t now;

	if (!slots) {
		if (status != STATUS_NO_MEMORY && page >= PROTECTED)
			self->wrong++;
		return;
	}
	now = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	if (slot_state(now) == SLOT_RESERVED) {
		fill(self, slot, now, page);
	} else if (slot_state(now) == SLOT_PRESENT) {
		self->found++;
		if (((uint64_t *)direct(now & SLOT_ADDRESS))[1] != page)
			self->wrong++;
	} else if (page >= PROTECTED) {
		self->wrong++;
	}
}

static void *fault_until_stopped(void *argument)
{
	struct faulter *self = argument;
	uint64_t seed = 1 + self->number;

	arena_mine = self->number;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		fault(self, next_random(&seed) % WINDOW_PAGES);
		__atomic_fetch_add(&self->ended, 1, __ATOMIC_RELEASE);
		if (self->ended % YIELD_EVERY == 0)
			sched_yield();
	}
	return NULL;
}

/* Until every core has ended an operation that may have begun before. */
static void wait_for_acknowledgements(void)
{
	uint64_t before[FAULTERS];

	for (unsigned i = 0; i < FAULTERS; i++)
		before[i] = __atomic_load_n(&faulter[i].ended, __ATOMIC_ACQUIRE);
	for (unsigned i = 0; i < FAULTERS; i++)
		while (__atomic_load_n(&faulter[i].ended, __ATOMIC_ACQUIRE) == before[i])
			sched_yield();
}

static void free_frame(uint64_t before, const struct slots_change *how)
{
	(void)how;
	if (before & SLOT_ADDRESS)
		arena_give(before & SLOT_ADDRESS);
}

static void change(unsigned first, unsigned last, struct slots_change how)
{
	assert_int_equal(slots_split(root, page_address(first), arena_take, arena_give), STATUS_OK);
	assert_int_equal(slots_split(root, page_address(last), arena_take, arena_give), STATUS_OK);
	slots_apply(root, page_address(first), page_address(last), &how);
	for (unsigned page = first; page < last; page++)
		oracle[page] = how.change(oracle[page], &how);
}

enum remains { REMAINS_NOTHING, REMAINS_RESERVATION };

/* First pass. What is not present needs no acknowledgement. */
static uint64_t retire(uint64_t word, const struct slots_change *how)
{
	if (slot_state(word) == SLOT_RESERVED)
		return how->rights == REMAINS_NOTHING ? 0 : word;
	return change_retire(word, how);
}

/* Second pass. Where a reservation remains, others have gone on filling it; where nothing does, nobody may have. */
static uint64_t take_retired(uint64_t word, const struct slots_change *how)
{
	if (how->rights == REMAINS_RESERVATION)
		return slot_state(word) == SLOT_RETIRED ? change_discard(word, how) : word;
	if (slot_state(word) == SLOT_PRESENT)
		abort();
	return change_unmap(word, how);
}

static void take_back(unsigned first, unsigned last, enum remains remains)
{
	change(first, last, (struct slots_change){ .change = retire, .rights = remains });
	wait_for_acknowledgements();
	change(first, last,
	       (struct slots_change){ .change = take_retired, .changed = free_frame, .rights = remains });
}

/* What the home alone decides must be as its array has it, whatever the others do. */
static void check(void)
{
	for (unsigned page = 0; page < WINDOW_PAGES; page++) {
		const uint64_t *node = direct(root);
		uint64_t word = 0;

		for (unsigned level = SLOT_LEVELS; level-- > 0;) {
			word = __atomic_load_n(&node[paging_index(page_address(page), level)], __ATOMIC_ACQUIRE);
			if (slot_state(word) != SLOT_NODE)
				break;
			node = direct(word & SLOT_ADDRESS);
		}
		if (oracle[page] == 0)
			assert_int_equal(word, 0);
		else
			assert_int_equal(slot_rights(word), slot_rights(oracle[page]));
	}
}

static void change_something(uint64_t *seed)
{
	unsigned a = next_random(seed) % (PROTECTED + 1), b = next_random(seed) % (PROTECTED + 1);
	unsigned first = a < b ? a : b, last = a < b ? b : a;
	unsigned rights = 1 + next_random(seed) % 7;

	switch (next_random(seed) % 6) {
	case 0:
		take_back(first, last, REMAINS_NOTHING);
		break;
	case 1:
		take_back(first, last, REMAINS_RESERVATION);
		break;
	case 2:
		change(PROTECTED, WINDOW_PAGES, (struct slots_change){ .change = change_protect, .rights = rights });
		break;
	case 3:
		change(first, last, (struct slots_change){ .change = change_protect, .rights = rights });
		break;
	default:
		change(first, last, (struct slots_change){ .change = change_reserve, .rights = rights });
	}
}

static void play_round(uint64_t *seed)
{
	memset(oracle, 0, sizeof(oracle));
	root = arena_take();
	change(PROTECTED, WINDOW_PAGES, (struct slots_change){ .change = change_reserve, .rights = 1 });
	__atomic_store_n(&stop, false, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < FAULTERS; i++)
		assert_int_equal(pthread_create(&faulter[i].thread, NULL, fault_until_stopped, &faulter[i]), 0);
	for (unsigned i = 0; i < CHANGES; i++) {
		change_something(seed);
		check();
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < FAULTERS; i++)
		assert_int_equal(pthread_join(faulter[i].thread, NULL), 0);
	check();
	slots_visit(root, give_visited);
	assert_int_equal(arenas_taken(), 0);
}

static void faults_and_changes_leave_what_the_home_decided(void **state)
{
	uint64_t seed = 8128, filled = 0, found = 0;

	(void)state;
	arenas_open();
	arena_mine = FAULTERS;
	for (unsigned i = 0; i < FAULTERS; i++)
		faulter[i] = (struct faulter){ .number = i };
	for (unsigned round = 0; round < ROUNDS; round++)
		play_round(&seed);
	for (unsigned i = 0; i < FAULTERS; i++) {
		assert_int_equal(faulter[i].wrong, 0);
		filled += faulter[i].filled;
		found += faulter[i].found;
	}
	assert_true(filled > ROUNDS * CHANGES);
	assert_true(found > ROUNDS * CHANGES);
	arenas_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_and_changes_leave_what_the_home_decided),
	};

	return cmocka_run_group_tests_name("slots_threads", tests, NULL, NULL);
}
