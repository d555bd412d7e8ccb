/* objects.h - what suites of objects do with them, on the core that they are on
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_OBJECTS_H
#define TESTS_UNIT_OBJECTS_H

#include "tests/cores/spaces.h"
#include "kernel/memory/frames.h"

enum {
	WORDS = PAGE_SIZE / 8,
	HEAP = 0x4000000,
	READ = TOKEN_READ,
	CHANGE = TOKEN_CHANGE,
	WRITE = TOKEN_WRITE,
};

static _Thread_local unsigned visited;

static inline void count_visit(enum frame_type type, uint64_t frame)
{
	play_must(type == FRAME_values || type == FRAME_board);
	play_must(frame_entry(frame)->type == (uint8_t)type);
	visited++;
}

static inline unsigned objects(void)
{
	visited = 0;
	objects_visit(count_visit);
	return visited;
}

static inline uint64_t create(struct vspace *maker, enum object_type type)
{
	int64_t token = object_create(maker, type);

	play_must(token >= (int64_t)TOKEN_WINDOW && token < (int64_t)TOKEN_WINDOW_END);
	return (uint64_t)token - TOKEN_WINDOW;
}

static inline status_t grant(uint64_t frame, struct vspace *maker, struct vspace *to, uint64_t rights)
{
	return (status_t)object_change(OBJECT_GRANT, frame, maker, (uint64_t)to, rights);
}

static inline status_t revoke(uint64_t frame, struct vspace *maker, struct vspace *from)
{
	return (status_t)object_change(OBJECT_REVOKE, frame, maker, (uint64_t)from, 0);
}

/* As a program of the space, which runs on this core meanwhile. */
static inline status_t reach(struct vspace *by, uint64_t frame, enum access access, uint64_t **word)
{
	struct view *view = view_get(by), *before = view_active();
	status_t status;

	play_must(view);
	view_activate(view);
	status = processor_access(view, TOKEN_WINDOW + frame, access, space_interrupt, (void **)word);
	view_activate(before);
	return status;
}

/* What is made from a space does not have its tokens. */
static inline void copy_space(uint64_t frame)
{
	struct vspace *copy = space_fork(space);

	play_must(copy && !vspace_page(copy, TOKEN_WINDOW + frame));
	vspace_release(copy);
}

static inline unsigned take_all(enum frame_type type, uint64_t *taken)
{
	unsigned count = 0;

	while ((taken[count] = frame_take(type)))
		count++;
	return count;
}

static inline void give_all(const uint64_t *taken, unsigned count)
{
	while (count)
		frame_give(taken[--count]);
}

#endif
