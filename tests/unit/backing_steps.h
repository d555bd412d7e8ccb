/* backing_steps.h - what tests of mapped objects do and look at, in words
 * SPDX-License-Identifier: MIT
 * Include it first: it says where physical memory lies here. */
#ifndef TESTS_UNIT_BACKING_STEPS_H
#define TESTS_UNIT_BACKING_STEPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/objects.h" /* first: it says where physical memory lies here */
#include "kernel/memory/arena.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/copy.h"
#include "kernel/memory/frames.h"

enum {
	READ = VSPACE_READ,
	WRITE = VSPACE_WRITE,
	SHARED = VSPACE_SHARED,
	UNWRITABLE = VSPACE_OBJECT_UNWRITABLE,
	VALUE = 8, /* word with the page's number */
	OWN = 9,
};

static const unsigned ONE[] = { 0 };

static inline uint64_t at(unsigned page)
{
	return move_at(1, page);
}

static inline void map(unsigned page, unsigned count, uint64_t holder, unsigned first, unsigned rights)
{
	play_must(objects_map(at(page), count, holder, first, rights, VSPACE_FIXED) == (int64_t)at(page));
}

static inline uint64_t *reach(unsigned page, enum access access)
{
	uint64_t *words;

	play_must(!objects_access(at(page), access, &words));
	return words;
}

static inline status_t try(unsigned page, enum access access)
{
	uint64_t *words;

	return objects_access(at(page), access, &words);
}

static inline void unmap(unsigned page, unsigned count)
{
	play_must(!space_change(VSPACE_UNMAP, at(page), (uint64_t)count * PAGE_SIZE, 0, 0));
}

static inline void check(unsigned page, unsigned count, uint64_t object, unsigned index)
{
	for (unsigned i = 0; i < count; i++)
		play_must(reach(page + i, ACCESS_READ)[VALUE] == objects_value(object, index + i));
}

static inline void open(void)
{
	huge_open();
	objects_open(20);
}

static inline void close(void)
{
	objects_close();
	huge_close();
}

#endif
