/* faults.c - first touch of anonymous memory: page_fault_processes, page_fault_threads
 * SPDX-License-Identifier: MIT
 * A round touches each page of a fresh region once inside a window. Mapping and unmapping are not measured, and on Tessera
 * they may be work for another core: the warm-up maps the first region that is measured, and the last
 * one is left to the program's end, so that a count of one round sees faults alone. */
#include "bench.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096, ROUND_PAGES = 1024 };

static size_t region_size(unsigned long pages)
{
	return (pages + 1) * PAGE_SIZE; /* the first page is touched before the window opens, for the tables' upper levels */
}

static volatile char *region_map(unsigned long pages)
{
	volatile char *region = mmap(NULL, region_size(pages), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		fail("could not map the region to touch", errno);
	/* A system without huge pages may refuse the advice: it is followed already. */
	madvise((void *)region, region_size(pages), MADV_NOHUGEPAGE);
	return region;
}

static void region_unmap(volatile char *region, unsigned long pages)
{
	if (munmap((void *)region, region_size(pages)))
		fail("could not unmap the region", errno);
}

static void region_touch(struct work *work, volatile char *region, unsigned long pages)
{
	region[0] = 1;
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 1; i <= pages; i++)
		region[i * PAGE_SIZE] = 1;
	window_close(work, pages);
}

static void page_fault_run(struct work *work, unsigned long operations)
{
	volatile char *region = work->kept ? work->kept : region_map(ROUND_PAGES);

	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < ROUND_PAGES ? left : ROUND_PAGES;

		region_touch(work, region, pages);
		left -= pages;
		if (left > 0 || !work->measuring) {
			region_unmap(region, ROUND_PAGES);
			region = region_map(ROUND_PAGES);
		}
	}
	work->kept = (void *)region;
}

const struct test test_page_fault_processes = { .name = "page_fault_processes", .run = page_fault_run };
const struct test test_page_fault_threads = { .name = "page_fault_threads", .run = page_fault_run };
