/* memory.c - the memory service's replica: what its frames are for, and PCache kept full
 * SPDX-License-Identifier: MIT
 * Each replica owns its core's partition and nothing else; which frames are free, units.h keeps. Frames are zeroed here, ahead of need, so that a
 * fault finds one ready; a whole unit, which is rarer and larger, when it is wanted. What may be lent, and whom to ask for a loan, is decided here too; how, in kernel/memory/loans.h.
 * Context: own core, never waits.
 * I1 a frame is in a store, in PCache, or in use: in exactly one of them */
#include "abi/kernel.h"
#include "abi/services.h"
#include "abi/token.h"
#include "services/memory/lenders.h"
#include "services/memory/units.h"

enum {
	BATCH = 16, /* frames prepared at a time: few enough that one fault does not wait long */
	RESERVE_PART = 16,   /* of a core's frames one in so many is kept for the kernel's objects: one is a page table for 512 others */
	RESERVE_LEAST = 192, /* more than new processes must leave (services/linux/process.c) */
	RESERVE_SHARED = 96, /* the same of frames that all kernels may write, for spaces of new programs and their slots */
	LENDER_KEEPS = 2,    /* times the reserve: it shall not run low at once, and ask in its turn */
};

struct store {
	struct units units;
	uint64_t donated;
};

static struct store store[FRAME_KINDS];

static void donate(enum frame_kind kind, uint64_t start, uint64_t end, struct unit_note *note)
{
	if (start >= end)
		return;
	units_add(&store[kind].units, note, start, end);
	store[kind].donated += (end - start) / FRAME_BYTES;
}

static uint64_t reserve(void)
{
	uint64_t part = store[FRAME_PRIVATE].donated / RESERVE_PART;

	return part > RESERVE_LEAST ? part : RESERVE_LEAST;
}

static void clear(uint64_t start, uint64_t size)
{
	uint64_t words = size / 8;
	void *to = token_of(start);

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
}

/* What is taken out of the reserve must not wait in the cache, where programs' pages would have it. */
static uint64_t batch_for(enum frame_kind kind, enum frame_use use)
{
	uint64_t have = store[kind].units.frames, kept = kind == FRAME_PRIVATE ? reserve() : RESERVE_SHARED, spare = have > kept ? have - kept : 0;

	if (spare >= BATCH)
		return BATCH;
	return use == FRAME_FOR_KERNEL ? 1 : spare;
}

static void stock(enum frame_kind kind, enum frame_use use, struct pcache *cache)
{
	uint64_t batch = batch_for(kind, use);

	for (uint64_t i = 0; i < batch && cache->tail - cache->head < PCACHE_SLOTS; i++) {
		uint64_t frame = units_take(&store[kind].units);

		if (!frame)
			return;
		clear(frame, FRAME_BYTES);
		cache->frame[cache->tail++ % PCACHE_SLOTS] = frame;
	}
}

static void release(enum frame_kind kind, uint64_t frame, struct unit_note *note)
{
	units_release(&store[kind].units, note, frame);
}

/* Programs alone want units, so the reserve stays. */
static uint64_t take_unit(void)
{
	struct units *units = &store[FRAME_PRIVATE].units;

	return units->frames >= reserve() + UNIT_FRAMES ? units_take_whole(units) : 0;
}

static void release_unit(struct unit_note *note)
{
	units_release_whole(&store[FRAME_PRIVATE].units, note);
}

static uint64_t free_frames(enum frame_kind kind)
{
	return store[kind].units.frames;
}

static uint64_t lends(uint64_t wanted)
{
	uint64_t keeps = LENDER_KEEPS * reserve(), have = store[FRAME_PRIVATE].units.frames;

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
	.take_unit = take_unit,
	.release_unit = release_unit,
	.clear = clear,
	.free_frames = free_frames,
	.lends = lends,
	.lender = lender,
	.lender_lent = lender_lent,
	.lender_refused = lender_refused,
};
