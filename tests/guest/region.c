/* region.c - see region.h
 * SPDX-License-Identifier: MIT */
#include "region.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	LINE = 64,
	SMALL = 20,               /* pages */
	MIDDLE = 1500,            /* several leaves of page tables */
	LARGE = 1 << 18,          /* 1 GiB: most of it stays folded */
	TOO_LARGE = (1 << 24) + 1000, /* more than an arena gives: 64 GiB */
};

uint64_t random_next(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

uint64_t random_below(uint64_t *state, uint64_t limit)
{
	return (random_next(state) >> 16) % limit;
}

_Noreturn void wrong(const char *what, const void *where, uint64_t found, uint64_t expected)
{
	char line[200];
	int length = snprintf(line, sizeof(line), "wrong: process %d on core %d: %s at %p: 0x%llx, not 0x%llx (errno %d)\n", getpid(),
			      sched_getcpu(), what, where, (unsigned long long)found, (unsigned long long)expected, errno);

	if (write(1, line, length) != length)
		_exit(WRONG + 1);
	_exit(WRONG);
}

/* The result of a call that may be refused for lack of memory, and for nothing else. */
static bool done(const char *what, const void *where, int result)
{
	if (result && errno != ENOMEM)
		wrong(what, where, errno, 0);
	return result == 0;
}

static void check_zero(const unsigned char *page)
{
	for (const uint64_t *word = (const void *)page; word < (const uint64_t *)(page + PAGE); word++)
		if (*(const volatile uint64_t *)word)
			wrong("a fresh page is not zero", word, *word, 0);
}

static uint64_t word_of(uint64_t stamp, const unsigned char *line)
{
	return stamp ^ (uintptr_t)line;
}

static void check_stamp(const unsigned char *page, uint64_t stamp)
{
	for (const unsigned char *line = page; line < page + PAGE; line += LINE)
		if (*(const volatile uint64_t *)line != word_of(stamp, line))
			wrong("a page does not hold what was written", line, *(const uint64_t *)line, word_of(stamp, line));
}

static void stamp_page(unsigned char *page, uint64_t stamp)
{
	for (unsigned char *line = page; line < page + PAGE; line += LINE)
		*(volatile uint64_t *)line = word_of(stamp, line);
}

static size_t random_pages(uint64_t *random)
{
	unsigned kind = random_below(random, 32);

	if (kind == 0)
		return TOO_LARGE;
	if (kind < 4)
		return 1 + random_below(random, LARGE);
	return 1 + random_below(random, kind < 12 ? MIDDLE : SMALL);
}

bool region_map(struct region *region, uint64_t *random, size_t most, uintptr_t place)
{
	size_t wanted = random_pages(random), pages = wanted < most ? wanted : most;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	unsigned char *wish = NULL, *base;

	if (place && random_below(random, 4) == 0) {
		wish = (unsigned char *)place + random_below(random, 1 << 20) * PAGE;
		flags |= MAP_FIXED;
	}
	base = mmap(wish, pages * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (base == MAP_FAILED)
		return done("mmap", wish, -1);
	if (random_below(random, 3) == 0) /* refused, the region is as good */
		(void)done("madvise for huge pages", base, madvise(base, pages * PAGE, MADV_HUGEPAGE));
	*region = (struct region){ .base = base, .pages = pages };
	return true;
}

static unsigned find(const struct region *region, size_t page)
{
	unsigned i = 0;

	while (i < region->written && region->content[i].page != page)
		i++;
	return i;
}

/* Near one another often, anywhere in the region sometimes. */
static size_t random_page(const struct region *region, uint64_t *random)
{
	if (region->pages > SMALL && random_below(random, 4))
		return (random_below(random, 4) * (region->pages / 4) + random_below(random, SMALL)) % region->pages;
	return random_below(random, region->pages);
}

void region_write(struct region *region, uint64_t *random)
{
	size_t page = random_page(region, random);
	unsigned i = find(region, page);
	unsigned char *start = region->base + page * PAGE;

	if (i == PAGES_REMEMBERED) {
		i = random_below(random, PAGES_REMEMBERED);
		page = region->content[i].page;
		start = region->base + page * PAGE;
	}
	if (i < region->written)
		check_stamp(start, region->content[i].stamp);
	else if (random_below(random, 2)) /* else the first access is to write */
		check_zero(start);
	region->content[i].page = page;
	region->content[i].stamp = random_next(random);
	stamp_page(start, region->content[i].stamp);
	if (i == region->written)
		region->written++;
}

void region_check(const struct region *region, uint64_t *random)
{
	size_t page = random_page(region, random);

	for (unsigned i = 0; i < region->written; i++)
		check_stamp(region->base + region->content[i].page * PAGE, region->content[i].stamp);
	if (find(region, page) == region->written)
		check_zero(region->base + page * PAGE);
}

void region_forget(struct region *region, size_t page, size_t count)
{
	for (unsigned i = 0; i < region->written;) {
		if (region->content[i].page - page < count)
			region->content[i] = region->content[--region->written];
		else
			i++;
	}
}

/* A part of the region, with one of the written pages at an end of it often. */
static size_t random_part(const struct region *region, uint64_t *random, size_t *count)
{
	size_t from = random_page(region, random), to = random_page(region, random), lower;

	if (region->written && random_below(random, 2))
		from = region->content[random_below(random, region->written)].page;
	lower = from < to ? from : to;
	*count = (from < to ? to : from) - lower + 1;
	return lower;
}

void region_discard(struct region *region, uint64_t *random)
{
	size_t count, from = random_part(region, random, &count);
	unsigned char *start = region->base + from * PAGE;

	if (done("madvise", start, madvise(start, count * PAGE, MADV_DONTNEED)))
		region_forget(region, from, count);
}

void region_replace(struct region *region, uint64_t *random)
{
	size_t count, from = random_part(region, random, &count);
	unsigned char *start = region->base + from * PAGE;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
	void *result = mmap(start, count * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (done("mmap over", start, result == MAP_FAILED ? -1 : 0)) {
		if (result != start)
			wrong("mmap over", start, (uintptr_t)result, (uintptr_t)start);
		region_forget(region, from, count);
	}
}

void region_shrink(struct region *region, uint64_t *random)
{
	size_t cut = random_below(random, region->pages), left = region->pages - cut;
	bool head = random_below(random, 2);
	unsigned char *start = head ? region->base : region->base + left * PAGE;

	if (!cut || !done("munmap of a part", start, munmap(start, cut * PAGE)))
		return;
	region_forget(region, head ? 0 : left, cut);
	region->pages = left;
	if (!head)
		return;
	region->base += cut * PAGE;
	for (unsigned i = 0; i < region->written; i++)
		region->content[i].page -= cut;
}

bool region_resize(struct region *region, uint64_t *random)
{
	size_t pages = 1 + random_below(random, 2 * region->pages);
	unsigned char *old = region->base, *new = mremap(old, region->pages * PAGE, pages * PAGE, MREMAP_MAYMOVE);

	if (!done("mremap", old, new == MAP_FAILED ? -1 : 0))
		return false;
	if (pages < region->pages)
		region_forget(region, pages, region->pages - pages);
	for (unsigned i = 0; i < region->written; i++) { /* lines' addresses are in what they hold (word_of) */
		size_t offset = region->content[i].page * PAGE;

		region->content[i].stamp ^= (uintptr_t)(old + offset) ^ (uintptr_t)(new + offset);
	}
	region->base = new;
	region->pages = pages;
	return true;
}

bool region_protect(const struct region *region, int rights)
{
	return done("mprotect", region->base, mprotect(region->base, region->pages * PAGE, rights));
}

bool region_unmap(struct region *region)
{
	if (!done("munmap", region->base, munmap(region->base, region->pages * PAGE)))
		return false;
	region->base = NULL;
	return true;
}
