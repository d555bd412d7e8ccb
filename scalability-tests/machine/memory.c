/* memory.c - reads /proc/self/maps once
 * SPDX-License-Identifier: MIT */
#include "memory.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { PARTS_MAX = 256, PATH_ROOM = 256 };

struct part {
	uint64_t inode, from, bytes; /* from: its first RAM offset */
	char *start;
};

static struct part parts[PARTS_MAX];
static unsigned int part_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* One object may be several mappings that follow one another. */
static void add_mapping(uint64_t start, uint64_t end, uint64_t inode)
{
	if (part_count && parts[part_count - 1].inode == inode)
		parts[part_count - 1].bytes += end - start;
	else if (part_count < PARTS_MAX)
		parts[part_count++] = (struct part){ .inode = inode, .start = (char *)(uintptr_t)start, .bytes = end - start };
}

/* Nodes are created in order, and so are their inodes. */
static void sort_parts(void)
{
	uint64_t offset = 0;

	for (unsigned int i = 1; i < part_count; i++)
		for (unsigned int j = i; j > 0 && parts[j - 1].inode > parts[j].inode; j--) {
			struct part moved = parts[j];

			parts[j] = parts[j - 1];
			parts[j - 1] = moved;
		}
	for (unsigned int i = 0; i < part_count; offset += parts[i++].bytes)
		parts[i].from = offset;
}

static void read_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], path[PATH_ROOM];
	unsigned long start, end, inode;

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %*s %*s %lu %255s", &start, &end, &inode, path) == 4 &&
		    !strcmp(path, "/memfd:memory-backend-memfd"))
			add_mapping(start, end, inode);
	if (maps)
		fclose(maps);
	sort_parts();
}

uint64_t memory_offset(uint64_t reported)
{
	pthread_once(&once, read_mappings);
	for (unsigned int i = 0; i < part_count; i++)
		if (reported - 2 * parts[i].from < parts[i].bytes)
			return reported - parts[i].from;
	return MEMORY_NONE;
}

volatile uint64_t *memory_word(uint64_t offset)
{
	pthread_once(&once, read_mappings);
	for (unsigned int i = 0; i < part_count; i++)
		if (offset - parts[i].from < parts[i].bytes)
			return (volatile uint64_t *)(parts[i].start + (offset - parts[i].from));
	return NULL;
}
