/* modelled.h - the machine that mode `model` models: what MACHINE names beside a topology
 * SPDX-License-Identifier: MIT
 * MACHINE is the NAME of a file scalability-tests/machines/NAME.machine, or a topology as machine.h reads it; caches, clock
 * and costs of a mere topology are those of MODELLED_DEFAULT. What such a file holds is in modelled_file.h.
 * Context: one thread, may allocate; files are read from the tree's root, where make and ./tessera run.
 * Tested by test/run */
#ifndef RUNNER_MODELLED_H
#define RUNNER_MODELLED_H

#include "../machine/costs.h"
#include "../machine/limits.h"
#include "machine.h"

#define MODELLED_FOLDER  "scalability-tests/machines"
#define MODELLED_DEFAULT "server-2x64"

enum { MODELLED_PACKAGES_MAX = 64, MODELLED_LINES_PER_KIB = 1024 / 64 };

struct modelled_cache {
	unsigned long kib, ways;
};

struct modelled {
	char *name;     /* as it stands in results and plots, with the costs that were overridden */
	char *topology; /* as machine_describe reads it */
	unsigned long mhz, tlb_entries;
	struct modelled_cache private_cache, shared_cache;
	unsigned long costs[COSTS];
	unsigned int hop_rows; /* 0: one step from each package to each other */
	unsigned char hops[MODELLED_PACKAGES_MAX][MODELLED_PACKAGES_MAX];
};

/* What MACHINE says, "" being MODELLED_DEFAULT, with the overrides "name=value ..." of COSTS: 0, or -1 complained of. */
int modelled_read(struct modelled *modelled, const char *machine, const char *costs);

/* The topology that MACHINE says, for machine_describe; NULL complained of; the caller frees it. */
char *modelled_topology(const char *machine);

/* Writes the file that the plugin reads: `machine` is the part with `cores` cores, `mib` its memory. 0, or -1 complained of. */
int modelled_write(const struct modelled *modelled, const struct machine *machine, unsigned int cores, unsigned long mib,
		   const char *file);

/* Complains of a name that is no cost's, and returns -1. */
int modelled_cost_unknown(const char *where, const char *name);

void modelled_free(struct modelled *modelled);

#endif
