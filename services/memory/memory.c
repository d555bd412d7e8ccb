/* memory.c - the memory service's replica: which frame is free, and PCache kept full
 * SPDX-License-Identifier: MIT
 * Each replica owns its core's partition and nothing else: frames never touched lie in runs, freed ones in a
 * list that runs through the frames themselves. Zeroing happens here, ahead of need, so that a
 * fault finds a frame ready. What may be lent, and whom to ask for a loan, is decided here too; how, in kernel/memory/loans.h.
 * Context: own core, never waits.
 * I1 a frame is in a run, in a list, in PCache, or in use: in exactly one of them */
#include "abi/kernel.h"
#include "abi/services.h"
#include "abi/token.h"
#include "services/memory/lenders.h"

enum {
	FRAME_SIZE = 4096,
	RUNS_MAX = 64,
	BATCH = 16, /* frames prepared at a time: few enough that one fault does not wait long */
	RESERVE_PART = 16,   /* of a core's frames one in so many is kept for the kernel's objects: one is a page table for 512 others */
	RESERVE_LEAST = 192, /* more than new processes must leave (services/linux/process.c) */
	LENDER_KEEPS = 2,    /* times the reserve: it shall not run low at once, and ask in its turn */
};

struct run {
	uint64_t next, end;
};

struct store {
	struct run run[RUNS_MAX];
	unsigned runs;
	uint64_t freed;  /* first of the list; 0 ends it */
	uint64_t frames; /* free ones, PCache not counted */
	uint64_t donated;
};

static struct store store[FRAME_KINDS];

/* Neighbouring donations become one run; a partition in more pieces than RUNS_MAX loses the last ones. */
static void donate(enum frame_kind kind, uint64_t start, uint64_t end)
{
	struct store *into = &store[kind];
	struct run *last = into->runs ? &into->run[into->runs - 1] : 0;

	if (start >= end)
		return;
	if (last && last->end == start) {
		last->end = end;
	} else {
		if (into->runs == RUNS_MAX)
			return;
		into->run[into->runs++] = (struct run){ start, end };
	}
	into->frames += (end - start) / FRAME_SIZE;
	into->donated += (end - start) / FRAME_SIZE;
}

static uint64_t reserve(void)
{
	uint64_t part = store[FRAME_PRIVATE].donated / RESERVE_PART;

	return part > RESERVE_LEAST ? part : RESERVE_LEAST;
}

static uint64_t take(struct store *from)
{
	uint64_t frame = from->freed;

	if (frame) {
		from->freed = *(uint64_t *)token_of(frame);
		from->frames--;
		return frame;
	}
	while (from->runs) {
		struct run *run = &from->run[from->runs - 1];

		if (run->next < run->end) {
			frame = run->next;
			run->next += FRAME_SIZE;
			from->frames--;
			return frame;
		}
		from->runs--;
	}
	return 0;
}

static void zero(uint64_t frame)
{
	uint64_t words = FRAME_SIZE / 8;
	void *to = token_of(frame);

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
}

/* What is taken out of the reserve must not wait in the cache, where programs' pages would have it. */
static uint64_t batch_for(enum frame_kind kind, enum frame_use use)
{
	if (kind != FRAME_PRIVATE || store[kind].frames > reserve() + BATCH)
		return BATCH;
	return use == FRAME_FOR_KERNEL;
}

static void stock(enum frame_kind kind, enum frame_use use, struct pcache *cache)
{
	uint64_t batch = batch_for(kind, use);

	for (uint64_t i = 0; i < batch && cache->tail - cache->head < PCACHE_SLOTS; i++) {
		uint64_t frame = take(&store[kind]);

		if (!frame)
			return;
		zero(frame);
		cache->frame[cache->tail++ % PCACHE_SLOTS] = frame;
	}
}

static void release(enum frame_kind kind, uint64_t frame)
{
	*(uint64_t *)token_of(frame) = store[kind].freed;
	store[kind].freed = frame;
	store[kind].frames++;
}

static uint64_t free_frames(enum frame_kind kind)
{
	return store[kind].frames;
}

static uint64_t lends(uint64_t wanted)
{
	uint64_t keeps = LENDER_KEEPS * reserve(), have = store[FRAME_PRIVATE].frames;

	if (have <= keeps)
		return 0;
	return wanted < have - keeps ? wanted : have - keeps;
}

static struct lenders lenders;

static unsigned lender(void)
{
	if (!lenders.count)
		lenders_open(&lenders, kernel_core(), kernel_core_count(), kernel_distance);
	return lenders_next(&lenders);
}

static void lender_lent(void)
{
	lenders_lent(&lenders);
}

static bool lender_refused(void)
{
	return lenders_refused(&lenders);
}

const struct memory_service memory_service = {
	.donate = donate,
	.stock = stock,
	.release = release,
	.free_frames = free_frames,
	.lends = lends,
	.lender = lender,
	.lender_lent = lender_lent,
	.lender_refused = lender_refused,
};
