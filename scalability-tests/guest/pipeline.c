/* pipeline.c - pages that one thread makes and the next one unmaps: map_pipeline
 * SPDX-License-Identifier: MIT
 * The "pipeline" measurement of Clements et al., "RadixVM: Scalable address spaces for multithreaded applications" (EuroSys 2013):
 * memory moves between neighbours, and exactly two cores hold each page. The workers are a ring; each makes a page for the next and
 * takes back the one that the worker before it has made. A worker alone hands to itself. On Tessera the maker's core unmaps the
 * page, asked by the other.
 * I1 a place is empty, or holds a page that its worker has not taken yet: only the worker before fills it, only its own
 *    worker empties it */
#include "bench.h"
#include "polled.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096 };

static struct {
	_Alignas(APART) _Atomic(volatile char *) page; /* made for this worker; null: none */
} places[BENCH_CORES];

static void hand_over(unsigned int to)
{
	volatile char *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		fail("could not map a page", errno);
	page[0] = 1;
	while (atomic_load_explicit(&places[to].page, memory_order_acquire))
		__asm__ volatile("pause");
	atomic_store_explicit(&places[to].page, page, memory_order_release);
}

static void take_over(unsigned int worker)
{
	volatile char *page;

	while (!(page = atomic_load_explicit(&places[worker].page, memory_order_acquire)))
		__asm__ volatile("pause");
	atomic_store_explicit(&places[worker].page, NULL, memory_order_release);
	if (page[0] != 1)
		fail("a page is not what its maker wrote", 0);
	if (munmap((void *)page, PAGE_SIZE))
		fail("could not unmap a page", errno);
}

static void map_pipeline_run(struct work *work, unsigned long operations)
{
	unsigned int next = (work->worker + 1) % work->run->workers;

	window_open(work, WINDOW_ALL);
	for (unsigned long i = 0; i < operations; i++) {
		hand_over(next);
		take_over(work->worker);
	}
	window_close(work, operations);
}

const struct test test_map_pipeline = { .name = "map_pipeline", .run = map_pipeline_run };
