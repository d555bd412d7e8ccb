/* loans_test.c - four cores that borrow frames from one another: nothing is lost, in two hands, or written where it must not be
 * SPDX-License-Identifier: MIT
 * Under ThreadSanitizer a borrowed frame that its borrower writes before its home is done with it, or the other way round, is a race. Frames
 * that are lost, or given back twice, show when the space is closed: each core then uses what it used before. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/spaces.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/loans.h"

enum {
	HEAP = 0x4000000,
	ROUNDS = 3,
	PARTITION = (PLAY_UNITS - 1) * 512, /* private frames of a core, less some for tables */
	RESERVE = 192,                      /* services/memory/memory.c */
	TABLES = 60,                        /* at most: frame table, page tables, pools */
	WRITE = VSPACE_WRITE,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

static unsigned finished; /* how many cores have what they want */

static uint64_t map_as(uint64_t pages, unsigned how)
{
	int64_t address = space_change(VSPACE_MAP, 0, pages * PAGE_SIZE, VSPACE_READ | how, VSPACE_ANYWHERE);

	play_must(address > 0);
	return (uint64_t)address;
}

static uint64_t map(uint64_t pages)
{
	return map_as(pages, WRITE);
}

/* Pages written from `address` on, until there are no more, or so many; all zero before, and all as written afterwards. */
static unsigned eat(uint64_t address, unsigned most)
{
	unsigned page = 0;
	uint64_t *word;

	for (; page < most && !space_access(address + page * PAGE_SIZE, ACCESS_WRITE, (void **)&word); page++) {
		for (unsigned i = 0; i < PAGE_SIZE / 8; i += 13)
			play_must(!word[i]);
		word[0] = word[507] = address + page;
	}
	for (unsigned i = 0; i < page; i++) {
		play_must(!space_access(address + i * PAGE_SIZE, ACCESS_READ, (void **)&word));
		play_must(word[0] == address + i && word[507] == address + i);
	}
	return page;
}

static void serve_until(unsigned count)
{
	while (__atomic_load_n(&finished, __ATOMIC_RELAXED) < count) {
		space_interrupt();
		cpu_pause();
	}
}

static void done(void)
{
	__atomic_fetch_add(&finished, 1, __ATOMIC_RELAXED);
}

static void give_all_back(uint64_t address, unsigned pages)
{
	play_must(!space_change(VSPACE_UNMAP, address, pages * PAGE_SIZE, 0, 0));
	(void)loans_give_back();
}

/* Place 0 has all that the others can spare, three times. */
static void one_takes_all(void)
{
	space_open(HEAP);
	for (unsigned round = 0; play_place() == 0 && round < ROUNDS; round++) {
		uint64_t address = map(PLAY_MAX * PARTITION);
		unsigned pages = eat(address, PLAY_MAX * PARTITION);

		play_must(pages > PARTITION - RESERVE - TABLES + 3 * (PARTITION - 2 * RESERVE - TABLES));
		play_must(pages < PARTITION - RESERVE + 3 * (PARTITION - 2 * RESERVE));
		give_all_back(address, pages);
	}
	if (play_place() == 0)
		done();
	serve_until(1);
	if (play_place() != 0)
		play_must(counters[COUNTER_frames_lent] > ROUNDS * (PARTITION - 2 * RESERVE - TABLES));
	space_close();
}

static void one_core_gets_what_others_can_spare(void **state)
{
	(void)state;
	finished = 0;
	play_booted("limit=none", PLAY_MAX, FOUR, one_takes_all);
}

/* Nobody waits for ever, and together they have what there is. */
static void all_take_all(void)
{
	static unsigned sum;
	uint64_t address;
	unsigned pages;

	if (play_place() == 0)
		sum = 0;
	space_open(HEAP);
	for (unsigned round = 0; round < ROUNDS; round++) {
		address = map(PLAY_MAX * PARTITION);
		pages = eat(address, PLAY_MAX * PARTITION);
		__atomic_fetch_add(&sum, pages, __ATOMIC_RELAXED);
		space_meet();
		play_must(__atomic_load_n(&sum, __ATOMIC_RELAXED) > PLAY_MAX * (PARTITION - 2 * RESERVE - TABLES));
		give_all_back(address, pages);
		space_meet();
		if (play_place() == 0)
			__atomic_store_n(&sum, 0, __ATOMIC_RELAXED);
		space_meet();
	}
	space_close();
}

static void all_borrow_from_all_and_come_to_an_end(void **state)
{
	(void)state;
	play_booted("limit=none", PLAY_MAX, FOUR, all_take_all);
}

static void take_ones_own(void)
{
	uint64_t address;
	unsigned pages;

	space_open(HEAP);
	if (play_place() == 0) {
		address = map(PLAY_MAX * PARTITION);
		pages = eat(address, PLAY_MAX * PARTITION);
		play_must(pages > PARTITION - RESERVE - TABLES && pages < PARTITION - RESERVE);
		give_all_back(address, pages);
		done();
	}
	serve_until(1);
	play_must(!counters[COUNTER_frames_lent]);
	space_close();
}

static void without_lending_a_core_has_its_partition(void **state)
{
	(void)state;
	finished = 0;
	play_booted("lending=off", PLAY_MAX, FOUR, take_ones_own);
}

static uint64_t home_of(uint64_t address)
{
	uint64_t *word;

	play_must(!space_access(address, ACCESS_READ, (void **)&word));
	return machine_home(direct_physical((void *)((uint64_t)word & ~(uint64_t)(PAGE_SIZE - 1))));
}

/* Copies of pages into borrowed frames. Who reads in the copied space must find what was there. */
static void write_copies(void)
{
	enum { PAGES = PARTITION - RESERVE - 2 * TABLES, COPIED = 400 };
	unsigned borrowed = 0;
	uint64_t address, *word;
	struct vspace *copy;

	space_open(HEAP);
	if (play_place() == 0) {
		address = map(PAGES);
		play_must(eat(address, PAGES) == PAGES);
		copy = space_fork(space);
		play_must(copy);
		for (unsigned page = 0; page < COPIED; page++) {
			play_must(!space_access(address + page * PAGE_SIZE, ACCESS_WRITE, (void **)&word));
			play_must(word[0] == address + page && word[507] == address + page && !word[508]);
			word[0] = 1;
			borrowed += home_of(address + page * PAGE_SIZE) != 0;
			word = vspace_page(copy, address + page * PAGE_SIZE);
			play_must(word && word[0] == address + page);
		}
		play_must(borrowed > COPIED - 4 * TABLES && counters[COUNTER_frames_lent] == 0);
		vspace_release(copy);
		give_all_back(address, PAGES);
		done();
	}
	serve_until(1);
	space_close();
}

static void a_copy_is_made_in_a_borrowed_frame(void **state)
{
	(void)state;
	finished = 0;
	play_booted("limit=none", PLAY_MAX, FOUR, write_copies);
}

/* A system call's pages come from the core's own reserve, but few of them; what the kernel writes itself may be all that is left. */
static void use_the_reserve(void)
{
	uint64_t address, fresh, *word;
	unsigned pages, page;

	space_open(HEAP);
	if (play_place() == 0) {
		address = map(PLAY_MAX * PARTITION);
		pages = eat(address, PLAY_MAX * PARTITION);
		fresh = address + pages * PAGE_SIZE;
		play_must(vspace_fault(space_view, fresh, ACCESS_WRITE) == STATUS_NO_PAGE);
		for (page = 0; page < CALL_PAGES; page++) {
			play_must(!vspace_fault_now(space_view, fresh + page * PAGE_SIZE, ACCESS_WRITE));
			play_must(home_of(fresh + page * PAGE_SIZE) == 0);
		}
		play_must(vspace_fault_now(space_view, fresh + page * PAGE_SIZE, ACCESS_WRITE) == STATUS_NO_MEMORY);
		play_must(vspace_fault(space_view, fresh + page * PAGE_SIZE, ACCESS_WRITE) == STATUS_NO_PAGE);
		while ((word = vspace_page(space, fresh + page * PAGE_SIZE))) {
			play_must(machine_home(direct_physical(word)) == 0);
			page++;
		}
		play_must(page > RESERVE - TABLES && page <= RESERVE + 16);
		play_must(!space_change(VSPACE_DISCARD, fresh, CALL_PAGES * PAGE_SIZE, 0, 0)); /* there is not more than the reserve yet */
		play_must(vspace_fault_now(space_view, fresh, ACCESS_WRITE) == STATUS_NO_MEMORY);
		give_all_back(address, PLAY_MAX * PARTITION);
		done();
	}
	serve_until(1);
	space_close();
}

static void the_reserve_is_for_who_cannot_wait(void **state)
{
	(void)state;
	finished = 0;
	play_booted("limit=none", PLAY_MAX, FOUR, use_the_reserve);
}

/* The pages of a shared mapping that a child is to have, too, are borrowed like others. */
static void fork_what_is_shared(void)
{
	enum { PAGES = PARTITION + 100 };
	struct vspace *copy;
	uint64_t address;

	space_open(HEAP);
	if (play_place() == 0) {
		address = map_as(PAGES, WRITE | VSPACE_SHARED);
		play_must(eat(address, 1) == 1);
		copy = space_fork(space);
		play_must(copy && copy->pages == PAGES);
		play_must(memory_service.free_frames(FRAME_PRIVATE) > RESERVE - TABLES);
		play_must(home_of(address) == 0 && home_of(address + (PAGES - 1) * PAGE_SIZE) != 0);
		vspace_release(copy);
		give_all_back(address, PAGES);
		address = map_as(PLAY_MAX * PARTITION, WRITE | VSPACE_SHARED);
		play_must(!space_fork(space));
		play_must(memory_service.free_frames(FRAME_PRIVATE) > RESERVE - 2 * TABLES);
		give_all_back(address, PLAY_MAX * PARTITION);
		done();
	}
	serve_until(1);
	space_close();
}

static void what_is_shared_is_borrowed_before_a_fork(void **state)
{
	(void)state;
	finished = 0;
	play_booted("limit=none", PLAY_MAX, FOUR, fork_what_is_shared);
}

/* Nobody is refused but who wants more than three quarters. */
static void fork_beyond_the_limit(void)
{
	uint64_t most = machine_partition_bytes() / PAGE_SIZE / 4 * 3, address, another;
	struct vspace *copy;

	space_open(HEAP);
	if (play_place() == 0) {
		address = map_as(most, WRITE | VSPACE_SHARED);
		copy = space_fork(space);
		play_must(copy && space->pages == most);
		vspace_release(copy);
		another = map_as(1, WRITE | VSPACE_SHARED);
		play_must(!space_fork(space));
		play_must(!space_change(VSPACE_UNMAP, another, PAGE_SIZE, 0, 0));
		give_all_back(address, most);
		done();
	}
	serve_until(1);
	space_close();
}

static void no_program_takes_all(void **state)
{
	(void)state;
	finished = 0;
	play(1, FOUR, fork_beyond_the_limit);
	finished = 0;
	play(PLAY_MAX, FOUR, fork_beyond_the_limit);
}

static void count_hand(enum frame_type type, uint64_t frame)
{
	play_must(type == FRAME_user && machine_home(frame) != this_core());
	finished++;
}

/* A hand with frames in it: before the core sleeps they go home, and so they do when the core has frames again. */
static void fill_and_empty_the_hand(void)
{
	static bool ended;
	uint64_t address;

	if (play_place() == 0)
		ended = false;
	space_open(HEAP);
	for (unsigned way = 0; play_place() == 0 && way < 2; way++) {
		address = map(PARTITION + 100);
		play_must(eat(address, PARTITION + 100) == PARTITION + 100);
		while (finished < 16) { /* what is asked for ahead of need comes by and by */
			space_interrupt();
			finished = 0;
			loans_visit(count_hand);
		}
		play_must(!space_change(VSPACE_UNMAP, address, (PARTITION + 100) * PAGE_SIZE, 0, 0));
		do { /* a loan may still be arriving, and what arrives is not given back */
			if (way)
				loans_unsettled = true; /* any event */
			else
				(void)loans_give_back();
			space_interrupt();
			finished = 0;
			loans_visit(count_hand);
		} while (finished);
	}
	if (play_place() == 0)
		__atomic_store_n(&ended, true, __ATOMIC_RELAXED);
	while (!__atomic_load_n(&ended, __ATOMIC_RELAXED)) {
		space_interrupt();
		cpu_pause();
	}
	space_close();
}

static void what_is_not_used_goes_home(void **state)
{
	(void)state;
	finished = 0;
	play_booted("limit=none", PLAY_MAX, FOUR, fill_and_empty_the_hand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_core_gets_what_others_can_spare),
		cmocka_unit_test(all_borrow_from_all_and_come_to_an_end),
		cmocka_unit_test(without_lending_a_core_has_its_partition),
		cmocka_unit_test(a_copy_is_made_in_a_borrowed_frame),
		cmocka_unit_test(the_reserve_is_for_who_cannot_wait),
		cmocka_unit_test(what_is_shared_is_borrowed_before_a_fork),
		cmocka_unit_test(no_program_takes_all),
		cmocka_unit_test(what_is_not_used_goes_home),
	};

	return cmocka_run_group_tests_name("loans", tests, NULL, NULL);
}
