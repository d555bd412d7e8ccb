/* pcache.h - the ring of prepared frames between a memory replica and its core's kernel
 * SPDX-License-Identifier: MIT
 * The replica puts zeroed frames in ahead of need, the kernel takes them out to resolve faults alone.
 * Both run on one core, so plain words do; free-running indices, one writer each.
 * I1 tail - head <= PCACHE_SLOTS
 * I2 a frame inside is zeroed, of the core's own partition, and nobody else's */
#ifndef ABI_PCACHE_H
#define ABI_PCACHE_H

#include <stdint.h>

enum { PCACHE_SLOTS = 64 };

/* Pages of its program that a system call may bring into being before it ends or lets others in: what it cannot wait for (kernel/memory/loans.h). */
enum { CALL_PAGES = 8 };

enum frame_kind {
	FRAME_PRIVATE, /* other cores may only read it */
	FRAME_SHARED,  /* of the shared zone: every kernel may write it */
	FRAME_KINDS,
};

/* What a frame is taken for. A part of the private frames is kept for the kernel's own objects, which cannot be borrowed. */
enum frame_use {
	FRAME_FOR_KERNEL,  /* out of the reserve, too, one at a time */
	FRAME_FOR_PROGRAM, /* while more than the reserve is there */
};

struct pcache {
	uint32_t head; /* kernel's */
	uint32_t tail; /* memory replica's */
	uint64_t frame[PCACHE_SLOTS]; /* physical addresses */
};

#endif
