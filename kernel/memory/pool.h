/* pool.h - small objects of one size, carved from this core's private frames
 * SPDX-License-Identifier: MIT
 * For objects that live and die on their core. Pages stay with the pool.
 * Context: own core, never waits. Content of what is taken is undefined. */
#ifndef KERNEL_MEMORY_POOL_H
#define KERNEL_MEMORY_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool {
	size_t size;  /* of an object: at least a pointer's, at most a page */
	void *free;
};

#define POOL(object_size) { .size = (object_size) }

/* Frames that this core's pools have. */
extern uint64_t pool_frames;

/* NULL: no frame left. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);

#endif
