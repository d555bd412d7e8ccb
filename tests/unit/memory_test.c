/* memory_test.c - the memory service: every donated frame comes out once, zeroed, and again after its release
 * SPDX-License-Identifier: MIT
 * The service keeps its state from one test to the next: each test empties it first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "abi/kernel.h"
#include "abi/services.h"
#include "abi/token.h"
#include "tests/unit/physical_memory.h"

static uint64_t all_free(void)
{
	return memory_service.free_frames(FRAME_PRIVATE) + memory_service.free_frames(FRAME_SHARED);
}

enum {
	FRAME = 4096,
	UNITS = 4,
	FRAMES = UNITS * 512,
	ROUNDS = 60000,
	RESERVE = 192, /* of a partition as small as this one */
	RESERVE_SHARED = 96,
};

/* The last of three cores, with the first nearer than the second. */
unsigned kernel_core(void)
{
	return 2;
}

unsigned kernel_core_count(void)
{
	return 3;
}

unsigned kernel_distance(unsigned core_a, unsigned core_b)
{
	return core_a == core_b ? 0 : core_b == 0 ? 3 : 4;
}

enum place { OUTSIDE, FREE, IN_CACHE, IN_USE };

static uint8_t *memory;
static struct unit_note note[UNITS];
static enum place place[FRAMES];
static struct pcache cache[FRAME_KINDS];

static uint64_t physical(unsigned frame)
{
	return (uint64_t)(memory + frame * FRAME) - TOKEN_BASE;
}

static struct unit_note *note_of(unsigned frame)
{
	return &note[frame / 512];
}

/* Unit by unit, as the kernel does. */
static void donate(enum frame_kind kind, unsigned start, unsigned end)
{
	for (unsigned next; start < end; start = next) {
		next = (start / 512 + 1) * 512 < end ? (start / 512 + 1) * 512 : end;
		memory_service.donate(kind, physical(start), physical(next), note_of(start));
	}
}

static unsigned frame_of(uint64_t address)
{
	uint64_t offset = (uint64_t)((uint8_t *)token_of(address) - memory);

	assert_int_equal(offset % FRAME, 0);
	assert_true(offset / FRAME < FRAMES);
	return (unsigned)(offset / FRAME);
}

static uint64_t take_from(struct pcache *from)
{
	return from->head == from->tail ? 0 : from->frame[from->head++ % PCACHE_SLOTS];
}

static uint64_t take(enum frame_kind kind)
{
	if (cache[kind].head == cache[kind].tail)
		memory_service.stock(kind, FRAME_FOR_KERNEL, &cache[kind]);
	return take_from(&cache[kind]);
}

static int start(void **state)
{
	(void)state;
	memset(note, 0, sizeof(note));
	memory = aligned_alloc(UNIT_BYTES, FRAMES * FRAME);
	memset(memory, 0xee, FRAMES * FRAME);
	memset(place, 0, sizeof(place));
	return memory ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < FRAME_KINDS; kind++)
		while (take(kind))
			;
	free(memory);
	return all_free() ? -1 : 0;
}

static void assert_zeroed(uint64_t frame)
{
	const uint64_t *word = token_of(frame);

	for (unsigned i = 0; i < FRAME / 8; i++)
		assert_int_equal(word[i], 0);
}

static void with_nothing_donated_nothing_comes(void **state)
{
	(void)state;
	memory_service.stock(FRAME_PRIVATE, FRAME_FOR_KERNEL, &cache[FRAME_PRIVATE]);
	assert_int_equal(cache[FRAME_PRIVATE].head, cache[FRAME_PRIVATE].tail);
	memory_service.donate(FRAME_PRIVATE, physical(3), physical(3), note_of(3));
	memory_service.donate(FRAME_PRIVATE, physical(4), physical(3), note_of(4));
	assert_int_equal(all_free(), 0);
	assert_int_equal(take(FRAME_PRIVATE), 0);
}

static void every_frame_comes_once_and_zeroed(void **state)
{
	bool seen[FRAMES] = { false };
	unsigned count = 0;
	uint64_t frame;

	(void)state;
	donate(FRAME_PRIVATE, 10, 25);
	donate(FRAME_PRIVATE, 600, 601);
	assert_int_equal(all_free(), 16);
	while ((frame = take(FRAME_PRIVATE))) {
		unsigned which = frame_of(frame);

		assert_true((which >= 10 && which < 25) || which == 600);
		assert_false(seen[which]);
		seen[which] = true;
		assert_zeroed(frame);
		memset(token_of(frame), 0xee, FRAME);
		count++;
	}
	assert_int_equal(count, 16);
	for (unsigned i = 0; i < FRAMES; i++)
		if (!seen[i])
			assert_int_equal(memory[i * FRAME] & memory[i * FRAME + FRAME - 1], 0xee);
}

static void the_kinds_are_kept_apart(void **state)
{
	uint64_t frame;

	(void)state;
	donate(FRAME_PRIVATE, 0, 4);
	donate(FRAME_SHARED, 512, 516);
	for (unsigned i = 0; i < 4; i++)
		assert_true(frame_of(take(FRAME_SHARED)) >= 512);
	assert_int_equal(take(FRAME_SHARED), 0);
	assert_int_equal(all_free(), 4);
	memory_service.release(FRAME_SHARED, physical(514), note_of(514));
	while ((frame = take(FRAME_PRIVATE)))
		assert_true(frame_of(frame) < 4);
	assert_int_equal(take(FRAME_SHARED), physical(514));
	assert_int_equal(take(FRAME_SHARED), 0);
}

static void the_cache_is_filled_in_batches_and_not_over_its_brim(void **state)
{
	struct pcache *private = &cache[FRAME_PRIVATE];
	uint32_t head = private->head;

	(void)state;
	donate(FRAME_PRIVATE, 0, FRAMES);
	for (unsigned turn = 0; turn < PCACHE_SLOTS / 8; turn++) {
		uint32_t before = private->tail;

		memory_service.stock(FRAME_PRIVATE, FRAME_FOR_KERNEL, private);
		assert_true(private->tail - head <= PCACHE_SLOTS);
		assert_true(private->tail > before || private->tail - head == PCACHE_SLOTS);
	}
	assert_int_equal(private->tail - head, PCACHE_SLOTS);
	assert_int_equal(private->head, head);
	assert_int_equal(all_free(), FRAMES - PCACHE_SLOTS);
}

/* Units are for programs, so the reserve stays; what is in use of one keeps it from being had as a whole. */
static void units_come_whole_and_go_back_whole(void **state)
{
	uint64_t unit[UNITS + 1], frame;

	(void)state;
	donate(FRAME_PRIVATE, 0, FRAMES);
	frame = take(FRAME_PRIVATE);
	for (unsigned i = 0; i < UNITS - 1; i++) {
		unit[i] = memory_service.take_unit();
		assert_int_equal(frame_of(unit[i]) % 512, 0);
		assert_int_not_equal(frame_of(unit[i]) / 512, frame_of(frame) / 512);
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(unit[i], unit[j]);
	}
	assert_int_equal(all_free(), 512 - 16);
	assert_int_equal(memory_service.take_unit(), 0);
	memory_service.release_unit(note_of(frame_of(unit[1])));
	assert_int_equal(all_free(), 1024 - 16);
	assert_int_equal(memory_service.take_unit(), unit[1]);
	for (unsigned i = 0; i < UNITS - 1; i++)
		memory_service.release_unit(note_of(frame_of(unit[i])));
}

static void the_reserve_is_no_unit(void **state)
{
	(void)state;
	donate(FRAME_PRIVATE, 0, 512);
	assert_int_equal(memory_service.take_unit(), 0);
	donate(FRAME_PRIVATE, 512, 512 + RESERVE - 1);
	assert_int_equal(memory_service.take_unit(), 0);
	donate(FRAME_PRIVATE, 1024, 1025); /* now there is just enough beside the reserve */
	assert_int_equal(memory_service.take_unit(), physical(0));
	memory_service.release_unit(note_of(0));
}

static void what_is_cleared_is_zero_and_nothing_else(void **state)
{
	(void)state;
	memory_service.clear(physical(3), 2 * FRAME);
	assert_zeroed(physical(3));
	assert_zeroed(physical(4));
	assert_int_equal(memory[3 * FRAME - 1] & memory[5 * FRAME], 0xee);
}

static void use(void)
{
	uint64_t frame = take(FRAME_PRIVATE);
	unsigned which;

	for (unsigned i = 0; !frame && i < FRAMES; i++)
		assert_int_not_equal(place[i], FREE);
	if (!frame)
		return;
	which = frame_of(frame);
	assert_int_equal(place[which], FREE);
	assert_zeroed(frame);
	memset(token_of(frame), (int)(1 + which % 200), FRAME);
	place[which] = IN_USE;
}

static void release(unsigned which)
{
	const uint8_t *content = memory + which * FRAME;

	if (place[which] != IN_USE)
		return;
	for (unsigned i = 0; i < FRAME; i += 37)
		assert_int_equal(content[i], 1 + which % 200);
	memory_service.release(FRAME_PRIVATE, physical(which), note_of(which));
	place[which] = FREE;
}

/* Donating, taking and releasing at random: a frame in use stays untouched, a free one comes in the end. */
static void any_mixture_loses_nothing(void **state)
{
	uint64_t seed = 31337;
	unsigned donated = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned action = next_random(&seed) % 16;

		if (!action && donated < FRAMES) {
			donate(FRAME_PRIVATE, donated, donated + 512);
			for (unsigned i = 0; i < 512; i++)
				place[donated++] = FREE;
		} else if (action < 8) {
			use();
		} else {
			release(next_random(&seed) % FRAMES);
		}
	}
	assert_int_equal(donated, FRAMES);
	for (unsigned i = 0; i < FRAMES; i++)
		release(i);
	for (unsigned i = 0; i < FRAMES; i++)
		use();
	for (unsigned i = 0; i < FRAMES; i++)
		assert_int_equal(place[i], IN_USE);
}

/* The reserve: programs do not get it, the kernel gets it one by one, and nobody borrows so much that the lender runs low. */
static void a_part_is_kept_for_the_kernel(void **state)
{
	struct pcache *private = &cache[FRAME_PRIVATE];
	unsigned taken = 0;

	(void)state;
	donate(FRAME_PRIVATE, 0, FRAMES);
	assert_int_equal(memory_service.lends(30), 30);
	assert_int_equal(memory_service.lends(FRAMES), FRAMES - 2 * RESERVE);
	while (memory_service.lends(1)) {
		memory_service.stock(FRAME_PRIVATE, FRAME_FOR_PROGRAM, private);
		assert_int_not_equal(take_from(private), 0);
		private->head = private->tail;
	}
	assert_in_range(all_free(), RESERVE + 1, 2 * RESERVE);
	for (;;) {
		memory_service.stock(FRAME_PRIVATE, FRAME_FOR_PROGRAM, private);
		if (private->head == private->tail)
			break;
		private->head = private->tail;
	}
	assert_int_equal(all_free(), RESERVE);
	assert_int_equal(memory_service.lends(1), 0);
	for (; memory_service.free_frames(FRAME_PRIVATE); taken++) {
		memory_service.stock(FRAME_PRIVATE, FRAME_FOR_KERNEL, private);
		assert_int_equal(private->tail - private->head, 1);
		private->head++;
	}
	assert_int_equal(taken, RESERVE);
	memory_service.stock(FRAME_PRIVATE, FRAME_FOR_KERNEL, private);
	assert_int_equal(private->head, private->tail);
}

static void nodes_of_new_programs_have_a_reserve(void **state)
{
	struct pcache *shared = &cache[FRAME_SHARED];
	unsigned taken = 0;

	(void)state;
	donate(FRAME_SHARED, 0, RESERVE_SHARED + 20);
	for (;; taken++, shared->head++) {
		if (shared->head == shared->tail)
			memory_service.stock(FRAME_SHARED, FRAME_FOR_PROGRAM, shared);
		if (shared->head == shared->tail)
			break;
	}
	assert_int_equal(taken, 20);
	for (; take(FRAME_SHARED); taken++) {
	}
	assert_int_equal(taken, RESERVE_SHARED + 20);
}

static void the_nearest_core_is_asked(void **state)
{
	(void)state;
	assert_int_equal(memory_service.lender(), 0);
	memory_service.lender_lent();
	assert_int_equal(memory_service.lender(), 0);
	assert_true(memory_service.lender_refused());
	assert_int_equal(memory_service.lender(), 1);
	assert_false(memory_service.lender_refused());
	assert_int_equal(memory_service.lender(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* these two first: the reserve is a part of all that was ever donated */
		cmocka_unit_test_setup_teardown(the_reserve_is_no_unit, start, finish),
		cmocka_unit_test_setup_teardown(a_part_is_kept_for_the_kernel, start, finish),
		cmocka_unit_test_setup_teardown(with_nothing_donated_nothing_comes, start, finish),
		cmocka_unit_test_setup_teardown(every_frame_comes_once_and_zeroed, start, finish),
		cmocka_unit_test_setup_teardown(the_kinds_are_kept_apart, start, finish),
		cmocka_unit_test_setup_teardown(the_cache_is_filled_in_batches_and_not_over_its_brim, start, finish),
		cmocka_unit_test_setup_teardown(units_come_whole_and_go_back_whole, start, finish),
		cmocka_unit_test_setup_teardown(what_is_cleared_is_zero_and_nothing_else, start, finish),
		cmocka_unit_test_setup_teardown(nodes_of_new_programs_have_a_reserve, start, finish),
		cmocka_unit_test_setup_teardown(the_nearest_core_is_asked, start, finish),
		cmocka_unit_test_setup_teardown(any_mixture_loses_nothing, start, finish),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
