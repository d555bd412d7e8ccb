/* faults.c - first touch of anonymous memory: page_fault_processes, page_fault_threads
 * SPDX-License-Identifier: MIT
 * A round maps a region, touches each page once inside a window, and unmaps it outside. The first page is
 * touched before the window opens, so page tables of the region's upper levels are there already. */
#include "bench.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096, ROUND_PAGES = 256 };

static void pages_touch(struct work *work, unsigned long pages)
{
	volatile char *region = mmap(NULL, (pages + 1) * PAGE_SIZE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		fail("could not map the region to touch", errno);
	/* A system without huge pages may refuse the advice: it is followed already. */
	madvise((void *)region, (pages + 1) * PAGE_SIZE, MADV_NOHUGEPAGE);
	region[0] = 1;
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 1; i <= pages; i++)
		region[i * PAGE_SIZE] = 1;
	window_close(work, pages);
	if (munmap((void *)region, (pages + 1) * PAGE_SIZE))
		fail("could not unmap the region", errno);
}

static void page_fault_run(struct work *work, unsigned long operations)
{
	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < ROUND_PAGES ? left : ROUND_PAGES;

		pages_touch(work, pages);
		left -= pages;
	}
}

const struct test test_page_fault_processes = { .name = "page_fault_processes", .run = page_fault_run };
const struct test test_page_fault_threads = { .name = "page_fault_threads", .run = page_fault_run };
