/* model_machine.h - small modelled machines whose every cost can be told from the others
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_MODEL_MACHINE_H
#define TESTS_UNIT_MODEL_MACHINE_H

#include "scalability-tests/machine/machine_file.h"

enum {
	MODEL_NODE = 1 << 20, /* bytes of each of the two nodes */
	MODEL_SETS = 16,      /* of a private cache */
	MODEL_WAYS = 4,
	ATOMIC = 7,
	NEAR = 40,
	TRANSFER = 100,
	CROSS = 30,
	HOP = 400,
	FAR = 300,
	SHARE = 20,
	MEMORY = 550,
};

/* Groups of so many cores, the first two of one package, each further one a package one step on. Node 0 lies at group
 * 0 and node 1 at the last group. */
static inline struct model_machine model_machine(unsigned int groups, unsigned int cores_each)
{
	struct model_machine machine = {
		.mhz = 1000, .cores = groups * cores_each, .groups = groups, .nodes = 2, .tlb_entries = 64,
		.private_cache = { .lines = MODEL_SETS * MODEL_WAYS, .ways = MODEL_WAYS },
		.shared_cache = { .lines = 4096, .ways = 16 },
		.costs = {
			[COST_atomic] = ATOMIC, [COST_near] = NEAR, [COST_transfer] = TRANSFER, [COST_cross] = CROSS,
			[COST_hop] = HOP, [COST_far] = FAR, [COST_share] = SHARE, [COST_memory] = MEMORY,
		},
		.node = { { .bytes = MODEL_NODE, .group = 0 }, { .bytes = MODEL_NODE, .group = groups - 1 } },
	};

	for (unsigned int i = 0; i < machine.cores; i++)
		machine.group_of[i] = i / cores_each;
	for (unsigned int i = 0; i < groups; i++)
		for (unsigned int j = 0; j < groups; j++)
			machine.distance[i][j] = i > j ? i - j : j - i;
	return machine;
}

#endif
