/* units_test.c - free frames kept unit by unit: against a plain map of what is free, at random
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "abi/token.h"
#include "services/memory/units.h"
#include "tests/unit/physical_memory.h"

enum {
	UNITS = 6,
	FRAMES = UNITS * UNIT_FRAMES,
	ROUNDS = 200000,
	FIRST = 5,  /* frames of unit 0 that are somebody else's */
	LAST = 300, /* of the last one that are not */
};

static uint8_t *memory;
static struct unit_note note[UNITS];
static struct units units;
static bool is_free[FRAMES];

static uint64_t physical(unsigned frame)
{
	return (uint64_t)(memory + (size_t)frame * FRAME_BYTES) - TOKEN_BASE;
}

static unsigned frame_of(uint64_t address)
{
	uint64_t offset = (uint64_t)((uint8_t *)token_of(address) - memory);

	assert_int_equal(offset % FRAME_BYTES, 0);
	assert_true(offset / FRAME_BYTES < FRAMES);
	return (unsigned)(offset / FRAME_BYTES);
}

static unsigned first_of(unsigned unit)
{
	return unit * UNIT_FRAMES + (unit == 0 ? FIRST : 0);
}

static unsigned end_of(unsigned unit)
{
	return unit * UNIT_FRAMES + (unit == UNITS - 1 ? LAST : UNIT_FRAMES);
}

static int start(void **state)
{
	(void)state;
	memory = aligned_alloc(UNIT_BYTES, FRAMES * FRAME_BYTES);
	memset(is_free, 0, sizeof(is_free));
	units = (struct units){ 0 };
	for (unsigned unit = 0; memory && unit < UNITS; unit++) {
		units_add(&units, &note[unit], physical(first_of(unit)), physical(end_of(unit)));
		for (unsigned i = first_of(unit); i < end_of(unit); i++)
			is_free[i] = true;
	}
	return memory ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

static unsigned count_free(unsigned unit)
{
	unsigned count = 0;

	for (unsigned i = unit * UNIT_FRAMES; i < (unit + 1) * UNIT_FRAMES; i++)
		count += is_free[i];
	return count;
}

static unsigned listed(const struct unit_note *list, const struct unit_note *wanted)
{
	unsigned times = 0;

	for (const struct unit_note *previous = NULL; list; previous = list, list = list->next) {
		assert_ptr_equal(list->previous, previous);
		times += list == wanted;
	}
	return times;
}

/* I1 and I2 of units.h. */
static void assert_invariants(void)
{
	uint64_t frames = 0;

	for (unsigned unit = 0; unit < UNITS; unit++) {
		unsigned free_ones = count_free(unit);

		assert_int_equal(listed(units.whole, &note[unit]), free_ones == UNIT_FRAMES);
		assert_int_equal(listed(units.broken, &note[unit]), free_ones && free_ones < UNIT_FRAMES);
		frames += free_ones;
	}
	assert_int_equal(units.frames, frames);
}

/* What is taken is written all over: no list may run through it. */
static void take(void)
{
	uint64_t frame = units_take(&units);
	bool any_broken = false;

	if (!frame) {
		assert_int_equal(units.frames, 0);
		return;
	}
	assert_true(is_free[frame_of(frame)]);
	for (unsigned unit = 0; unit < UNITS; unit++)
		any_broken |= count_free(unit) && count_free(unit) < UNIT_FRAMES;
	if (any_broken)
		assert_int_not_equal(count_free(frame_of(frame) / UNIT_FRAMES), UNIT_FRAMES);
	is_free[frame_of(frame)] = false;
	memset(token_of(frame), 0xff, FRAME_BYTES);
}

static void take_whole(void)
{
	uint64_t unit = units_take_whole(&units);

	if (!unit) {
		for (unsigned i = 0; i < UNITS; i++)
			assert_int_not_equal(count_free(i), UNIT_FRAMES);
		return;
	}
	assert_int_equal(frame_of(unit) % UNIT_FRAMES, 0);
	assert_int_equal(count_free(frame_of(unit) / UNIT_FRAMES), UNIT_FRAMES);
	memset(&is_free[frame_of(unit)], 0, UNIT_FRAMES);
	memset(token_of(unit), 0xff, UNIT_BYTES);
}

static void give(unsigned frame)
{
	unsigned unit = frame / UNIT_FRAMES;

	if (is_free[frame] || frame < first_of(unit) || frame >= end_of(unit))
		return;
	units_release(&units, &note[unit], physical(frame));
	is_free[frame] = true;
}

/* Of a unit of which nothing is free, as a whole; or of any, one by one. */
static void give_unit(unsigned unit)
{
	if (!count_free(unit) && first_of(unit) % UNIT_FRAMES == 0 && end_of(unit) % UNIT_FRAMES == 0) {
		units_release_whole(&units, &note[unit]);
		memset(&is_free[unit * UNIT_FRAMES], 1, UNIT_FRAMES);
		return;
	}
	for (unsigned i = 0; i < UNIT_FRAMES; i++)
		give(unit * UNIT_FRAMES + i);
}

static void units_and_frames_at_random(void **state)
{
	uint64_t seed = 4711;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned action = next_random(&seed) % 1024;

		if (action < 500)
			take();
		else if (action < 1000)
			give(next_random(&seed) % FRAMES);
		else if (action < 1016)
			take_whole();
		else
			give_unit(next_random(&seed) % UNITS);
		if (round % 64 == 0)
			assert_invariants();
	}
	for (unsigned unit = 0; unit < UNITS; unit++)
		give_unit(unit);
	assert_invariants();
	for (unsigned unit = 1; unit < UNITS - 1; unit++)
		assert_int_equal(count_free(unit), UNIT_FRAMES);
}

/* And once more, from units that were whole in between. */
static void everything_comes_once(void **state)
{
	uint64_t count = units.frames;

	(void)state;
	assert_int_equal(count, FRAMES - FIRST - (UNIT_FRAMES - LAST));
	for (unsigned turn = 0; turn < 2; turn++) {
		for (uint64_t left = count; left; left--)
			take();
		assert_int_equal(units_take(&units), 0);
		assert_invariants();
		for (unsigned i = 0; i < FRAMES; i++)
			give(i);
		assert_invariants();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_comes_once, start, finish),
		cmocka_unit_test_setup_teardown(units_and_frames_at_random, start, finish),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
