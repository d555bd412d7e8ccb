/* pool.c - see pool.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/pool.h"

#include "kernel/arch/paging.h"
#include "kernel/memory/frames.h"

uint64_t pool_frames;

static void grow(struct pool *pool)
{
	uint64_t frame = frame_take(FRAME_pool);

	pool_frames += frame != 0;
	for (size_t at = 0; frame && at + pool->size <= PAGE_SIZE; at += pool->size)
		pool_give(pool, (char *)direct(frame) + at);
}

void *pool_take(struct pool *pool)
{
	void *object;

	if (!pool->free)
		grow(pool);
	object = pool->free;
	if (object)
		pool->free = *(void **)object;
	return object;
}

void pool_give(struct pool *pool, void *object)
{
	*(void **)object = pool->free;
	pool->free = object;
}
