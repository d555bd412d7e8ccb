/* limits.h - how large and how dear a modelled machine may be
 * SPDX-License-Identifier: MIT
 * For the plugin, which refuses what is beyond, and for the runner, which says so before anything is booted. */
#ifndef MACHINE_LIMITS_H
#define MACHINE_LIMITS_H

#include <stdint.h>

enum {
	MACHINE_CORES = 256,
	MACHINE_GROUPS = 256,
	MACHINE_NODES = 256,
	MACHINE_STEPS = 15,       /* of a distance, at most */
	MACHINE_COST = 1000000,   /* cycles, at most */
	MACHINE_MHZ = 100000,
	MACHINE_CACHE_LINES = 1 << 26, /* 4 GiB */
	MACHINE_WAYS = 64,
	MACHINE_TLB = 1 << 16,
	MACHINE_TLB_WAYS = 4,
	MACHINE_LINE = 64,        /* bytes of a cache line */
};

#define MACHINE_MEMORY_MOST (UINT64_C(1) << 37) /* 128 GiB: the caches' tags number lines in 32 bits */

#endif
