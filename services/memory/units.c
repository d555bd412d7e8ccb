/* units.c - see units.h
 * SPDX-License-Identifier: MIT */
#include "services/memory/units.h"

#include <stddef.h>

#include "abi/token.h"

static void enter(struct unit_note **list, struct unit_note *note)
{
	note->previous = NULL;
	note->next = *list;
	if (*list)
		(*list)->previous = note;
	*list = note;
}

static void leave(struct unit_note **list, struct unit_note *note)
{
	if (note->previous)
		note->previous->next = note->next;
	else
		*list = note->next;
	if (note->next)
		note->next->previous = note->previous;
}

static void make_whole(struct unit_note *note)
{
	note->freed = note->end_new = note->free = UNIT_FRAMES;
	note->next_new = 0;
}

void units_add(struct units *units, struct unit_note *note, uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	note->start = start & ~(UNIT_BYTES - 1);
	note->freed = UNIT_FRAMES;
	note->next_new = (uint16_t)(start % UNIT_BYTES / FRAME_BYTES);
	note->free = (uint16_t)((end - start) / FRAME_BYTES);
	note->end_new = note->next_new + note->free;
	units->frames += note->free;
	enter(note->free == UNIT_FRAMES ? &units->whole : &units->broken, note);
}

/* There is a free one. */
static uint64_t take_from(struct unit_note *note)
{
	uint64_t frame;

	if (note->freed == UNIT_FRAMES)
		return note->start + (uint64_t)note->next_new++ * FRAME_BYTES;
	frame = note->start + (uint64_t)note->freed * FRAME_BYTES;
	note->freed = *(uint16_t *)token_of(frame);
	return frame;
}

uint64_t units_take(struct units *units)
{
	struct unit_note *note = units->broken;
	uint64_t frame;

	if (!note) {
		note = units->whole;
		if (!note)
			return 0;
		leave(&units->whole, note);
		enter(&units->broken, note);
	}
	frame = take_from(note);
	units->frames--;
	if (!--note->free)
		leave(&units->broken, note);
	return frame;
}

void units_release(struct units *units, struct unit_note *note, uint64_t frame)
{
	*(uint16_t *)token_of(frame) = note->freed;
	note->freed = (uint16_t)(frame % UNIT_BYTES / FRAME_BYTES);
	units->frames++;
	if (!note->free++)
		enter(&units->broken, note);
	if (note->free == UNIT_FRAMES) {
		leave(&units->broken, note);
		make_whole(note);
		enter(&units->whole, note);
	}
}

uint64_t units_take_whole(struct units *units)
{
	struct unit_note *note = units->whole;

	if (!note)
		return 0;
	leave(&units->whole, note);
	note->free = 0;
	note->next_new = UNIT_FRAMES;
	units->frames -= UNIT_FRAMES;
	return note->start;
}

void units_release_whole(struct units *units, struct unit_note *note)
{
	make_whole(note);
	enter(&units->whole, note);
	units->frames += UNIT_FRAMES;
}
