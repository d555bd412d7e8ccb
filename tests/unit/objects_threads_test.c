/* objects_threads_test.c - objects that are shared by token, on four cores
 * SPDX-License-Identifier: MIT
 * An object's home grants and takes back while all load by token, and spaces end while it is in the middle of that. A page that is reached
 * after it was taken back shows as poison, or as a race under ThreadSanitizer; a space that is touched after its end as a race, or as a
 * frame too few or too many at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/spaces.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"
#include "tests/unit/objects.h"

enum {
	ROUNDS = 200,
	COPY_EVERY = 7, /* rounds */
	HOME = 1,       /* the place of the objects' home */
};

static const uint64_t poison = UINT64_C(0xdead) << 40;
static const unsigned FOUR[] = { 0, 1, 2, 3 };

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
		cmocka_unit_test(a_page_taken_back_is_reached_by_nobody),
		cmocka_unit_test(another_space_may_end_in_the_middle),
		cmocka_unit_test(the_space_itself_may_end_in_the_middle),
		cmocka_unit_test(the_end_of_its_maker_ends_it_everywhere),
	};

	return cmocka_run_group_tests_name("objects_threads", tests, NULL, NULL);
}
