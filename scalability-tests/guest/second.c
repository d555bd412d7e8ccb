/* second.c - touching pages that another core of the same process has touched before: fault_second
 * SPDX-License-Identifier: MIT
 * Each worker writes to all pages of a fresh region of its own, and then reads the next worker's inside a window, so that every page
 * gets exactly one more core that uses it. Where all cores share page tables that is no fault, and a walk of the tables alone; on
 * Tessera, where each has its own, the reader becomes one of the page's holders. A region is unmapped when all have read. */
#include "bench.h"
#include "polled.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096, ROUND_PAGES = 1024 };

static struct {
	_Alignas(APART) volatile char *region; /* written by its worker before it arrives */
	unsigned long meetings;                /* its worker's alone */
} places[BENCH_CORES];

static struct {
	_Alignas(APART) atomic_ulong arrived; /* of all workers, at all meetings */
} shared;

static void meet_all(const struct work *work)
{
	unsigned long number = ++places[work->worker].meetings;

	atomic_fetch_add_explicit(&shared.arrived, 1, memory_order_acq_rel);
	polled_wait(&shared.arrived, number * work->run->workers);
}

static volatile char *region_write(unsigned long pages)
{
	volatile char *region = mmap(NULL, pages * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		fail("could not map the region to touch", errno);
	/* A system without huge pages may refuse the advice: it is followed already. */
	madvise((void *)region, pages * PAGE_SIZE, MADV_NOHUGEPAGE);
	for (unsigned long i = 0; i < pages; i++)
		region[i * PAGE_SIZE] = 1;
	return region;
}

static void read_next(struct work *work, unsigned long pages)
{
	volatile char *own = places[work->worker].region = region_write(pages), *next;

	meet_all(work);
	next = places[(work->worker + 1) % work->run->workers].region;
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < pages; i++)
		(void)next[i * PAGE_SIZE];
	window_close(work, pages);
	meet_all(work);
	if (munmap((void *)own, pages * PAGE_SIZE))
		fail("could not unmap the region", errno);
}

static void fault_second_run(struct work *work, unsigned long operations)
{
	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < ROUND_PAGES ? left : ROUND_PAGES;

		read_next(work, pages);
		left -= pages;
	}
}

const struct test test_fault_second = { .name = "fault_second", .run = fault_second_run };
