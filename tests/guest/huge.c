/* huge.c - huge pages hold what they should, whatever is done to a part of them
 * SPDX-License-Identifier: MIT
 * Usage: huge [STEPS]. A region of some units is mapped, advised, written, read, unmapped, protected, given up and inherited, piece by piece
 * at random, and compared with what should be in each of its pages. On every other core a thread reads, all the while, pages that nobody
 * changes, in the same units. */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native_call.h"
#include "pin.h"
#include "region.h"

enum {
	UNIT = 2 << 20,
	UNIT_PAGES = UNIT / PAGE,
	UNITS = 4,
	PAGES = UNITS * UNIT_PAGES,
	STILL = 3,      /* of each unit, the page that nobody changes: from every multiple of that many pages one */
	STILL_PART = 64,
	CORES = 256,
};

enum page_state { GONE, READABLE, WRITABLE };

static uint8_t *region;
static struct {
	uint64_t value;
	uint8_t state;
} page[PAGES];
static volatile bool over;
static unsigned long mismatches, looked[CORES];

static void mismatch(const char *what, unsigned which)
{
	if (__atomic_fetch_add(&mismatches, 1, __ATOMIC_RELAXED) < 5)
		printf("huge: %s: page %u of unit %u\n", what, which % UNIT_PAGES, which / UNIT_PAGES);
}

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	printf("huge: %s\n", what);
	exit(1);
}

static bool is_still(unsigned which)
{
	return which % STILL_PART == STILL;
}

static volatile uint64_t *word_of(unsigned which)
{
	return (volatile uint64_t *)(region + (size_t)which * PAGE);
}

static void *read_still(void *argument)
{
	long core = (long)argument;

	pin(core);
	for (unsigned which = STILL; !over; which = (which + STILL_PART) % PAGES) {
		if (*word_of(which) != which)
			mismatch("a page that nobody changes has changed", which);
		looked[core]++;
	}
	return NULL;
}

static unsigned long faults(void)
{
	unsigned long sum = 0;

	for (long core = native_call(NATIVE_core_count, 0, 0, 0) - 1; core >= 0; core--)
		sum += (unsigned long)native_call(NATIVE_kernel_count, COUNTER_faults, core, 0);
	return sum;
}

/* The region, in places that huge pages fit. */
static uint8_t *map_region(size_t size)
{
	uint8_t *around = mmap(NULL, size + UNIT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(around != MAP_FAILED, "a region could not be mapped");
	around = (uint8_t *)(((uintptr_t)around + UNIT - 1) & ~(uintptr_t)(UNIT - 1));
	must(!madvise(around, size, MADV_HUGEPAGE), "advice was refused");
	return around;
}

/* A unit costs one fault, not 512; all of it reads as zeros at first. */
static void check_that_there_are_some(void)
{
	uint8_t *units = map_region(2 * UNIT);
	unsigned long before = faults();

	for (unsigned i = 0; i < 2 * UNIT_PAGES; i++) {
		must(!*(uint64_t *)(units + i * PAGE) && !units[(i + 1) * PAGE - 1], "a new page is not zero");
		units[i * PAGE] = 1;
	}
	printf("huge: %s\n", faults() - before < 2 * UNIT_PAGES / 4 ? "there are huge pages" : "there are none");
	must(!munmap(units, 2 * UNIT), "a region could not be unmapped");
}

static bool any_gone(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		if (page[i].state == GONE)
			return true;
	return false;
}

static void compare(const char *what)
{
	for (unsigned i = 0; i < PAGES; i++)
		if (page[i].state != GONE && *word_of(i) != page[i].value)
			mismatch(what, i);
}

static void set_all(unsigned first, unsigned count, enum page_state state, bool emptied)
{
	for (unsigned i = first; i < first + count; i++) {
		page[i].state = state;
		if (emptied)
			page[i].value = 0;
	}
}

/* A child has the same pages, writes to some, and its parent sees nothing of that. */
static void inherit(uint64_t *random, bool meanwhile)
{
	unsigned from = random_below(random, PAGES);
	pid_t child = fork();
	int status;

	must(child >= 0, "no child");
	if (!child) {
		compare("a child's page");
		for (unsigned i = from; i < PAGES; i += 97)
			if (page[i].state == WRITABLE)
				*word_of(i) = page[i].value = ~page[i].value;
		compare("a page that a child has written");
		_exit(mismatches != 0);
	}
	for (unsigned i = from; meanwhile && i < PAGES; i += 89)
		if (page[i].state == WRITABLE && !is_still(i))
			*word_of(i) = page[i].value += PAGES;
	must(waitpid(child, &status, 0) == child, "the child was not found");
	if (status)
		mismatch("a child was wrong", from);
}

/* Pieces end at any page, or at a unit's end; what is still lies in none of them. */
static void pick_piece(uint64_t *random, unsigned *first, unsigned *count)
{
	unsigned room;

	do
		*first = random_below(random, PAGES);
	while (is_still(*first));
	room = (*first + STILL_PART - STILL) / STILL_PART * STILL_PART + STILL;
	if (room <= *first)
		room += STILL_PART;
	room = (room < PAGES ? room : PAGES) - *first;
	*count = 1 + random_below(random, room);
}

static void map_again(unsigned first, unsigned count)
{
	must(mmap(region + (size_t)first * PAGE, (size_t)count * PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED, "no new mapping");
	set_all(first, count, WRITABLE, true);
}

static void step(uint64_t *random)
{
	unsigned first, count, what = random_below(random, 16);
	uint8_t *start;
	size_t size;

	pick_piece(random, &first, &count);
	start = region + (size_t)first * PAGE;
	size = (size_t)count * PAGE;
	if (what < 6) {
		for (unsigned i = first; i < first + count; i++)
			if (page[i].state == WRITABLE)
				*word_of(i) = page[i].value = random_below(random, UINT32_MAX);
	} else if (what < 8) {
		must(!munmap(start, size), "munmap");
		set_all(first, count, GONE, true);
	} else if (what < 10) {
		map_again(first, count);
	} else if (what < 12) {
		must(madvise(start, size, MADV_DONTNEED) == (any_gone(first, count) ? -1 : 0), "madvise");
		for (unsigned i = first; i < first + count; i++)
			page[i].value = 0;
	} else if (what < 14) {
		if (any_gone(first, count))
			return; /* there is nothing to protect */
		must(!mprotect(start, size, what == 12 ? PROT_READ : PROT_READ | PROT_WRITE), "mprotect");
		set_all(first, count, what == 12 ? READABLE : WRITABLE, false);
	} else {
		inherit(random, what == 15);
	}
	compare("a page");
}

/* Units that were never broken. */
static void fill_anew(void)
{
	region = map_region((size_t)PAGES * PAGE);
	for (unsigned i = 0; i < PAGES; i++) {
		page[i].state = WRITABLE;
		*word_of(i) = page[i].value = i;
	}
}

static void run(unsigned long steps, uint64_t *random)
{
	static pthread_t thread[CORES];
	long cores = native_call(NATIVE_core_count, 0, 0, 0);

	fill_anew();
	over = false;
	for (long core = 1; core < cores; core++)
		must(!pthread_create(&thread[core], NULL, read_still, (void *)core), "no thread");
	for (long core = 1; core < cores; core++)
		while (!*(volatile unsigned long *)&looked[core])
			sched_yield();
	while (steps--)
		step(random);
	over = true;
	for (long core = 1; core < cores; core++)
		pthread_join(thread[core], NULL);
	must(!munmap(region, (size_t)PAGES * PAGE), "the region could not be unmapped");
}

int main(int argc, char **argv)
{
	unsigned long steps = argc > 1 ? strtoul(argv[1], NULL, 10) : 200;
	uint64_t random = 20261123;

	pin(0);
	check_that_there_are_some();
	for (unsigned round = 0; round < 4; round++)
		run(steps / 4, &random);
	printf("huge: %lu steps, %lu wrong\n", steps, mismatches);
	return mismatches != 0;
}
