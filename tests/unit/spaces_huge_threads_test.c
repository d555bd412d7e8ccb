/* spaces_huge_threads_test.c - huge pages used by four cores while parts of them are mapped, protected and taken back, and the space is copied
 * SPDX-License-Identifier: MIT
 * As in spaces_threads_test.c each core says of the pages of its part what they are, before and after it changes them, and all touch all of them:
 * whoever finds the same word before and after an access knows what it must have met. Here the parts lie in the cores' own arenas, so
 * that four homes change at once. A copy of the space must not change while the others go on, nor they by what is written in it. A unit that was
 * broken stays so: therefore each round has other addresses, and each play another space. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/cores/huge.h" /* first: it says where physical memory lies here */
#include "kernel/memory/arena.h"
#include "kernel/memory/copy.h"
#include "tests/unit/physical_memory.h"

enum {
	PLAYS = 5,
	ROUNDS = 6,
	CHANGES = 10,   /* of a core in a round */
	ACCESSES = 250, /* between two of them, at most */
	GIVES_WAY = 24, /* accesses until another core's thread may run */
	PART_UNITS = 3,
	PART = PART_UNITS * UNIT_PAGES,
	PAGES = PLAY_MAX * PART,
	HOT = 5,      /* pages of a unit that everybody touches often */
	LOOKED_AT = 60, /* pages of a copy */
	READ = VSPACE_READ,
	ALL = VSPACE_READ | VSPACE_WRITE | VSPACE_EXECUTE,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };
static const enum access ACCESSES_BY_KIND[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_WRITE, ACCESS_EXECUTE };

/* What an owner says of a page: one word, written by it alone. */
struct fact {
	uint64_t changes : 24;  /* so far */
	uint64_t contents : 24; /* how often the content has become zero again */
	uint64_t busy : 1;      /* a change is under way */
	uint64_t mapped : 1;
	uint64_t rights : 3;
};

_Static_assert(sizeof(struct fact) == 8, "read and written as one word");

static uint64_t facts[PAGES];
static uint64_t huge_found; /* units that were huge behind a change */

/* Of the core: its last value in a page, and with which content it was written. */
enum { UNSURE = 0xffffffff };
static _Thread_local uint32_t written_with[PAGES];
static _Thread_local uint64_t seed, compared;
static _Thread_local unsigned round_now;
static unsigned play_now;

static uint64_t address_of(unsigned page)
{
	return arena_of(page / PART).start + (round_now * PART + page % PART) * (uint64_t)PAGE_SIZE;
}

static struct fact fact_of(unsigned page)
{
	uint64_t word = __atomic_load_n(&facts[page], __ATOMIC_RELAXED);
	struct fact fact;

	memcpy(&fact, &word, sizeof(fact));
	return fact;
}

/* An exchange, so that the kernel's steps around it come before and after. */
static void say(unsigned page, struct fact fact)
{
	uint64_t word;

	memcpy(&word, &fact, sizeof(word));
	__atomic_exchange_n(&facts[page], word, __ATOMIC_RELAXED);
}

static uint64_t value_of(unsigned page)
{
	return 1 + page * PLAY_MAX + play_place();
}

static void check_content(unsigned page, uint64_t found, struct fact fact)
{
	if (written_with[page] == UNSURE)
		play_must(found == 0 || found == value_of(page));
	else
		play_must(found == (written_with[page] == fact.contents ? value_of(page) : 0));
}

static void touch(unsigned page, enum access access)
{
	struct fact before = fact_of(page), after;
	uint64_t *word, found = 0;
	status_t status = space_access(address_of(page), access, (void **)&word);

	play_must(status == STATUS_OK || status == STATUS_BAD_ADDRESS);
	if (status == STATUS_OK) {
		found = word[play_place()];
		if (access == ACCESS_WRITE)
			word[play_place()] = value_of(page);
	}
	after = fact_of(page);
	if (before.busy || memcmp(&before, &after, sizeof(before))) {
		play_must(found == 0 || found == value_of(page));
		if (access == ACCESS_WRITE && status == STATUS_OK)
			written_with[page] = UNSURE;
		return;
	}
	compared++;
	play_must((status == STATUS_OK) == (before.mapped && before.rights & access));
	if (status != STATUS_OK)
		return;
	check_content(page, found, before);
	if (access == ACCESS_WRITE)
		written_with[page] = before.contents;
}

static unsigned some_page(void)
{
	unsigned page = next_random(&seed) % PAGES;

	return next_random(&seed) % 2 ? page : page / UNIT_PAGES * UNIT_PAGES + page % HOT * 100;
}

static void touch_some(unsigned count)
{
	for (; count; count--) {
		touch(some_page(), ACCESSES_BY_KIND[next_random(&seed) % 4]);
		if (count % GIVES_WAY == 0)
			cpu_pause();
	}
}

/* The first page that is not mapped, or the one behind the last. */
static unsigned hole_in(unsigned first, unsigned count)
{
	unsigned page = first;

	while (page < first + count && fact_of(page).mapped)
		page++;
	return page;
}

static int64_t expected(enum vspace_operation operation, uint64_t start, bool hole)
{
	if (operation == VSPACE_MAP)
		return (int64_t)start;
	return hole && operation != VSPACE_UNMAP ? STATUS_NO_MEMORY : STATUS_OK;
}

static void advise(unsigned first, unsigned count, unsigned wanted)
{
	play_must(space_change(VSPACE_ADVISE, address_of(first), (uint64_t)count * PAGE_SIZE, wanted, 0) ==
		  expected(VSPACE_ADVISE, 0, hole_in(first, count) < first + count));
}

/* Of this core's own part: what it says before, does, and says after. Rights change up to a hole. */
static void change(unsigned first, unsigned count, enum vspace_operation operation, unsigned rights)
{
	uint64_t start = address_of(first), size = (uint64_t)count * PAGE_SIZE;
	unsigned hole = hole_in(first, count);

	for (unsigned page = first; page < first + count; page++) {
		struct fact fact = fact_of(page);

		fact.busy = 1;
		fact.changes++;
		say(page, fact);
	}
	play_must(space_change(operation, start, size, rights, VSPACE_FIXED) == expected(operation, start, hole < first + count));
	for (unsigned page = first; page < first + count; page++) {
		struct fact fact = fact_of(page);

		fact.busy = 0;
		fact.contents += operation != VSPACE_PROTECT;
		if (operation == VSPACE_MAP || operation == VSPACE_UNMAP)
			fact.mapped = operation == VSPACE_MAP;
		if (operation == VSPACE_MAP || (operation == VSPACE_PROTECT && page < hole))
			fact.rights = rights;
		say(page, fact);
	}
	if (operation == VSPACE_MAP && next_random(&seed) % 4)
		advise(first, count, 1);
}

/* A unit, or some; a few pages; or anything. */
static void choose(unsigned *first, unsigned *count)
{
	unsigned unit = next_random(&seed) % PART_UNITS;

	*first = next_random(&seed) % PART;
	switch (next_random(&seed) % 3) {
	case 0:
		*first = unit * UNIT_PAGES;
		*count = (1 + next_random(&seed) % (PART_UNITS - unit)) * UNIT_PAGES;
		break;
	case 1:
		*count = 1 + next_random(&seed) % (PART - *first < 40 ? PART - *first : 40);
		break;
	default:
		*count = 1 + next_random(&seed) % (PART - *first);
	}
	*first += play_place() * PART;
}

static void count_huge(void)
{
	for (unsigned unit = 0; unit < PART_UNITS; unit++)
		if (is_huge(address_of(play_place() * PART + unit * UNIT_PAGES)))
			__atomic_fetch_add(&huge_found, 1, __ATOMIC_RELAXED);
}

static void change_something(void)
{
	static const enum vspace_operation OPERATIONS[] = { VSPACE_MAP, VSPACE_MAP, VSPACE_UNMAP, VSPACE_PROTECT, VSPACE_DISCARD, VSPACE_ADVISE };
	enum vspace_operation operation = OPERATIONS[next_random(&seed) % 6];
	unsigned first, count;

	choose(&first, &count);
	count_huge();
	if (operation == VSPACE_ADVISE)
		advise(first, count, next_random(&seed) % 2);
	else
		change(first, count, operation, next_random(&seed) % 4 ? ALL : READ);
}

/* What a page of a copy holds of each core; zeros where it cannot be read. */
static void look(struct view *view, unsigned page, uint64_t *words)
{
	const uint64_t *found;

	memset(words, 0, PLAY_MAX * sizeof(*words));
	if (!processor_access(view, address_of(page), ACCESS_READ, space_interrupt, (void **)&found))
		memcpy(words, found, PLAY_MAX * sizeof(*words));
}

static void write_to_copy(struct view *view, unsigned page, uint64_t *words)
{
	uint64_t *found;

	if (processor_access(view, address_of(page), ACCESS_WRITE, space_interrupt, (void **)&found))
		return;
	for (unsigned place = 0; place < PLAY_MAX; place++)
		words[place] = found[place] = UINT64_MAX - page;
}

static void copy_and_compare(void)
{
	uint64_t first[LOOKED_AT][PLAY_MAX], again[PLAY_MAX];
	struct vspace *copy = space_fork(space);
	struct view *view = copy ? view_get(copy) : NULL;
	unsigned page[LOOKED_AT];

	play_must(view);
	view_activate(view);
	for (unsigned i = 0; i < LOOKED_AT; i++) {
		page[i] = i * (PAGES / LOOKED_AT) + next_random(&seed) % (PAGES / LOOKED_AT);
		look(view, page[i], first[i]);
		if (next_random(&seed) % 8 == 0)
			write_to_copy(view, page[i], first[i]);
	}
	view_activate(space_view);
	touch_some(ACCESSES);
	view_activate(view);
	for (unsigned i = 0; i < LOOKED_AT; i++) {
		look(view, page[i], again);
		play_must(!memcmp(first[i], again, sizeof(again)));
	}
	view_activate(space_view);
	vspace_release(copy);
}

/* Each page is as if it had never been, and so is what is known of it. */
static void begin_round(void)
{
	space_meet();
	for (unsigned page = play_place() * PART; page < (play_place() + 1) * PART; page++)
		say(page, (struct fact){ 0 });
	memset(written_with, 0xff, sizeof(written_with));
	space_meet();
	change(play_place() * PART, PART, VSPACE_MAP, ALL);
	advise(play_place() * PART, PART, 1);
}

static void change_touch_and_copy(void)
{
	huge_open();
	seed = 1 + play_place() + play_now * PLAY_MAX;
	for (round_now = 0; round_now < ROUNDS; round_now++) {
		begin_round();
		for (unsigned turn = 0; turn < CHANGES; turn++) {
			touch_some(next_random(&seed) % ACCESSES);
			if (next_random(&seed) % (2 * CHANGES) == 0)
				copy_and_compare();
			change_something();
		}
		space_meet();
		change(play_place() * PART, PART, VSPACE_UNMAP, 0);
	}
	play_must(compared > ROUNDS * CHANGES * ACCESSES / 8);
	huge_check_pages();
	huge_close();
}

static void any_mixture_at_four_cores(void **state)
{
	(void)state;
	huge_found = 0;
	for (play_now = 0; play_now < PLAYS; play_now++)
		play(PLAY_MAX, FOUR, change_touch_and_copy);
	assert_true(huge_found > PLAYS * ROUNDS * PLAY_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_mixture_at_four_cores),
	};

	return cmocka_run_group_tests_name("spaces_huge_threads", tests, NULL, NULL);
}
