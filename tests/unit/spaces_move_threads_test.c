/* spaces_move_threads_test.c - mappings that go from place to place while four cores use them
 * SPDX-License-Identifier: MIT
 * Step by step; then in any mixture, with each core's mappings used by all, and while the space is copied. A page that is left behind shows as
 * an access that should have failed, or as a value lost; a frame that is lost or given back twice, or an owner counted wrong, when the space
 * is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/move.h" /* first: it says where physical memory lies here */
#include "kernel/memory/arena.h"
#include "kernel/memory/copy.h"
#include "tests/unit/physical_memory.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };

/* A move that core `by` asks for; each core but the home is told so often. */
static void move_tells(unsigned by, uint64_t from, unsigned count, uint64_t to, unsigned tells)
{
	unsigned before = space_told;

	space_meet();
	if (play_place() == by)
		play_must(move_it(from, count, count, to) == (int64_t)to);
	space_meet();
	play_must(play_place() == 0 || space_told == before + tells);
}

static void move_what_all_hold(void)
{
	huge_open();
	if (play_place() == 0)
		move_map(move_at(1, 0), 1300, READ | WRITE);
	space_meet();
	move_write_values(move_at(1, 0), 1300, HUGE_FEW);
	move_tells(0, move_at(1, 0), 1300, move_at(3, 77), 1);
	move_check_nothing(move_at(1, 0), 1300);
	move_check_values(move_at(3, 77), 1300, HUGE_FEW);
	move_tells(3, move_at(3, 77), 1300, move_at(5, 512), 1);
	move_tells(2, move_at(5, 512), 1300, move_at(1, 1), 0); /* nobody has used it since */
	move_check_nothing(move_at(5, 512), 1300);
	move_check_values(move_at(1, 1), 1300, HUGE_FEW);
	space_meet();
	if (play_place() == 0)
		move_map_huge(7 * GIB, 1);
	space_meet();
	move_write_values(7 * GIB, UNIT_PAGES, HUGE_FEW);
	move_tells(1, 7 * GIB, UNIT_PAGES, 7 * GIB - UNIT_SIZE, 1);
	move_check_nothing(7 * GIB, UNIT_PAGES);
	move_check_values(7 * GIB - UNIT_SIZE, UNIT_PAGES, HUGE_FEW);
	space_meet();
	huge_close();
}

static void who_held_a_page_finds_it_where_it_went(void **state)
{
	(void)state;
	play(PLAY_MAX, FOUR, move_what_all_hold);
}

/* Any mixture. Each core has three mappings that it alone changes, and all use; each goes to and fro in two windows, or anywhere. */
enum {
	MAPPINGS = 3,
	LONGEST = 40,  /* pages */
	WINDOW = 600,
	MOVES = 1000,  /* of a core */
	ACCESSES = 300, /* between two of them, at most */
	COPY_EVERY = 50, /* moves */
	UNSURE = 0xffffffff,
};

/* What an owner says of a page: one word, written by it alone. */
struct fact {
	uint64_t changes : 24;  /* so far */
	uint64_t contents : 24; /* how often it has been a new page */
	uint64_t busy : 1;      /* a change is under way */
	uint64_t mapped : 1;
};

_Static_assert(sizeof(struct fact) == 8, "read and written as one word");

struct owned {
	uint64_t start; /* where it is; and where it was, when nothing is there now, or 0 */
	uint64_t before;
	uint64_t facts[LONGEST];
};

static struct owned owned[PLAY_MAX][MAPPINGS];
static _Thread_local unsigned size_of[MAPPINGS];
static _Thread_local uint32_t written_with[PLAY_MAX][MAPPINGS][LONGEST];
static _Thread_local uint64_t seed, compared, left_behind;

/* An exchange, so that the kernel's steps around it come before and after. */
static void say(uint64_t *word, uint64_t value)
{
	__atomic_exchange_n(word, value, __ATOMIC_RELAXED);
}

static uint64_t heard(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static struct fact fact_of(const uint64_t *word)
{
	uint64_t now = heard(word);
	struct fact fact;

	memcpy(&fact, &now, sizeof(fact));
	return fact;
}

static void say_fact(uint64_t *word, struct fact fact)
{
	uint64_t now;

	memcpy(&now, &fact, sizeof(now));
	say(word, now);
}

/* The first mapping of each core is the home's to change, the others are its own arena's. */
static uint64_t window(unsigned owner, unsigned mapping, unsigned which)
{
	uint64_t base = mapping == 0 ? 2 * GIB : arena_of(owner).start;

	return base + ((uint64_t)(owner * MAPPINGS + mapping) * 2 + which) * 4 * UNIT_SIZE;
}

static bool in_windows(unsigned owner, unsigned mapping, uint64_t address)
{
	return address >= window(owner, mapping, 0) && address < window(owner, mapping, 2);
}

static void touch_old(unsigned owner, unsigned mapping)
{
	const struct owned *it = &owned[owner][mapping];
	struct fact fact = fact_of(&it->facts[0]), after;
	uint64_t address = heard(&it->before);
	bool nothing = move_refused(address, ACCESS_READ);

	after = fact_of(&it->facts[0]);
	if (!address || fact.busy || memcmp(&fact, &after, sizeof(fact)))
		return;
	play_must(nothing);
	left_behind++;
}

static void check_content(uint64_t found, uint64_t value, uint32_t with, struct fact fact)
{
	if (with == UNSURE)
		play_must(found == 0 || found == value);
	else
		play_must(found == (with == fact.contents ? value : 0));
}

static void touch(unsigned owner, unsigned mapping, unsigned page, enum access access)
{
	struct owned *it = &owned[owner][mapping];
	uint32_t *with = &written_with[owner][mapping][page];
	struct fact before = fact_of(&it->facts[page]), after;
	uint64_t value = move_value(page + (owner * MAPPINGS + mapping) * LONGEST, play_place());
	uint64_t address = heard(&it->start) + (uint64_t)page * PAGE_SIZE, *word, found = 0;
	status_t status = space_access(address, access, (void **)&word);

	play_must(status == STATUS_OK || status == STATUS_BAD_ADDRESS);
	after = fact_of(&it->facts[page]);
	if (before.busy || memcmp(&before, &after, sizeof(before)))
		return;
	if (!before.mapped && !in_windows(owner, mapping, address)) /* another mapping may be there */
		return;
	play_must((status == STATUS_OK) == before.mapped);
	if (status)
		return;
	found = word[play_place()];
	check_content(found, value, *with, before);
	if (access == ACCESS_WRITE) {
		word[play_place()] = value;
		*with = before.contents;
	}
	compared++;
}

/* Before a change, and behind it. */
static void announce(struct owned *it)
{
	for (unsigned page = 0; page < LONGEST; page++) {
		struct fact fact = fact_of(&it->facts[page]);

		fact.busy = 1;
		fact.changes++;
		say_fact(&it->facts[page], fact);
	}
}

static void tell(struct owned *it, unsigned old_size, unsigned size)
{
	for (unsigned page = 0; page < LONGEST; page++) {
		struct fact fact = fact_of(&it->facts[page]);

		fact.busy = 0;
		fact.contents += page >= old_size || page >= size;
		fact.mapped = page < size;
		say_fact(&it->facts[page], fact);
	}
}

static bool apart(uint64_t a, unsigned a_size, uint64_t b, unsigned b_size)
{
	return a + (uint64_t)a_size * PAGE_SIZE <= b || b + (uint64_t)b_size * PAGE_SIZE <= a;
}

static void move_one(unsigned mapping)
{
	struct owned *it = &owned[play_place()][mapping];
	unsigned old_size = size_of[mapping], size = 1 + next_random(&seed) % LONGEST, kind = next_random(&seed) % 6;
	uint64_t old = it->start, where = kind > 1 ? window(play_place(), mapping, kind % 2) + next_random(&seed) % WINDOW * PAGE_SIZE : kind;
	bool possible = where <= VSPACE_MOVE_ANYWHERE || apart(old, old_size, where, size);
	int64_t moved;

	announce(it);
	moved = move_it(old, old_size, size, where);
	if (moved < 0) {
		play_must(moved == (possible ? STATUS_NO_MEMORY : STATUS_BAD_ARGUMENT));
		play_must(!possible || (where == VSPACE_STAY && size > old_size));
		tell(it, old_size, old_size);
		return;
	}
	play_must(possible && (where <= VSPACE_MOVE_ANYWHERE ? moved == (int64_t)old || where : moved == (int64_t)where));
	if (moved != (int64_t)old)
		say(&it->before, in_windows(play_place(), mapping, old) && apart(old, 1, (uint64_t)moved, size) ? old : 0);
	else if (!apart(it->before, 1, old, size))
		say(&it->before, 0);
	say(&it->start, (uint64_t)moved);
	size_of[mapping] = size;
	tell(it, old_size, size);
}

static void begin_mappings(void)
{
	seed = 1 + play_place();
	memset(written_with, 0xff, sizeof(written_with));
	for (unsigned mapping = 0; mapping < MAPPINGS; mapping++) {
		struct owned *it = &owned[play_place()][mapping];

		announce(it);
		say(&it->start, window(play_place(), mapping, 0));
		move_map(it->start, LONGEST, READ | WRITE);
		size_of[mapping] = LONGEST;
		tell(it, LONGEST, LONGEST);
	}
}

static void touch_something(void)
{
	unsigned owner = next_random(&seed) % machine_cores(), mapping = next_random(&seed) % MAPPINGS;

	if (next_random(&seed) % 8 == 0)
		touch_old(owner, mapping);
	else
		touch(owner, mapping, next_random(&seed) % LONGEST, next_random(&seed) % 2 ? ACCESS_READ : ACCESS_WRITE);
}

static void move_and_touch(void)
{
	huge_open();
	begin_mappings();
	compared = left_behind = 0;
	for (unsigned turn = 0; turn < MOVES; turn++) {
		move_one(next_random(&seed) % MAPPINGS);
		if (turn % COPY_EVERY == play_place()) {
			struct vspace *copy = space_fork(space);

			play_must(copy);
			vspace_release(copy);
		}
		for (unsigned left = next_random(&seed) % ACCESSES; left; left--) {
			touch_something();
			if (left % 24 == 0)
				cpu_pause();
		}
	}
	play_must(compared > MOVES && left_behind > MOVES);
	huge_close();
}

static void any_mixture_of_moves_loses_nothing(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= PLAY_MAX; cores++) {
		memset(owned, 0, sizeof(owned));
		play(cores, FOUR, move_and_touch);
	}
}

static void nor_where_tables_are_shared(void **state)
{
	(void)state;
	memset(owned, 0, sizeof(owned));
	play_booted("tables=shared", PLAY_MAX, FOUR, move_and_touch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_held_a_page_finds_it_where_it_went),
		cmocka_unit_test(any_mixture_of_moves_loses_nothing),
		cmocka_unit_test(nor_where_tables_are_shared),
	};

	return cmocka_run_group_tests_name("spaces_move_threads", tests, NULL, NULL);
}
