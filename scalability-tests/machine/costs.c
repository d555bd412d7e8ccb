/* costs.c - the names of costs, from their table
 * SPDX-License-Identifier: MIT */
#include "costs.h"

#include <string.h>

enum kind { CITED, FITTED };

_Static_assert(8 >= 0
#define COST(name, cycles, kind, meaning) +(kind == FITTED)
#include "costs.def"
#undef COST
	, "more than eight fitted costs could be fitted to anything");

static const char *const names[COSTS] = {
#define COST(name, cycles, kind, meaning) [COST_##name] = #name,
#include "costs.def"
#undef COST
};

enum cost cost_find(const char *name)
{
	unsigned int cost = 0;

	while (cost < COSTS && strcmp(names[cost], name) != 0)
		cost++;
	return cost;
}

const char *cost_name(enum cost cost)
{
	return names[cost];
}
