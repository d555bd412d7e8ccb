/* global.c - a region that all threads map in pieces and touch all over: map_global
 * SPDX-License-Identifier: MIT
 * The "global" measurement of Clements et al., "RadixVM: Scalable address spaces for multithreaded applications" (EuroSys 2013): each
 * thread maps a piece of one region, all touch all pages of it, each in an order of its own, and each unmaps its piece, which all
 * hold. An operation is one page touched by one thread. Threads write to bytes of their own. The meetings between the steps
 * belong to what is measured: a step is as slow as its slowest thread. On Tessera the address space's home maps and
 * unmaps all pieces, which lie at addresses that no core has for its own.
 * Meetings are dissemination barriers (Mellor-Crummey and Scott, 1991): in step s each tells the one 2^s further on, and then
 * waits until it is told. No word has more than one writer and one reader. */
#include "bench.h"
#include "polled.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum {
	PAGE_SIZE = 4096,
	PIECE_PAGES = 4,
	PIECE_SIZE = PIECE_PAGES * PAGE_SIZE,
	OWN_BYTES = PAGE_SIZE / BENCH_CORES,
	MEETING_STEPS = 8,
};

_Static_assert(1 << MEETING_STEPS >= BENCH_CORES, "after the last step everybody has heard of everybody");

/* Where neither system puts anything by itself, away from mapping.c's. */
static const uintptr_t region_address = UINT64_C(0x200000000000);

/* A worker's own, and how far the others have told it that they are. */
static struct {
	_Alignas(APART) atomic_ulong told[MEETING_STEPS];
	_Alignas(APART) unsigned long meetings;
} places[BENCH_CORES];

static void meet_all(const struct work *work)
{
	unsigned int workers = work->run->workers, self = work->worker;
	unsigned long number = ++places[self].meetings;

	for (unsigned int step = 0; 1U << step < workers; step++) {
		unsigned int to = (self + (1U << step)) % workers;

		atomic_store_explicit(&places[to].told[step], number, memory_order_release);
		polled_wait(&places[self].told[step], number);
	}
}

static void *piece_map(unsigned int worker)
{
	void *piece = (void *)(region_address + (uintptr_t)worker * PIECE_SIZE);

	if (mmap(piece, PIECE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != piece)
		fail("could not map a piece of the region", errno);
	return piece;
}

/* From half the region away on: not where the thread's own piece is, nor where another begins. */
static void region_touch(const struct work *work, unsigned long count)
{
	unsigned long pages = (unsigned long)PIECE_PAGES * work->run->workers;
	unsigned long first = work->worker * PIECE_PAGES + pages / 2;
	volatile char *own = (char *)region_address + work->worker * OWN_BYTES;

	for (unsigned long i = 0; i < count; i++)
		own[(first + i) % pages * PAGE_SIZE] = 1;
}

static void map_global_run(struct work *work, unsigned long operations)
{
	unsigned long pages = (unsigned long)PIECE_PAGES * work->run->workers;

	window_open(work, WINDOW_ALL);
	for (unsigned long left = operations; left > 0;) {
		unsigned long count = left < pages ? left : pages;
		void *piece = piece_map(work->worker);

		meet_all(work);
		region_touch(work, count);
		meet_all(work);
		if (munmap(piece, PIECE_SIZE))
			fail("could not unmap a piece of the region", errno);
		left -= count;
	}
	window_close(work, operations);
}

const struct test test_map_global = { .name = "map_global", .run = map_global_run };
