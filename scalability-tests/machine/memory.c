/* memory.c - reads /proc/self/maps once
 * SPDX-License-Identifier: MIT */
#include "memory.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { PARTS_MAX = 256, PATH_ROOM = 256 };

/* What the opaque structure is in QEMU 7.2 (include/qemu/plugin-memory.h) for an address in RAM. Of another layout, what is
 * taken for the host's address would hardly be one of a memfd: memory_word checks that. */
struct ram_address {
	bool is_io, is_store;
	char *host;
};

struct part {
	char *start;
	uint64_t bytes;
};

static struct part parts[PARTS_MAX];
static unsigned int part_count;

/* QEMU 7.2 adds up where the memory block begins, the offset into it, and where the block's region lies in its container: that is 0
 * for a machine of one node. Where there are several, it is where the node's memory begins, which so is in the sum twice. */
uint64_t memory_offset(const struct model_machine *machine, const struct qemu_plugin_hwaddr *address)
{
	uint64_t reported = qemu_plugin_hwaddr_phys_addr(address), begin = 0;

	for (unsigned int i = 0; i < machine->nodes; i++) {
		if (reported - 2 * begin < machine->node[i].bytes)
			return reported - begin;
		begin += machine->node[i].bytes;
	}
	return begin;
}

static void add_mapping(uint64_t start, uint64_t end)
{
	if (part_count < PARTS_MAX)
		parts[part_count++] = (struct part){ .start = (char *)(uintptr_t)start, .bytes = end - start };
}

static void read_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], path[PATH_ROOM];
	unsigned long start, end;

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %255s", &start, &end, path) == 3 &&
		    !strcmp(path, "/memfd:memory-backend-memfd"))
			add_mapping(start, end);
	if (maps)
		fclose(maps);
}

volatile uint64_t *memory_word(const struct qemu_plugin_hwaddr *address)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char *host = ((const struct ram_address *)address)->host;

	pthread_once(&once, read_mappings);
	for (unsigned int i = 0; i < part_count; i++)
		if (host >= parts[i].start && host + sizeof(uint64_t) <= parts[i].start + parts[i].bytes)
			return (volatile uint64_t *)host;
	return NULL;
}
