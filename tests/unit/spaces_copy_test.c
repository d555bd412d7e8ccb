/* spaces_copy_test.c - an address space that is copied while four cores use and change it
 * SPDX-License-Identifier: MIT
 * Every core writes everywhere, changes a part of its own, and now and then copies the space: what the copy has must not change any more,
 * while the others go on. A page that two spaces write shows as a changed word, or as a race under ThreadSanitizer; a page that is lost or
 * freed twice as a frame too few or too many at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/memory/copy.h"
#include "tests/cores/spaces.h"
#include "tests/unit/physical_memory.h"

enum {
	STEPS = 3000,    /* of a core */
	PAGES = 96,      /* that are used */
	PART = PAGES / PLAY_MAX,
	COPY_EVERY = 60, /* steps */
	MEANWHILE = 40,  /* steps between two looks at a copy */
	HEAP = 0x4000000,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

static _Thread_local uint64_t seed, copies;

static void write_somewhere(void)
{
	unsigned page = next_random(&seed) % PAGES;
	uint64_t *word;
	enum access access = next_random(&seed) % 4 ? ACCESS_WRITE : ACCESS_READ;

	if (space_access(space_address(page), access, (void **)&word) || access != ACCESS_WRITE)
		return;
	word[play_place()] = next_random(&seed);
}

static void change_own_part(void)
{
	static const enum vspace_operation OPERATIONS[] = { VSPACE_MAP, VSPACE_MAP, VSPACE_PROTECT, VSPACE_UNMAP, VSPACE_DISCARD };
	unsigned first = play_place() * PART + next_random(&seed) % PART;
	unsigned count = 1 + next_random(&seed) % ((play_place() + 1) * PART - first);
	unsigned rights = next_random(&seed) % 3 ? VSPACE_READ | VSPACE_WRITE : VSPACE_READ;
	enum vspace_operation operation = OPERATIONS[next_random(&seed) % 5];

	int64_t result = space_change(operation, space_address(first), count * PAGE_SIZE, rights, VSPACE_FIXED);

	play_must(result >= 0 || (result == STATUS_NO_MEMORY && (operation == VSPACE_PROTECT || operation == VSPACE_DISCARD)));
}

/* The words of a copy's page, copied out; zeros where nothing is mapped. */
static void look(struct vspace *copy, unsigned page, uint64_t *words)
{
	const uint64_t *found = vspace_page(copy, space_address(page));

	memset(words, 0, PLAY_MAX * sizeof(*words));
	if (found)
		memcpy(words, found, PLAY_MAX * sizeof(*words));
}

static void copy_and_compare(void)
{
	uint64_t first[PAGES][PLAY_MAX], again[PLAY_MAX];
	struct vspace *copy = space_fork(space);

	play_must(copy);
	copies++;
	for (unsigned page = 0; page < PAGES; page++)
		look(copy, page, first[page]);
	for (unsigned step = 0; step < MEANWHILE; step++)
		write_somewhere();
	for (unsigned page = 0; page < PAGES; page++) {
		look(copy, page, again);
		play_must(!memcmp(first[page], again, sizeof(again)));
	}
	vspace_release(copy);
}

static void use_change_and_copy(void)
{
	space_open(HEAP);
	seed = 100 + this_core();
	play_meet();
	for (unsigned step = 0; step < STEPS; step++) {
		write_somewhere();
		if (step % 8 == 0)
			change_own_part();
		if (step % COPY_EVERY == COPY_EVERY - 1)
			copy_and_compare();
	}
	play_must(copies == STEPS / COPY_EVERY);
	space_meet();
	space_close();
}

static void a_copy_does_not_change(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, use_change_and_copy);
}

/* One core alone, step by step. */
static void write_to_both(void)
{
	uint64_t *word, *shared;
	struct vspace *copy;

	space_open(HEAP);
	play_must(space_change(VSPACE_MAP, space_address(0), 3 * PAGE_SIZE, VSPACE_READ | VSPACE_WRITE, VSPACE_FIXED) > 0);
	play_must(space_change(VSPACE_MAP, space_address(3), 2 * PAGE_SIZE, VSPACE_READ | VSPACE_WRITE | VSPACE_SHARED, VSPACE_FIXED) > 0);
	play_must(!space_access(space_address(0), ACCESS_WRITE, (void **)&word));
	*word = 7;
	play_must(!space_access(space_address(3), ACCESS_WRITE, (void **)&shared));
	*shared = 8;
	copy = space_fork(space);
	play_must(copy);
	play_must(vspace_page(copy, space_address(0)) == word && vspace_page(copy, space_address(3)) == shared);
	play_must(vspace_page(copy, space_address(4)) != NULL);
	play_must(!space_access(space_address(0), ACCESS_READ, (void **)&word) && *word == 7);
	play_must(vspace_page(copy, space_address(0)) == word);
	play_must(!space_access(space_address(0), ACCESS_WRITE, (void **)&word) && *word == 7);
	play_must(vspace_page(copy, space_address(0)) != word); /* it has the old one */
	play_must(!space_access(space_address(3), ACCESS_WRITE, (void **)&word) && word == shared);
	play_must(!space_access(space_address(4), ACCESS_WRITE, (void **)&word) && word == vspace_page(copy, space_address(4)));
	play_must(!space_change(VSPACE_DISCARD, space_address(3), PAGE_SIZE, 0, 0));
	play_must(!space_access(space_address(3), ACCESS_READ, (void **)&word) && *word == 8);
	vspace_release(copy);
	play_must(!space_access(space_address(0), ACCESS_WRITE, (void **)&shared) && *shared == 7);
	space_close();
}

static void writing_takes_a_copy_and_sharing_does_not(void **state)
{
	(void)state;
	play(1, FOUR, write_to_both);
}

/* All hold a page when one of them has to copy it: the others' next look must find what it wrote. */
static void write_what_all_hold(void)
{
	static struct vspace *copy;
	uint64_t *word;

	space_open(HEAP);
	if (play_place() == 0)
		play_must(space_change(VSPACE_MAP, space_address(0), PAGE_SIZE, VSPACE_READ | VSPACE_WRITE, VSPACE_FIXED) > 0);
	space_meet();
	for (uint64_t round = 1; round < PLAY_MAX; round++) {
		play_must(!space_access(space_address(0), ACCESS_READ, (void **)&word) && *word == round - 1);
		space_meet();
		if (play_place() == round) {
			copy = space_fork(space);
			play_must(copy);
			play_must(!space_access(space_address(0), ACCESS_WRITE, (void **)&word));
			*word = round;
		}
		space_meet();
		play_must(!space_access(space_address(0), ACCESS_READ, (void **)&word) && *word == round);
		if (play_place() == round)
			vspace_release(copy);
		space_meet();
	}
	space_close();
}

static void what_one_writes_all_see(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, write_what_all_hold);
}

/* A program in the copy. */
static void run_in_the_copy(void)
{
	uint64_t *word, *theirs;
	struct vspace *copy;
	struct view *view;

	space_open(HEAP);
	play_must(space_change(VSPACE_MAP, space_address(0), PAGE_SIZE, VSPACE_READ | VSPACE_WRITE, VSPACE_FIXED) > 0);
	play_must(!space_access(space_address(0), ACCESS_WRITE, (void **)&word));
	*word = 5;
	copy = space_fork(space);
	play_must(copy);
	view = view_get(copy);
	play_must(view);
	view_activate(view);
	play_must(!processor_access(view, space_address(0), ACCESS_READ, space_interrupt, (void **)&theirs) && theirs == word);
	play_must(!processor_access(view, space_address(0), ACCESS_WRITE, space_interrupt, (void **)&theirs) && theirs != word);
	play_must(*theirs == 5);
	*theirs = 6;
	view_activate(space_view);
	play_must(!space_access(space_address(0), ACCESS_READ, (void **)&word) && *word == 5);
	vspace_release(copy);
	space_close();
}

static void a_copy_copies_before_it_writes(void **state)
{
	(void)state;
	play(1, FOUR, run_in_the_copy);
}

/* The last one that has a page need not copy it. */
static void write_alone(void)
{
	uint64_t *before, *after;
	struct vspace *copy;

	space_open(HEAP);
	play_must(space_change(VSPACE_MAP, space_address(0), PAGE_SIZE, VSPACE_READ | VSPACE_WRITE, VSPACE_FIXED) > 0);
	play_must(!space_access(space_address(0), ACCESS_WRITE, (void **)&before));
	copy = space_fork(space);
	play_must(copy);
	vspace_release(copy);
	play_must(!space_access(space_address(0), ACCESS_WRITE, (void **)&after) && after == before);
	space_close();
}

static void the_last_owner_keeps_the_page(void **state)
{
	(void)state;
	play(1, FOUR, write_alone);
}

static void all_this_holds_where_tables_are_shared(void **state)
{
	(void)state;
	play_booted("tables=shared", 1, FOUR, write_to_both);
	play_booted("tables=shared", 1, FOUR, run_in_the_copy);
	play_booted("tables=shared", PLAY_MAX, FOUR, write_what_all_hold);
	play_booted("tables=shared", PLAY_MAX, FOUR, use_change_and_copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writing_takes_a_copy_and_sharing_does_not),
		cmocka_unit_test(the_last_owner_keeps_the_page),
		cmocka_unit_test(a_copy_copies_before_it_writes),
		cmocka_unit_test(what_one_writes_all_see),
		cmocka_unit_test(a_copy_does_not_change),
		cmocka_unit_test(all_this_holds_where_tables_are_shared),
	};

	return cmocka_run_group_tests_name("spaces_copy", tests, NULL, NULL);
}
