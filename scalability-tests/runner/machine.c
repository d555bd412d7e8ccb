/* machine.c - the guest's topology as QEMU's options
 * SPDX-License-Identifier: MIT
 * Reading a description is describe.c's; here are the cut to fewer cores, the checks of what the emulator
 * can express, and the options themselves. */
#include "machine.h"

#include <stdio.h>

enum { XAPIC_ID_MAX = 254, NODE_MIB = 16 };

static unsigned int minimum(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int divide_up(unsigned int a, unsigned int b)
{
	return (a + b - 1) / b;
}

/* Bits of an APIC id field for `count` values (Intel SDM vol. 3A, 9.9.1). */
static unsigned int id_bits(unsigned int count)
{
	unsigned int bits = 0;

	while ((1u << bits) < count)
		bits++;
	return bits;
}

static unsigned int largest_apic_id(const struct machine *machine)
{
	unsigned int id = machine->packages - 1;

	id = id << id_bits(machine->dies) | (machine->dies - 1);
	id = id << id_bits(machine->cores) | (machine->cores - 1);
	return id << id_bits(machine->threads) | (machine->threads - 1);
}

int machine_restrict(struct machine *machine, unsigned int cores)
{
	unsigned int kept = 0;

	if (cores > machine->total)
		return complain("the machine has %u cores, %u are asked for: name a larger MACHINE or fewer cores",
				machine->total, cores);
	/* From the outermost level: one that is not filled once over holds all of the cores. */
	machine->packages = divide_up(cores, machine->dies * machine->cores * machine->threads);
	if (machine->packages == 1)
		machine->dies = divide_up(cores, machine->cores * machine->threads);
	if (machine->packages * machine->dies == 1)
		machine->cores = divide_up(cores, machine->threads);
	if (machine->packages * machine->dies * machine->cores == 1)
		machine->threads = minimum(machine->threads, cores);
	machine->total = machine->packages * machine->dies * machine->cores * machine->threads;
	/* Nodes are numbered by first core, so those that keep a core come first. */
	for (unsigned int i = 0; i < cores; i++)
		kept = machine->node_of[i] >= kept ? machine->node_of[i] + 1 : kept;
	for (unsigned int i = cores; i < machine->total; i++)
		machine->node_of[i] = minimum(machine->node_of[i], kept - 1);
	machine->nodes = kept;
	if (largest_apic_id(machine) > XAPIC_ID_MAX)
		return complain("%u packages x %u dies x %u cores x %u threads need APIC id %u, and the emulator's xAPIC ends at %d: "
				"use counts that are powers of two, or fewer cores",
				machine->packages, machine->dies, machine->cores, machine->threads,
				largest_apic_id(machine), XAPIC_ID_MAX);
	return 0;
}

static void add_memory(const char *name, unsigned long mib, enum machine_memory memory, struct words *arguments)
{
	words_add(arguments, "-object");
	words_add(arguments, "memory-backend-%s,id=%s,size=%luM%s", memory == MEMORY_SHARED ? "memfd" : "ram", name, mib,
		  memory == MEMORY_SHARED ? ",share=on" : "");
}

static void add_node_options(const struct machine *machine, unsigned long node_mib, enum machine_memory memory,
			     struct words *arguments)
{
	unsigned int per_package = machine->dies * machine->cores * machine->threads;
	unsigned int per_die = machine->cores * machine->threads;

	for (unsigned int node = 0; node < machine->nodes; node++) {
		char name[24];

		snprintf(name, sizeof(name), "node%u", node);
		add_memory(name, node_mib, memory, arguments);
		words_add(arguments, "-numa");
		words_add(arguments, "node,nodeid=%u,memdev=%s", node, name);
	}
	for (unsigned int cpu = 0; cpu < machine->total; cpu++) {
		char die[24] = ""; /* the emulator refuses the word where a package has one die */

		if (machine->dies > 1)
			snprintf(die, sizeof(die), "die-id=%u,", cpu % per_package / per_die);
		words_add(arguments, "-numa");
		words_add(arguments, "cpu,node-id=%u,socket-id=%u,%score-id=%u,thread-id=%u", machine->node_of[cpu],
			  cpu / per_package, die, cpu % per_die / machine->threads, cpu % machine->threads);
	}
	for (unsigned int from = 0; from < machine->nodes; from++) {
		for (unsigned int to = 0; to < machine->nodes; to++) {
			words_add(arguments, "-numa");
			words_add(arguments, "dist,src=%u,dst=%u,val=%u", from, to, machine->distance[from][to]);
		}
	}
}

unsigned long machine_memory(const struct machine *machine, unsigned long mib)
{
	unsigned long step = machine->nodes * (unsigned long)NODE_MIB;

	return machine->nodes > 1 ? (mib + step - 1) / step * step : mib;
}

void machine_arguments(const struct machine *machine, unsigned int cores, unsigned long mib, enum machine_memory memory,
		       struct words *arguments)
{
	unsigned long given = machine_memory(machine, mib);

	words_add(arguments, "-smp");
	words_add(arguments, "%u,maxcpus=%u,sockets=%u,dies=%u,cores=%u,threads=%u", cores, machine->total,
		  machine->packages, machine->dies, machine->cores, machine->threads);
	words_add(arguments, "-m");
	words_add(arguments, "%luM", given);
	if (machine->nodes > 1)
		add_node_options(machine, given / machine->nodes, memory, arguments);
	else if (memory == MEMORY_SHARED)
		add_memory(MACHINE_MEMORY, given, memory, arguments);
}

enum machine_distance machine_distance(const struct machine *machine, unsigned int one, unsigned int other)
{
	unsigned int per_die = machine->cores * machine->threads;

	if (one == other)
		return SAME_CORE;
	if (one / machine->threads == other / machine->threads)
		return SAME_PHYSICAL_CORE;
	if (one / per_die == other / per_die)
		return SAME_CACHE;
	if (one / (per_die * machine->dies) == other / (per_die * machine->dies))
		return SAME_PACKAGE;
	return OTHER_PACKAGE;
}
