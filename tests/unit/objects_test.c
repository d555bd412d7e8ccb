/* objects_test.c - objects that are shared by token: who may what, and the ends of all who have a part in one
 * SPDX-License-Identifier: MIT
 * One core alone tries what each operation allows and refuses. Then four: an object's home grants and takes back while all load by token, and
 * spaces end while it is in the middle of that. A page that is reached after it was taken back shows as poison, or as a race under
 * ThreadSanitizer; a space that is touched after its end as a race, or as a frame too few or too many at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/spaces.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"

enum {
	ROUNDS = 200,
	COPY_EVERY = 7, /* rounds */
	WORDS = PAGE_SIZE / 8,
	HOME = 1,       /* the place of the objects' home where there are four cores */
	HEAP = 0x4000000,
	READ = TOKEN_READ,
	CHANGE = TOKEN_CHANGE,
	WRITE = TOKEN_WRITE,
};

static const uint64_t poison = UINT64_C(0xdead) << 40;
static const unsigned FOUR[] = { 0, 1, 2, 3 };

static _Thread_local unsigned visited;

static void count_visit(enum frame_type type, uint64_t frame)
{
	play_must(type == FRAME_values || type == FRAME_board);
	play_must(frame_entry(frame)->type == (uint8_t)type);
	visited++;
}

static unsigned objects(void)
{
	visited = 0;
	objects_visit(count_visit);
	return visited;
}

static uint64_t create(struct vspace *maker, enum object_type type)
{
	int64_t token = object_create(maker, type);

	play_must(token >= (int64_t)TOKEN_WINDOW && token < (int64_t)TOKEN_WINDOW_END);
	return (uint64_t)token - TOKEN_WINDOW;
}

static status_t grant(uint64_t frame, struct vspace *maker, struct vspace *to, uint64_t rights)
{
	return (status_t)object_change(OBJECT_GRANT, frame, maker, (uint64_t)to, rights);
}

static status_t revoke(uint64_t frame, struct vspace *maker, struct vspace *from)
{
	return (status_t)object_change(OBJECT_REVOKE, frame, maker, (uint64_t)from, 0);
}

/* As a program of the space, which runs on this core meanwhile. */
static status_t reach(struct vspace *by, uint64_t frame, enum access access, uint64_t **word)
{
	struct view *view = view_get(by), *before = view_active();
	status_t status;

	play_must(view);
	view_activate(view);
	status = processor_access(view, TOKEN_WINDOW + frame, access, space_interrupt, (void **)word);
	view_activate(before);
	return status;
}

static bool may(struct vspace *by, uint64_t frame, enum access access)
{
	uint64_t *word;
	status_t status = reach(by, frame, access, &word);

	play_must(status == STATUS_OK || status == STATUS_BAD_ADDRESS);
	return !status;
}

/* What is made from a space does not have its tokens. */
static void copy_space(uint64_t frame)
{
	struct vspace *copy = vspace_fork(space);

	play_must(copy && !vspace_page(copy, TOKEN_WINDOW + frame));
	vspace_release(copy);
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
static unsigned take_all(enum frame_type type, uint64_t *taken)
{
	unsigned count = 0;

	while ((taken[count] = frame_take(type)))
		count++;
	return count;
}

static void give_all(const uint64_t *taken, unsigned count)
{
	while (count)
		frame_give(taken[--count]);
}

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
static uint64_t round_now, frame_now;
static struct { uint64_t holds, lost; } said[PLAY_MAX];

static void say(uint64_t *word, uint64_t what)
{
	__atomic_exchange_n(word, what, __ATOMIC_RELAXED); /* so that the kernel's steps around it come before and after */
}

/* Back in the program then: doorbells ring. */
static void serve_until(const uint64_t *word, uint64_t what)
{
	space_interrupt();
	while (__atomic_load_n(word, __ATOMIC_RELAXED) < what) {
		space_interrupt();
		cpu_pause();
	}
}

static void load_until_lost(uint64_t round)
{
	uint64_t frame, *word;

	serve_until(&round_now, round);
	frame = __atomic_load_n(&frame_now, __ATOMIC_RELAXED);
	while (!space_access(TOKEN_WINDOW + frame, ACCESS_READ, (void **)&word)) {
		play_must(*word == round);
		say(&said[play_place()].holds, round);
		cpu_pause();
	}
	say(&said[play_place()].lost, round);
}

static void grant_and_revoke(struct vspace *maker, uint64_t round)
{
	uint64_t frame = create(maker, OBJECT_VALUES), *word;

	*(uint64_t *)direct(frame) = round;
	play_must(!grant(frame, maker, space, READ));
	say(&frame_now, frame);
	say(&round_now, round);
	if (round % 2)
		play_must(!space_access(TOKEN_WINDOW + frame, ACCESS_READ, (void **)&word) && *word == round);
	for (unsigned place = 0; place < PLAY_MAX; place++)
		if (place != HOME)
			serve_until(&said[place].holds, round);
	if (round % 3)
		play_must(!revoke(frame, maker, space));
	else
		play_must(!object_change(OBJECT_DESTROY, frame, maker, 0, 0));
	if (round % 3)
		*(uint64_t *)direct(frame) = poison;
	for (unsigned place = 0; place < PLAY_MAX; place++)
		if (place != HOME)
			serve_until(&said[place].lost, round);
	play_must(space_access(TOKEN_WINDOW + frame, ACCESS_READ, (void **)&word) == STATUS_BAD_ADDRESS);
	if (round % 3)
		play_must(!object_change(OBJECT_DESTROY, frame, maker, 0, 0));
}

static void grant_revoke_and_load(void)
{
	struct vspace *maker = NULL;

	if (play_place() == 0) {
		memset(said, 0, sizeof(said));
		round_now = 0;
	}
	space_open(HEAP);
	if (play_place() == HOME)
		maker = vspace_create(HEAP);
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		if (play_place() == HOME)
			grant_and_revoke(maker, round);
		else
			load_until_lost(round);
		if (play_place() == 3 && round % COPY_EVERY == 0)
			copy_space(__atomic_load_n(&frame_now, __ATOMIC_RELAXED));
	}
	space_meet();
	if (maker)
		vspace_release(maker);
	play_must(!objects());
	space_meet();
	space_close();
}

static void a_page_taken_back_is_reached_by_nobody(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, grant_revoke_and_load);
}

/* The home destroys an object that two spaces have. The first has it on place 0, which does not listen until a space has come to its end,
 * at its own home: the second one, whose frames are somebody else's then; or until the first one is about to. */
static struct vspace *first, *second;
static bool second_ends;
static uint64_t released;

/* At the home of all of them. */
static void end_second(void)
{
	static uint64_t taken[UNIT_SIZE / PAGE_SIZE];
	unsigned count;

	vspace_release(second);
	count = take_all(FRAME_slots, taken);
	say(&released, 1);
	space_meet();
	for (unsigned i = 0; i < count; i++)
		for (unsigned index = 0; index < WORDS; index++)
			play_must(!((const uint64_t *)direct(taken[i]))[index]);
	give_all(taken, count);
}

static void end_in_the_middle(void)
{
	uint64_t frame = 0, *word;
	struct vspace *maker = NULL;

	space_open(HEAP);
	if (play_place() == 2)
		first = vspace_create(HEAP);
	if (play_place() == 3)
		second = vspace_create(HEAP);
	play_meet();
	if (play_place() == HOME) {
		released = 0;
		maker = vspace_create(HEAP);
		frame_now = frame = create(maker, OBJECT_VALUES);
		play_must(!grant(frame, maker, second, READ) && !grant(frame, maker, first, READ)); /* the last is ended first */
	}
	space_meet();
	if (play_place() == 0)
		play_must(!reach(first, frame_now, ACCESS_READ, &word));
	space_meet();
	if (play_place() == HOME)
		play_must(!object_change(OBJECT_DESTROY, frame, maker, 0, 0));
	if (play_place() == 2 && !second_ends) {
		say(&released, 1);
		vspace_release(first);
	}
	if (play_place() == 0)
		while (!__atomic_load_n(&released, __ATOMIC_RELAXED))
			cpu_pause();
	if (play_place() == 3 && second_ends)
		end_second();
	else
		space_meet();
	if (maker)
		vspace_release(maker);
	if (play_place() == 3 && !second_ends)
		vspace_release(second);
	if (play_place() == 2 && second_ends)
		vspace_release(first);
	play_must(!objects());
	space_meet();
	space_close();
}

static void another_space_may_end_in_the_middle(void **state)
{
	(void)state;
	second_ends = true;
	for (unsigned times = 0; times < 10; times++)
		play(PLAY_MAX, FOUR, end_in_the_middle);
}

static void the_space_itself_may_end_in_the_middle(void **state)
{
	(void)state;
	second_ends = false;
	for (unsigned times = 0; times < 10; times++)
		play(PLAY_MAX, FOUR, end_in_the_middle);
}

/* The maker, whose home is another core, ends while all have its object and load from it. */
static struct vspace *maker_there;

static void end_the_maker(void)
{
	uint64_t *word;

	space_open(HEAP);
	if (play_place() == 2)
		maker_there = vspace_create(HEAP);
	play_meet();
	if (play_place() == HOME) {
		frame_now = create(maker_there, OBJECT_VALUES);
		play_must(!grant(frame_now, maker_there, space, READ));
	}
	space_meet();
	play_must(!space_access(TOKEN_WINDOW + frame_now, ACCESS_READ, (void **)&word) && *word == 0);
	space_meet();
	if (play_place() == 2)
		vspace_release(maker_there);
	space_meet();
	play_must(objects_orphaned == (play_place() == HOME));
	if (objects_orphaned) {
		objects_collect();
		*(uint64_t *)direct(frame_now) = poison;
		play_must(!objects_orphaned && !objects());
	}
	space_meet();
	play_must(space_access(TOKEN_WINDOW + frame_now, ACCESS_READ, (void **)&word) == STATUS_BAD_ADDRESS);
	space_meet();
	space_close();
}

static void the_end_of_its_maker_ends_it_everywhere(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, end_the_maker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_right_is_what_was_granted),
		cmocka_unit_test(the_kernels_words_stay_its_own),
		cmocka_unit_test(a_name_is_of_one_life),
		cmocka_unit_test(what_a_space_had_ends_with_it),
		cmocka_unit_test(without_frames_nothing_is_lost),
		cmocka_unit_test(a_page_taken_back_is_reached_by_nobody),
		cmocka_unit_test(another_space_may_end_in_the_middle),
		cmocka_unit_test(the_space_itself_may_end_in_the_middle),
		cmocka_unit_test(the_end_of_its_maker_ends_it_everywhere),
	};

	return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
