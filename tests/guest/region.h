/* region.h - memory that knows what it must hold
 * SPDX-License-Identifier: MIT
 * A region remembers which of its pages were written, and with what; all others must be zero. Whatever is found to be otherwise ends
 * the process with WRONG, and a line says what was seen. Calls that are refused for lack of memory must have changed nothing.
 * Context: one thread for each region. */
#ifndef GUEST_REGION_H
#define GUEST_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PAGE = 4096,
	PAGES_REMEMBERED = 24, /* written pages of a region */
	WRONG = 99,            /* the exit status */
};

struct region {
	unsigned char *base; /* NULL: there is none */
	size_t pages;
	unsigned written;
	struct {
		size_t page;
		uint64_t stamp;
	} content[PAGES_REMEMBERED];
};

uint64_t random_next(uint64_t *state);
uint64_t random_below(uint64_t *state, uint64_t limit);

/* Says what is wrong, in one line, and ends the process. */
_Noreturn void wrong(const char *what, const void *where, uint64_t found, uint64_t expected);

/* Maps one, of a random size up to `most` pages; at `place` (2^38 bytes that nobody else uses) instead of anywhere, now and then. False: refused. */
bool region_map(struct region *region, uint64_t *random, size_t most, uintptr_t place);

/* Writes a page, after a look at what it held. */
void region_write(struct region *region, uint64_t *random);

/* All written pages, and one that is not. */
void region_check(const struct region *region, uint64_t *random);

/* Take back a part: its pages are zero, or gone, afterwards. The last way makes a smaller region. */
void region_discard(struct region *region, uint64_t *random);
void region_replace(struct region *region, uint64_t *random);
void region_shrink(struct region *region, uint64_t *random);

/* Another size, somewhere else perhaps. False: refused. */
bool region_resize(struct region *region, uint64_t *random);

/* Sets the rights of the whole; what it holds stays. False: refused. */
bool region_protect(const struct region *region, int rights);

/* False: refused, and it is still there. */
bool region_unmap(struct region *region);

/* Forgets what `count` pages from `page` on held. */
void region_forget(struct region *region, size_t page, size_t count);

#endif
