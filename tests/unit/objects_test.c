/* objects_test.c - objects that are shared by token, on one core: who may what, and the ends of all who have a part in one
 * SPDX-License-Identifier: MIT
 * Each operation with what it allows and what it refuses; names of lives that are over; no frame left at any step. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/spaces.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "tests/unit/objects.h"

static const unsigned FOUR[] = { 0, 1, 2, 3 };

static bool may(struct vspace *by, uint64_t frame, enum access access)
{
	uint64_t *word;
	status_t status = reach(by, frame, access, &word);

	play_must(status == STATUS_OK || status == STATUS_BAD_ADDRESS);
	return !status;
}

/* One core. `space` makes, another one of the same core is granted to. */
static struct vspace *other;

static void open_two(void)
{
	space_open(HEAP);
	other = vspace_create(HEAP);
	play_must(other);
}

static void close_two(void)
{
	play_must(!objects());
	vspace_release(other);
	space_close();
}

static void try_rights(void)
{
	uint64_t values, board, *word;

	open_two();
	values = create(space, OBJECT_VALUES);
	board = create(space, OBJECT_BOARD);
	play_must(objects() == 2);
	play_must(object_create(space, (enum object_type)2) == STATUS_BAD_ARGUMENT);
	play_must(object_create(space, (enum object_type)-1) == STATUS_BAD_ARGUMENT);

	play_must(may(space, values, ACCESS_READ) && may(space, values, ACCESS_WRITE) && !may(space, values, ACCESS_EXECUTE));
	play_must(may(space, board, ACCESS_READ) && !may(space, board, ACCESS_WRITE) && !may(space, board, ACCESS_EXECUTE));
	play_must(!may(other, values, ACCESS_READ) && !may(other, board, ACCESS_READ));
	copy_space(values);
	play_must(may(space, values, ACCESS_WRITE));

	play_must(grant(values, space, other, 0) == STATUS_BAD_ARGUMENT);
	play_must(grant(values, space, other, WRITE) == STATUS_BAD_ARGUMENT);
	play_must(grant(values, space, other, READ | 8) == STATUS_BAD_ARGUMENT);
	play_must(grant(values, space, other, READ | UINT64_C(1) << 32) == STATUS_BAD_ARGUMENT);
	play_must(grant(board, space, other, READ | WRITE) == STATUS_BAD_ARGUMENT);
	play_must(grant(values, other, other, READ) == STATUS_NOT_FOUND);
	play_must(!grant(values, space, other, READ));
	play_must(grant(values, space, other, READ | WRITE) == STATUS_EXISTS);
	play_must(grant(values, other, other, READ) == STATUS_NOT_ALLOWED);
	play_must(revoke(values, other, other) == STATUS_NOT_ALLOWED);
	play_must(object_change(OBJECT_DESTROY, values, other, 0, 0) == STATUS_NOT_ALLOWED);
	play_must(object_change((enum object_operation)77, values, space, 0, 0) == STATUS_NO_CALL);

	play_must(!reach(space, values, ACCESS_WRITE, &word));
	word[5] = 55;
	play_must(!reach(other, values, ACCESS_READ, &word) && word[5] == 55);
	play_must(!may(other, values, ACCESS_WRITE) && !may(other, values, ACCESS_EXECUTE));
	play_must(object_change(OBJECT_WRITE, values, other, 1, 1) == STATUS_NOT_ALLOWED);
	play_must(object_change(OBJECT_READ, values, other, 5, 0) == 55);
	play_must(!revoke(values, space, other));
	play_must(revoke(values, space, other) == STATUS_NOT_FOUND);
	play_must(!may(other, values, ACCESS_READ) && may(space, values, ACCESS_READ));
	play_must(object_change(OBJECT_READ, values, other, 5, 0) == STATUS_NOT_FOUND);
	play_must(!grant(values, space, other, READ | WRITE) && may(other, values, ACCESS_WRITE));
	play_must(object_change(OBJECT_WRITE, values, other, 1, 1) == STATUS_NOT_ALLOWED);
	play_must(!grant(board, space, other, READ | CHANGE) && !may(other, board, ACCESS_WRITE));
	play_must(!object_change(OBJECT_WRITE, board, other, 1, 1));

	play_must(!object_change(OBJECT_DESTROY, values, space, 0, 0) && objects() == 1);
	play_must(!may(other, values, ACCESS_READ) && !may(space, values, ACCESS_READ));
	play_must(!object_change(OBJECT_DESTROY, board, space, 0, 0));
	close_two();
}

static void each_right_is_what_was_granted(void **state)
{
	(void)state;
	play(1, FOUR, try_rights);
}

static void try_words(void)
{
	uint64_t values, board, *word;

	open_two();
	values = create(space, OBJECT_VALUES);
	board = create(space, OBJECT_BOARD);
	for (unsigned index = 0; index < WORDS; index++)
		play_must(!object_change(OBJECT_WRITE, values, space, index, 1000 + index));
	play_must(!reach(space, values, ACCESS_READ, &word));
	for (unsigned index = 0; index < WORDS; index++)
		play_must(word[index] == 1000 + index && object_change(OBJECT_READ, values, space, index, 0) == 1000 + index);
	play_must(object_change(OBJECT_WRITE, values, space, WORDS, 1) == STATUS_BAD_ARGUMENT);
	play_must(object_change(OBJECT_WRITE, values, space, UINT64_MAX, 1) == STATUS_BAD_ARGUMENT);
	play_must(object_change(OBJECT_READ, values, space, WORDS, 0) == STATUS_BAD_ARGUMENT);
	play_must(!object_change(OBJECT_WRITE, values, space, 3, UINT64_MAX));
	play_must(word[3] == UINT64_MAX && object_change(OBJECT_READ, values, space, 3, 0) == INT64_MAX);

	play_must(!reach(space, board, ACCESS_READ, &word));
	play_must(object_change(OBJECT_WRITE, board, space, 0, 1) == STATUS_BAD_ARGUMENT);
	play_must(object_change(OBJECT_WRITE, board, space, WORDS, 1) == STATUS_BAD_ARGUMENT);
	play_must(object_change(OBJECT_WRITE, board, space, WORDS + 1, 1) == STATUS_BAD_ARGUMENT);
	play_must(word[0] == 0);
	for (unsigned index = 1; index < WORDS; index++)
		play_must(!object_change(OBJECT_WRITE, board, space, index, index) && word[0] == index && word[index] == index);

	play_must(object_change(OBJECT_READ, values + 8, space, 0, 0) == STATUS_NOT_FOUND);
	play_must(!object_change(OBJECT_DESTROY, values, space, 0, 0));
	play_must(!object_change(OBJECT_DESTROY, board, space, 0, 0));
	close_two();
}

static void the_kernels_words_stay_its_own(void **state)
{
	(void)state;
	play(1, FOUR, try_words);
}

/* Its frame becomes another object's. */
static void end_and_begin_again(void)
{
	uint64_t first, second, *word;
	uint32_t generation;

	open_two();
	first = create(space, OBJECT_VALUES);
	generation = frame_generation(first);
	play_must(object_is(first, generation));
	play_must(!object_change(OBJECT_WRITE, first, space, 9, 9) && !grant(first, space, other, READ));
	play_must(may(other, first, ACCESS_READ));
	play_must(!object_change(OBJECT_DESTROY, first, space, 0, 0));
	play_must(object_change(OBJECT_DESTROY, first, space, 0, 0) == STATUS_NOT_FOUND);
	play_must(!object_is(first, generation) && frame_entry(first)->type == FRAME_free);
	do /* bounded: frames come back after those that were never used */
		second = create(space, OBJECT_BOARD);
	while (second != first);
	play_must(!object_is(second, generation) && !may(other, second, ACCESS_READ));
	play_must(!reach(space, second, ACCESS_READ, &word) && word[9] == 0);
	vspace_release(other);
	other = vspace_create(HEAP);
	play_must(other && !may(other, second, ACCESS_READ) && !objects_orphaned);
	play_must(grant(second, space, other, READ) == STATUS_OK);
	vspace_release(space);
	play_must(objects_orphaned && may(other, second, ACCESS_READ));
	objects_collect();
	play_must(!objects_orphaned && !may(other, second, ACCESS_READ));
	space = other;
	other = vspace_create(HEAP);
	space_view = view_get(space);
	close_two();
}

static void a_name_is_of_one_life(void **state)
{
	(void)state;
	play(1, FOUR, end_and_begin_again);
}

/* A grant goes with its space, an object with its maker. */
static void end_spaces(void)
{
	struct vspace *maker;
	uint64_t frame[3], own;

	open_two();
	maker = vspace_create(HEAP);
	play_must(maker);
	for (unsigned i = 0; i < 3; i++) {
		frame[i] = create(maker, OBJECT_VALUES);
		play_must(!grant(frame[i], maker, space, READ) && !grant(frame[i], maker, other, READ));
	}
	own = create(space, OBJECT_VALUES);
	play_must(!grant(own, space, maker, READ) && !grant(own, space, other, READ) && may(maker, own, ACCESS_READ));
	play_must(may(other, frame[0], ACCESS_READ));
	vspace_release(other);
	play_must(!objects_orphaned && objects() == 4);
	play_must(may(maker, frame[0], ACCESS_READ) && may(space, frame[0], ACCESS_READ));
	other = vspace_create(HEAP); /* where the last one was */
	play_must(other && !may(other, frame[0], ACCESS_READ));
	play_must(object_change(OBJECT_READ, frame[0], other, 0, 0) == STATUS_NOT_FOUND);
	play_must(!grant(frame[0], maker, other, READ) && may(other, frame[0], ACCESS_READ));
	vspace_release(maker);
	play_must(objects_orphaned && objects() == 4);
	maker = vspace_create(HEAP);
	play_must(maker && grant(frame[1], maker, maker, READ) == STATUS_NOT_FOUND); /* it is not the one that ended */
	objects_collect();
	play_must(!objects_orphaned && objects() == 1);
	for (unsigned i = 0; i < 3; i++)
		play_must(!may(space, frame[i], ACCESS_READ) && !may(other, frame[i], ACCESS_READ));
	play_must(may(space, own, ACCESS_READ) && !may(other, own, ACCESS_READ));
	vspace_release(maker);
	play_must(!object_change(OBJECT_DESTROY, own, space, 0, 0));
	close_two();
}

static void what_a_space_had_ends_with_it(void **state)
{
	(void)state;
	play(1, FOUR, end_spaces);
}

/* Without frames of one kind; 0: of which there are enough. */
static void run_out_of_frames(void)
{
	static uint64_t taken[PLAY_UNITS * UNIT_SIZE / PAGE_SIZE];
	uint64_t frame;
	unsigned count;

	open_two();
	count = take_all(FRAME_user, taken);
	play_must(object_create(space, OBJECT_VALUES) == STATUS_NO_MEMORY); /* no record of it */
	give_all(taken, count);
	frame = create(space, OBJECT_VALUES);
	play_must(!object_change(OBJECT_DESTROY, frame, space, 0, 0));
	count = take_all(FRAME_user, taken);
	play_must(object_create(space, OBJECT_VALUES) == STATUS_NO_MEMORY); /* no frame */
	give_all(taken, count);
	frame = create(space, OBJECT_VALUES);
	count = take_all(FRAME_slots, taken);
	play_must(object_create(other, OBJECT_VALUES) == STATUS_NO_MEMORY); /* no slots */
	play_must(grant(frame, space, other, READ) == STATUS_NO_MEMORY && objects() == 1);
	give_all(taken, count);
	play_must(!grant(frame, space, other, READ));
	play_must(!object_change(OBJECT_DESTROY, frame, space, 0, 0));
	close_two();
}

static void without_frames_nothing_is_lost(void **state)
{
	(void)state;
	play(1, FOUR, run_out_of_frames);
}

/* Four cores from here on. What place 1 says to all. */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_right_is_what_was_granted),
		cmocka_unit_test(the_kernels_words_stay_its_own),
		cmocka_unit_test(a_name_is_of_one_life),
		cmocka_unit_test(what_a_space_had_ends_with_it),
		cmocka_unit_test(without_frames_nothing_is_lost),
	};

	return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
