/* machine.h - the guest's topology: an hwloc description turned into QEMU's -smp and -numa
 * SPDX-License-Identifier: MIT
 * MACHINE= describes a whole machine; a run may use fewer cores than it has, and then gets the smallest
 * part of it that holds them, filled in the order thread, core, die, package: neighbours stay neighbours.
 * Refused, with a sentence that says how to mend it: what hwloc cannot read, a machine whose packages are
 * not alike (QEMU has no words for it), more than MACHINE_CORES_MAX cores, APIC ids above 254 (xAPIC).
 * Context: one thread, may allocate; hwloc objects live only within machine_describe.
 * I1 packages * dies * cores * threads == total <= MACHINE_CORES_MAX
 * I2 node_of[i] < nodes for every i < total; core i is hwloc's logical PU i and QEMU's CPU index i
 * Tested by tests.sh */
#ifndef RUNNER_MACHINE_H
#define RUNNER_MACHINE_H

#include "text.h"

enum {
	MACHINE_CORES_MAX = 255,
	MACHINE_NODES_MAX = 128, /* QEMU 7.2: MAX_NODES */
	MACHINE_LOCAL_DISTANCE = 10, /* ACPI 6.4, 5.2.17: SLIT */
	MACHINE_REMOTE_DISTANCE = 20,
};

struct machine {
	unsigned int packages, dies, cores, threads; /* each inside one of the former */
	unsigned int total;
	unsigned int nodes;
	unsigned int node_of[MACHINE_CORES_MAX];
	unsigned char distance[MACHINE_NODES_MAX][MACHINE_NODES_MAX];
};

/* How near two cores are, as abi/native.def numbers it. */
enum machine_distance { SAME_CORE, SAME_PHYSICAL_CORE, SAME_CACHE, SAME_PACKAGE, OTHER_PACKAGE };

/* A synthetic string or the name of an XML file; NULL or "" is one package of `cores` equal cores.
 * Complains and returns -1 when it is refused. */
int machine_describe(struct machine *machine, const char *description, unsigned int cores);

/* Whether a description can be read from there: pipes and devices might never end. */
int machine_is_plain_file(const char *path);

/* Cuts the machine down to `cores` (at most total), see above; total becomes what QEMU counts as maxcpus. */
int machine_restrict(struct machine *machine, unsigned int cores);

/* MiB, rounded up so that all nodes get alike. */
unsigned long machine_memory(const struct machine *machine, unsigned long mib);

/* Whose the guest's memory is: the emulator's, or open to a plugin as well, under the name MACHINE_MEMORY if it is in one piece. */
enum machine_memory { MEMORY_PRIVATE, MEMORY_SHARED };
#define MACHINE_MEMORY "ram"

/* -smp, -m, -object and -numa for `cores` present cores. */
void machine_arguments(const struct machine *machine, unsigned int cores, unsigned long mib, enum machine_memory memory,
		       struct words *arguments);

enum machine_distance machine_distance(const struct machine *machine, unsigned int one, unsigned int other);

#endif
