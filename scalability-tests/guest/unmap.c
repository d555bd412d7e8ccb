/* unmap.c - taking a page back that many cores hold: unmap_held
 * SPDX-License-Identifier: MIT
 * Worker 0 maps a page, every other worker reads it, and worker 0 unmaps it: only that is measured. How long it takes, and how many
 * messages, depends on how many cores have to forget the page. Workers hear of a round by a word that they poll, so that none of
 * them is asleep when it is interrupted. */
#include "bench.h"
#include "polled.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096 };

/* Each on lines of its own: what is polled, and what is added to. */
static struct {
	_Alignas(APART) volatile char *page; /* of the round; written before `round` */
	_Alignas(APART) atomic_ulong round;
	_Alignas(APART) atomic_ulong held; /* by others, in all rounds */
} shared;

static void hold(unsigned long round)
{
	polled_wait(&shared.round, round);
	(void)*shared.page;
	atomic_fetch_add_explicit(&shared.held, 1, memory_order_release);
}

static void map_and_unmap(struct work *work, unsigned long round)
{
	shared.page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (shared.page == MAP_FAILED)
		fail("could not map a page", errno);
	*shared.page = 1;
	atomic_store_explicit(&shared.round, round, memory_order_release);
	polled_wait(&shared.held, round * (work->run->workers - 1));
	window_open(work, WINDOW_ALL);
	if (munmap((void *)shared.page, PAGE_SIZE))
		fail("could not unmap a page", errno);
	window_close(work, 1);
}

static void unmap_held_run(struct work *work, unsigned long operations)
{
	static unsigned long before; /* rounds of earlier repetitions; the last worker to end one is worker 0 */
	unsigned long first = before;

	for (unsigned long i = 1; i <= operations; i++)
		if (work->worker == 0)
			map_and_unmap(work, first + i);
		else
			hold(first + i);
	if (work->worker == 0)
		before = first + operations;
}

const struct test test_unmap_held = { .name = "unmap_held", .run = unmap_held_run };
