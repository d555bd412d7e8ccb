/* machine_file.h - the modelled machine, as the runner describes it in a text file
 * SPDX-License-Identifier: MIT
 * One item a line, `#` begins a comment:
 *   model 1                          first: the version of this format
 *   name NAME, mhz N, cost NAME CYCLES (every name of costs.def), private LINES WAYS, shared LINES WAYS (0 0: none),
 *   tlb ENTRIES, groups G            once each; groups before what names one
 *   distance I D0 .. D(G-1)          steps from group I: 0 itself, 1 same package, 2 a neighbouring package, 3 ...
 *   core I GROUP NODE                every vCPU, from 0 on, in order
 *   node I BYTES GROUP               guest memory in order of the emulator's RAM offsets; a group beside it
 * A group is the cores that share a last-level cache. Nothing has a default here: what is missing is refused,
 * because a model of half a machine gives plausible figures of none.
 * Context: before the machine runs; reads one file.
 * Tested by tests/unit/model_machine_file_test.c */
#ifndef MACHINE_FILE_H
#define MACHINE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "costs.h"
#include "limits.h"

struct machine_cache {
	uint32_t lines, ways; /* 0 0: there is none */
};

struct machine_node {
	uint64_t bytes;
	uint16_t group;
};

struct model_machine {
	char name[64];
	uint32_t mhz;
	uint32_t cores, groups, nodes;
	uint32_t tlb_entries;
	struct machine_cache private_cache, shared_cache;
	uint32_t costs[COSTS];
	uint16_t group_of[MACHINE_CORES], node_of[MACHINE_CORES];
	uint8_t distance[MACHINE_GROUPS][MACHINE_GROUPS];
	struct machine_node node[MACHINE_NODES];
};

/* 0, or -1 with a sentence in `reason`: file and line, what is wrong, how to mend it. */
int machine_file_read(struct model_machine *machine, const char *file, char *reason, size_t size);

/* Cycles that the way between two groups adds to a transfer. */
uint32_t machine_way(const struct model_machine *machine, unsigned int from, unsigned int to);

/* Bytes of guest memory of all nodes. */
uint64_t machine_memory(const struct model_machine *machine);

#endif
