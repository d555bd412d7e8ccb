/* costs.h - names of what the machine model charges
 * SPDX-License-Identifier: MIT
 * The table is costs.def. A machine's figures are in its struct model_machine, by these numbers.
 * Context: any. */
#ifndef MACHINE_COSTS_H
#define MACHINE_COSTS_H

enum cost {
#define COST(name, cycles, kind, meaning) COST_##name,
#include "costs.def"
#undef COST
	COSTS,
};

/* The cost of this name, or COSTS. */
enum cost cost_find(const char *name);

const char *cost_name(enum cost cost);

#endif
