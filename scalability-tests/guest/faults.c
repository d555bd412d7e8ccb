/* faults.c - first touch of anonymous memory: page_fault_processes, page_fault_threads, fault_read
 * SPDX-License-Identifier: MIT
 * The first two write, the last one reads: a system may give all readers one page of zeros. A round touches each page of a fresh region once inside a window. Mapping and unmapping are not measured, and on Tessera
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

typedef void touch_function(volatile char *first, unsigned long pages);

static void touch_write(volatile char *first, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		first[i * PAGE_SIZE] = 1;
}

static void touch_read(volatile char *first, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		(void)first[i * PAGE_SIZE];
}

static void region_touch(struct work *work, volatile char *region, unsigned long pages, touch_function *touch)
{
	region[0] = 1;
	window_open(work, WINDOW_OWN);
	touch(region + PAGE_SIZE, pages);
	window_close(work, pages);
}

static void faults_run(struct work *work, unsigned long operations, touch_function *touch)
{
	volatile char *region = work->measuring ? (char *)work->kept + (size_t)work->repetition * REGION_STEP : regions_map(1);

	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < ROUND_PAGES ? left : ROUND_PAGES;

		region_touch(work, region, pages, touch);
		left -= pages;
		if (left > 0 || !work->measuring)
			region_unmap(region);
		if (left > 0)
			region = regions_map(1);
	}
	if (!work->measuring)
		work->kept = (void *)regions_map(work->run->repetitions);
}

static void page_fault_run(struct work *work, unsigned long operations)
{
	faults_run(work, operations, touch_write);
}

static void fault_read_run(struct work *work, unsigned long operations)
{
	faults_run(work, operations, touch_read);
}

const struct test test_page_fault_processes = { .name = "page_fault_processes", .run = page_fault_run };
const struct test test_page_fault_threads = { .name = "page_fault_threads", .run = page_fault_run };
const struct test test_fault_read = { .name = "fault_read", .run = fault_read_run };
