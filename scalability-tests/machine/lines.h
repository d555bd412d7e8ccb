/* lines.h - what one memory access costs: a MESI directory of cache lines, with distances and queues
 * SPDX-License-Identifier: MIT
 * Modelled: who holds each line; private caches and one shared cache for each group, with capacity; where a
 * line comes from and how far that is; and that one line serves one after the other, which is why contended
 * lines do not scale. Not modelled: which level of the private cache hits (a hit is free), bandwidth, store
 * buffers, prefetch, and copies in another group's shared cache alone (they cost as memory does).
 * Service: a line is busy in [from, until). Who asks within waits for its end; who asks before it, out of
 * turn, does not. Taking a line to write, or from another group or memory, keeps it busy for the whole latency;
 * reading it from an owner in one's own group for COST_share. What a group has or will have, its cores read
 * one after the other from its own queue (busy.h). An invalidation that brings no data goes half the way.
 * E and M cost the same, so they are one state, `owner`.
 * Service is first come, first served; who comes again and again changes places now and then (overtaking.h). The
 * costs are fitted with, and hold for, cores that start in a shuffled order.
 * Context: one host thread for all cores; never blocks.
 * I1 owner is core + 1 and `present` is that core alone, or owner is 0
 * I2 a group's shared cache has a line only if the version it was put in with is the line's
 * Tested by tests/unit/model_lines_test.c, model_room_test.c and model_shapes_test.c */
#ifndef MACHINE_LINES_H
#define MACHINE_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "busy.h"
#include "machine_file.h"

enum access_kind { ACCESS_READ, ACCESS_WRITE, ACCESS_ATOMIC };

struct access {
	unsigned int core;
	enum access_kind kind;
	uint64_t physical; /* the emulator's RAM offset */
	uint64_t now;      /* this core's clock, in cycles */
	uint64_t pc, virtual_address;
};

enum source {
	SOURCE_HIT,            /* this core's private cache */
	SOURCE_NEAR,           /* the group's shared cache */
	SOURCE_MEMORY,         /* memory, or another group's shared cache */
	SOURCE_TRANSFER_READ,  /* another core's private cache */
	SOURCE_TRANSFER_WRITE, /* the same to write, or copies elsewhere were invalidated */
};

struct price {
	uint32_t cycles; /* latency and waiting */
	uint32_t waited; /* the part that the line was busy with others */
	enum source source;
};

struct line {
	uint64_t present[MACHINE_CORES / 64]; /* cores whose private caches hold it */
	struct interval busy;                 /* as long as it serves nobody else */
	uint32_t version;                     /* counts owners: older copies in shared caches are void */
	uint32_t contended;                   /* contended.h: this line's statistics, or 0 */
	uint16_t owner;                       /* core + 1 that may write, or 0 */
	uint8_t is_spread;                    /* several have held it since it was written: none gets it alone by reading */
	uint8_t padding[5];
};

_Static_assert(sizeof(struct line) == MACHINE_LINE, "a record is found where its line is");

/* A core lost its copy to a writer at that time (never to make room): a spinner that waits for it may look again. */
typedef void lines_invalidated_t(unsigned int core, uint64_t now);

extern struct line *lines_records;
extern uint64_t lines_bytes;

/* Starts with cold caches, forgetting an earlier machine; `machine` must stay. 0, or -1 when the host has no
 * memory: says so on stderr. */
int lines_start(const struct model_machine *machine, lines_invalidated_t *invalidated);

/* The record of the line at this RAM offset; null beyond the nodes' memory. */
static inline struct line *lines_find(uint64_t physical)
{
	return physical < lines_bytes ? &lines_records[physical / MACHINE_LINE] : NULL;
}

/* Whether lines_access would say SOURCE_HIT, which then costs COST_atomic for ACCESS_ATOMIC and else nothing. */
static inline bool lines_hit(const struct line *line, unsigned int core, enum access_kind kind)
{
	if (kind == ACCESS_READ)
		return line->present[core / 64] >> core % 64 & 1;
	return line->owner == core + 1;
}

/* Makes the access and gives its price. `line` is lines_find(access->physical). */
struct price lines_access(struct line *line, const struct access *access);

#endif
