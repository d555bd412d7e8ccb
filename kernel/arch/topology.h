/* topology.h - how near two cores are, from their APIC ids
 * SPDX-License-Identifier: MIT
 * An APIC id is package, cache group, physical core and hardware thread side by side; CPUID
 * gives the widths. Assumes one kind of package, as CPUID describes the core that asks. Refuses
 * nothing: what the processor does not say is taken as one thread to a core, one last-level
 * cache to a die or else a package, and one package.
 * Context: pure; the instruction itself is the caller's function. Any core, never waits.
 * I1 smt_shift <= cache_shift <= package_shift <= 32
 * Tested by tests/unit/topology_test.c */
#ifndef KERNEL_ARCH_TOPOLOGY_H
#define KERNEL_ARCH_TOPOLOGY_H

#include <stdint.h>

enum topology_distance {
	TOPOLOGY_SAME_CORE,
	TOPOLOGY_SAME_PHYSICAL_CORE,
	TOPOLOGY_SAME_CACHE,
	TOPOLOGY_SAME_PACKAGE,
	TOPOLOGY_OTHER_PACKAGE,
};

/* APIC id >> shift is the same for all cores of one ... */
struct cpuid_topology {
	uint8_t smt_shift;     /* physical core */
	uint8_t cache_shift;   /* last-level cache */
	uint8_t package_shift; /* package (socket) */
};

/* Executes CPUID: out is eax, ebx, ecx, edx. */
typedef void (*cpuid_function)(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

void topology_from_cpuid(struct cpuid_topology *topology, cpuid_function cpuid);

/* A value of enum topology_distance; symmetric. */
unsigned topology_distance(const struct cpuid_topology *topology, uint32_t apic_a, uint32_t apic_b);

#endif
