/* host_frames.h - frames for modules that reach memory by physical address
 * SPDX-License-Identifier: MIT
 * A frame is a page of the test's own memory. Its physical address is what direct() and token_of() turn into the
 * page's address modulo 2^64: any host address below 2^47 gives one that fits into 48 bits.
 * Frames that nobody has taken are poisoned under AddressSanitizer, so that an access after giving back shows.
 * One thread. I1 a frame is given back once, by whoever took it */
#ifndef TESTS_UNIT_HOST_FRAMES_H
#define TESTS_UNIT_HOST_FRAMES_H

#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/arch/paging.h"

enum { HOST_FRAMES_MAX = 1024 };

struct host_frames {
	uint8_t *memory;
	unsigned limit; /* how many may be out at a time */
	unsigned taken; /* how many are out */
	bool out[HOST_FRAMES_MAX];
};

static inline void host_frames_open(struct host_frames *frames)
{
	*frames = (struct host_frames){ .memory = aligned_alloc(PAGE_SIZE, HOST_FRAMES_MAX * PAGE_SIZE),
					.limit = HOST_FRAMES_MAX };
	if (!frames->memory)
		abort();
	ASAN_POISON_MEMORY_REGION(frames->memory, HOST_FRAMES_MAX * PAGE_SIZE);
}

static inline void host_frames_close(struct host_frames *frames)
{
	ASAN_UNPOISON_MEMORY_REGION(frames->memory, HOST_FRAMES_MAX * PAGE_SIZE);
	free(frames->memory);
	frames->memory = NULL;
}

/* A zeroed frame; 0 when the limit is reached. */
static inline uint64_t host_frames_take(struct host_frames *frames)
{
	unsigned which = 0;

	if (frames->taken >= frames->limit)
		return 0;
	while (frames->out[which])
		which++;
	frames->out[which] = true;
	frames->taken++;
	ASAN_UNPOISON_MEMORY_REGION(frames->memory + which * PAGE_SIZE, PAGE_SIZE);
	memset(frames->memory + which * PAGE_SIZE, 0, PAGE_SIZE);
	return direct_physical(frames->memory + which * PAGE_SIZE);
}

static inline void host_frames_give(struct host_frames *frames, uint64_t frame)
{
	uint64_t offset = (uint64_t)((uint8_t *)direct(frame) - frames->memory);

	if (offset % PAGE_SIZE || offset / PAGE_SIZE >= HOST_FRAMES_MAX || !frames->out[offset / PAGE_SIZE]) {
		fprintf(stderr, "frame %#lx was given back, and had not been taken\n", frame);
		abort();
	}
	frames->out[offset / PAGE_SIZE] = false;
	frames->taken--;
	ASAN_POISON_MEMORY_REGION(direct(frame), PAGE_SIZE);
}

#endif
