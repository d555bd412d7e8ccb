/* modelled_write.c - the modelled machine as the plugin reads it, see machine/machine_file.h
 * SPDX-License-Identifier: MIT
 * Groups are dies: what shares a last-level cache. */
#include "modelled.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SAME_GROUP = 0, SAME_PACKAGE_STEPS = 1, NAME_LENGTH = 60 };

static unsigned int group_of(const struct machine *machine, unsigned int core)
{
	return core / (machine->cores * machine->threads);
}

static unsigned int steps(const struct modelled *modelled, const struct machine *machine, unsigned int from, unsigned int to)
{
	unsigned int here = from / machine->dies, there = to / machine->dies;

	if (from == to)
		return SAME_GROUP;
	if (here == there)
		return SAME_PACKAGE_STEPS;
	return SAME_PACKAGE_STEPS + (modelled->hop_rows ? modelled->hops[here][there] : 1);
}

/* One word of what the plugin has room for: a topology has blanks and may be long. */
static void put_name(FILE *out, const char *name)
{
	fputs("name ", out);
	for (int i = 0; name[i] && i < NAME_LENGTH; i++)
		fputc(isalnum((unsigned char)name[i]) || strchr("-_.", name[i]) ? name[i] : '_', out);
	fputc('\n', out);
}

static void put_parts(FILE *out, const struct modelled *modelled)
{
	fputs("model 1\n", out);
	put_name(out, modelled->name);
	fprintf(out, "mhz %lu\n", modelled->mhz);
	for (enum cost cost = 0; cost < COSTS; cost++)
		fprintf(out, "cost %s %lu\n", cost_name(cost), modelled->costs[cost]);
	fprintf(out, "private %lu %lu\nshared %lu %lu\ntlb %lu\n", modelled->private_cache.kib * MODELLED_LINES_PER_KIB,
		modelled->private_cache.ways, modelled->shared_cache.kib * MODELLED_LINES_PER_KIB, modelled->shared_cache.ways,
		modelled->tlb_entries);
}

static void put_groups(FILE *out, const struct modelled *modelled, const struct machine *machine, unsigned int cores)
{
	unsigned int groups = group_of(machine, cores - 1) + 1;

	fprintf(out, "groups %u\n", groups);
	for (unsigned int from = 0; from < groups; from++) {
		fprintf(out, "distance %u", from);
		for (unsigned int to = 0; to < groups; to++)
			fprintf(out, " %u", steps(modelled, machine, from, to));
		fputc('\n', out);
	}
	for (unsigned int core = 0; core < cores; core++)
		fprintf(out, "core %u %u %u\n", core, group_of(machine, core), machine->node_of[core]);
}

/* A node lies beside the group of its first core; I: each node of a machine that was cut has one. */
static void put_nodes(FILE *out, const struct machine *machine, unsigned long mib)
{
	unsigned long long bytes = (unsigned long long)machine_memory(machine, mib) / machine->nodes << 20;

	for (unsigned int node = 0; node < machine->nodes; node++) {
		unsigned int core = 0;

		while (machine->node_of[core] != node)
			core++;
		fprintf(out, "node %u %llu %u\n", node, bytes, group_of(machine, core));
	}
}

int modelled_write(const struct modelled *modelled, const struct machine *machine, unsigned int cores, unsigned long mib,
		   const char *file)
{
	FILE *out = fopen(file, "w");

	if (!out)
		return complain("cannot write %s: %s", file, strerror(errno));
	put_parts(out, modelled);
	put_groups(out, modelled, machine, cores);
	put_nodes(out, machine, mib);
	return fclose(out) ? complain("cannot write %s: %s", file, strerror(errno)) : 0;
}
