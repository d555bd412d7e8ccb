/* faults.c - first touch of anonymous memory: page_fault_processes, page_fault_threads
 * SPDX-License-Identifier: MIT
 * A round touches each page of a fresh region once inside a window. Mapping and unmapping are not measured, and on Tessera
 * they may be work for another core: the warm-up maps the region that each repetition starts with, and what a
 * repetition ends with is left to the program's end, so that a repetition of one round sees faults alone. */
#include "bench.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096, ROUND_PAGES = 1024 };

/* A region's first page is touched before the window opens, for the tables' upper levels. Repetitions' regions are a
 * multiple of a last-level table's reach apart, so that the same faults of each fall on a new table. */
enum { REGION_SIZE = (ROUND_PAGES + 1) * PAGE_SIZE, REGION_STEP = 2 * ROUND_PAGES * PAGE_SIZE };

static volatile char *regions_map(unsigned int count)
{
	size_t size = (size_t)(count - 1) * REGION_STEP + REGION_SIZE;
	volatile char *regions = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (regions == MAP_FAILED)
		fail("could not map the regions to touch", errno);
	/* A system without huge pages may refuse the advice: it is followed already. */
	madvise((void *)regions, size, MADV_NOHUGEPAGE);
	return regions;
}

static void region_unmap(volatile char *region)
{
	if (munmap((void *)region, REGION_SIZE))
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
	volatile char *region = work->measuring ? (char *)work->kept + (size_t)work->repetition * REGION_STEP : regions_map(1);

	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < ROUND_PAGES ? left : ROUND_PAGES;

		region_touch(work, region, pages);
		left -= pages;
		if (left > 0 || !work->measuring)
			region_unmap(region);
		if (left > 0)
			region = regions_map(1);
	}
	if (!work->measuring)
		work->kept = (void *)regions_map(work->run->repetitions);
}

const struct test test_page_fault_processes = { .name = "page_fault_processes", .run = page_fault_run };
const struct test test_page_fault_threads = { .name = "page_fault_threads", .run = page_fault_run };
