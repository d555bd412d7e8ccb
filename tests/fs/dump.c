/* dump.c - see dump.h
 * SPDX-License-Identifier: MIT */
#include "tests/fs/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINES = 4096,
	LINE = 640,
	SHOWN = 64,
};

static char (*lines)[LINE];
static unsigned count;

/* Of a file's bytes: a sum that knows their order. */
static uint64_t sum(struct caller *caller, uint64_t inode, uint64_t size)
{
	static uint8_t room[1 << 16];
	uint64_t result = 0;

	for (uint64_t at = 0; at < size && at < 1 << 20;) {
		int64_t part = call_read(caller, inode, at, room, sizeof(room));

		must(part > 0);
		for (int64_t i = 0; i < part; i++)
			result = result * 31 + room[i];
		at += (uint64_t)part;
	}
	return result;
}

static void dump_one(struct caller *caller, const char *path, struct fs_stat *stat)
{
	must(call_stat(caller, FS_ROOT, path, stat) == 0);
	must(count < LINES);
	snprintf(lines[count++], LINE, "%s %o %lu %lx\n", path, stat->mode, stat->size,
		 (stat->mode & FS_MODE_TYPE) == FS_MODE_FILE ? sum(caller, stat->inode, stat->size) : 0);
}

static void dump_below(struct caller *caller, const char *path, uint64_t directory)
{
	uint8_t room[2048];
	uint64_t cookie = 0;
	int64_t size;

	while ((size = call_list(caller, directory, &cookie, room, sizeof(room))) > 0)
		for (uint8_t *at = room; at < room + size; at += ((struct fs_entry *)at)->length) {
			const struct fs_entry *entry = (const struct fs_entry *)at;
			struct fs_stat stat;
			char below[LINE / 2];

			if (!strcmp(entry->name, ".") || !strcmp(entry->name, ".."))
				continue;
			snprintf(below, sizeof(below), "%s/%s", path, entry->name);
			dump_one(caller, below, &stat);
			must(stat.inode == entry->inode);
			if (entry->type == 4)
				dump_below(caller, below, stat.inode);
		}
	must(size == 0);
}

static int compare(const void *left, const void *right)
{
	return strcmp(left, right);
}

char *dump_tree(struct caller *caller)
{
	char *text;

	lines = calloc(LINES, LINE);
	count = 0;
	dump_below(caller, "", FS_ROOT);
	qsort(lines, count, LINE, compare);
	text = calloc(count + 1, LINE);
	for (unsigned i = 0; i < count; i++)
		strcat(text + (i ? strlen(text) : 0), lines[i]);
	free(lines);
	return text;
}
