/* arena_frames.h - frames for threads that play cores: each takes from its own, and a given one goes to its owner
 * SPDX-License-Identifier: MIT
 * As in the kernel, where a core's frames come from its partition and go home by message. No other order
 * between threads comes from here than the one from giving a frame to taking it anew, so that ThreadSanitizer
 * sees what the tested code itself leaves unordered. */
#ifndef TESTS_UNIT_ARENA_FRAMES_H
#define TESTS_UNIT_ARENA_FRAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/arch/paging.h"

enum {
	ARENAS = 4,
	ARENA_FRAMES = 4096,
};

struct arena {
	uint64_t untouched;  /* owner's: frames never taken */
	uint64_t *own;       /* owner's list of given frames, through their first words */
	uint64_t *returned;  /* pushed by anybody, emptied by the owner */
};

static uint8_t *arena_memory;
static struct arena arena[ARENAS];
static bool arena_out[ARENAS * ARENA_FRAMES];
static _Thread_local unsigned arena_mine;

static inline void arenas_open(void)
{
	arena_memory = aligned_alloc(PAGE_SIZE, (size_t)ARENAS * ARENA_FRAMES * PAGE_SIZE);
	if (!arena_memory)
		abort();
	memset(arena, 0, sizeof(arena));
	memset(arena_out, 0, sizeof(arena_out));
}

static inline void arenas_close(void)
{
	free(arena_memory);
}

/* Frames that are out; only when no other thread runs. */
static inline unsigned arenas_taken(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ARENAS * ARENA_FRAMES; i++)
		count += arena_out[i];
	return count;
}

/* Marks a frame as out, or as in; that must change it. */
static inline void arena_mark(uint64_t frame, bool out)
{
	uint64_t which = (uint64_t)((uint8_t *)direct(frame) - arena_memory) / PAGE_SIZE;

	if (which >= ARENAS * ARENA_FRAMES || __atomic_exchange_n(&arena_out[which], out, __ATOMIC_RELAXED) == out) {
		fprintf(stderr, "frame %#lx was %s twice\n", frame, out ? "taken" : "given back");
		abort();
	}
}

/* A zeroed frame of this thread's arena; 0: none. */
static inline uint64_t arena_take(void)
{
	struct arena *mine = &arena[arena_mine];
	uint64_t *page;

	if (!mine->own)
		mine->own = __atomic_exchange_n(&mine->returned, NULL, __ATOMIC_ACQUIRE);
	page = mine->own;
	if (page)
		mine->own = *(uint64_t **)page;
	else if (mine->untouched < ARENA_FRAMES)
		page = (uint64_t *)(arena_memory + (arena_mine * ARENA_FRAMES + mine->untouched++) * PAGE_SIZE);
	else
		return 0;
	memset(page, 0, PAGE_SIZE);
	arena_mark(direct_physical(page), true);
	return direct_physical(page);
}

static inline void arena_give(uint64_t frame)
{
	uint64_t *page = direct(frame);
	struct arena *owner;
	uint64_t *first;

	arena_mark(frame, false);
	owner = &arena[(uint64_t)((uint8_t *)page - arena_memory) / PAGE_SIZE / ARENA_FRAMES];
	first = __atomic_load_n(&owner->returned, __ATOMIC_RELAXED);
	do
		*(uint64_t **)page = first;
	while (!__atomic_compare_exchange_n(&owner->returned, &first, page, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

#endif
