/* machine_file.c - reads a machine, a line at a time, and then looks whether it is whole
 * SPDX-License-Identifier: MIT
 * Each kind of item has a reader; the table says how many words it has and that it may come once. */
#include "machine_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FORMAT = 1,
	WORDS = MACHINE_GROUPS + 2, /* of the longest item, distance */
	PAGE = 4096,
};

struct reader {
	struct model_machine *machine;
	const char *file;
	unsigned int line; /* from 1 on; 0: about the whole file */
	char *words[WORDS + 1];
	unsigned int count;
	uint32_t items;    /* those seen, by their place in the table */
	bool costs[COSTS];
	unsigned int distances;
	char *reason;
	size_t size;
};

static int refuse(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct reader *reader, const char *format, ...)
{
	va_list arguments;
	int length;

	if (reader->line)
		length = snprintf(reader->reason, reader->size, "%s:%u: ", reader->file, reader->line);
	else
		length = snprintf(reader->reason, reader->size, "%s: ", reader->file);
	if ((size_t)length < reader->size) {
		va_start(arguments, format);
		vsnprintf(reader->reason + length, reader->size - length, format, arguments);
		va_end(arguments);
	}
	return -1;
}

/* Word `index` as a decimal number from `low` to `high`. */
static int number(struct reader *reader, unsigned int index, const char *what, uint64_t low, uint64_t high,
		  uint64_t *value)
{
	const char *word = reader->words[index];
	char *end;

	errno = 0;
	*value = strtoull(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end || errno || *value < low || *value > high)
		return refuse(reader, "%s is to be a number from %" PRIu64 " to %" PRIu64 ", not '%s'", what, low, high,
			      word);
	return 0;
}

static int number32(struct reader *reader, unsigned int index, const char *what, uint32_t low, uint32_t high,
		    uint32_t *value)
{
	uint64_t wide;

	if (number(reader, index, what, low, high, &wide))
		return -1;
	*value = wide;
	return 0;
}

static int read_model(struct reader *reader)
{
	uint32_t format;

	if (number32(reader, 1, "the format", 0, UINT32_MAX, &format))
		return -1;
	if (format != FORMAT)
		return refuse(reader, "format %u is not known; write the file anew in format %d", format, FORMAT);
	return 0;
}

static int read_name(struct reader *reader)
{
	if (strlen(reader->words[1]) >= sizeof(reader->machine->name))
		return refuse(reader, "the name has more than %zu letters; shorten it", sizeof(reader->machine->name) - 1);
	strcpy(reader->machine->name, reader->words[1]);
	return 0;
}

static int read_mhz(struct reader *reader)
{
	return number32(reader, 1, "mhz", 1, MACHINE_MHZ, &reader->machine->mhz);
}

static int read_cost(struct reader *reader)
{
	enum cost cost = cost_find(reader->words[1]);

	if (cost == COSTS)
		return refuse(reader, "there is no cost '%s'; take a name from costs.def", reader->words[1]);
	if (reader->costs[cost])
		return refuse(reader, "cost %s is here twice; keep one", reader->words[1]);
	reader->costs[cost] = true;
	return number32(reader, 2, "a cost", 0, MACHINE_COST, &reader->machine->costs[cost]);
}

static int read_cache(struct reader *reader, struct machine_cache *cache)
{
	if (number32(reader, 1, "lines", 0, MACHINE_CACHE_LINES, &cache->lines) ||
	    number32(reader, 2, "ways", 0, MACHINE_WAYS, &cache->ways))
		return -1;
	if (!cache->lines != !cache->ways)
		return refuse(reader, "a cache has lines and ways, or 0 of both when there is none");
	if (cache->ways && cache->lines % cache->ways)
		return refuse(reader, "%u lines do not make sets of %u ways; give a multiple", cache->lines, cache->ways);
	return 0;
}

static int read_private(struct reader *reader)
{
	struct machine_cache *cache = &reader->machine->private_cache;
	uint32_t sets;

	if (read_cache(reader, cache))
		return -1;
	sets = cache->ways ? cache->lines / cache->ways : 0;
	if (!sets || sets & (sets - 1))
		return refuse(reader, "a private cache has a power of two of sets, not %u; change lines or ways", sets);
	return 0;
}

static int read_shared(struct reader *reader)
{
	return read_cache(reader, &reader->machine->shared_cache);
}

static int read_tlb(struct reader *reader)
{
	struct model_machine *machine = reader->machine;

	if (number32(reader, 1, "tlb", MACHINE_TLB_WAYS, MACHINE_TLB, &machine->tlb_entries))
		return -1;
	if (machine->tlb_entries % MACHINE_TLB_WAYS)
		return refuse(reader, "tlb is to be a multiple of its %d ways, not %u", MACHINE_TLB_WAYS,
			      machine->tlb_entries);
	return 0;
}

static int read_groups(struct reader *reader)
{
	return number32(reader, 1, "groups", 1, MACHINE_GROUPS, &reader->machine->groups);
}

/* A group's number in word `index`. */
static int read_group(struct reader *reader, unsigned int index, uint32_t *group)
{
	if (!reader->machine->groups)
		return refuse(reader, "groups are not known yet; put `groups G` before this line");
	return number32(reader, index, "a group", 0, reader->machine->groups - 1, group);
}

static int read_distance(struct reader *reader)
{
	struct model_machine *machine = reader->machine;
	uint32_t group, steps;

	if (read_group(reader, 1, &group))
		return -1;
	if (group != reader->distances)
		return refuse(reader, "distances come in order: this is to be group %u, not %u", reader->distances, group);
	if (reader->count != machine->groups + 2)
		return refuse(reader, "%u groups have %u distances here, not %u", machine->groups, machine->groups,
			      reader->count - 2);
	for (unsigned int to = 0; to < machine->groups; to++) {
		if (number32(reader, to + 2, "a distance", 0, MACHINE_STEPS, &steps))
			return -1;
		if ((to == group) != (steps == 0))
			return refuse(reader, "a group is 0 steps from itself alone; from %u to %u cannot be %u", group, to,
				      steps);
		if (to < group && steps != machine->distance[to][group])
			return refuse(reader, "it is %u steps from group %u to %u and %u back; make them equal", steps,
				      group, to, machine->distance[to][group]);
		machine->distance[group][to] = steps;
	}
	reader->distances++;
	return 0;
}

static int read_core(struct reader *reader)
{
	struct model_machine *machine = reader->machine;
	uint32_t core, group, node;

	if (number32(reader, 1, "a core", 0, MACHINE_CORES - 1, &core) || read_group(reader, 2, &group) ||
	    number32(reader, 3, "a node", 0, MACHINE_NODES - 1, &node))
		return -1;
	if (core != machine->cores)
		return refuse(reader, "cores come in order: this is to be core %u, not %u", machine->cores, core);
	machine->group_of[core] = group;
	machine->node_of[core] = node;
	machine->cores++;
	return 0;
}

static int read_node(struct reader *reader)
{
	struct model_machine *machine = reader->machine;
	uint64_t bytes;
	uint32_t node, group;

	if (number32(reader, 1, "a node", 0, MACHINE_NODES - 1, &node) ||
	    number(reader, 2, "a node's bytes", PAGE, MACHINE_MEMORY_MOST, &bytes) || read_group(reader, 3, &group))
		return -1;
	if (node != machine->nodes)
		return refuse(reader, "nodes come in order: this is to be node %u, not %u", machine->nodes, node);
	if (bytes % PAGE)
		return refuse(reader, "a node has whole pages of %d bytes; %" PRIu64 " bytes are none", PAGE, bytes);
	if (machine_memory(machine) + bytes > MACHINE_MEMORY_MOST)
		return refuse(reader, "the nodes have more than %" PRIu64 " GiB together; give them less",
			      MACHINE_MEMORY_MOST >> 30);
	machine->node[node] = (struct machine_node){ .bytes = bytes, .group = group };
	machine->nodes++;
	return 0;
}

enum item { MODEL, NAME, MHZ, COST, PRIVATE, SHARED, TLB, GROUPS, DISTANCE, CORE, NODE, ITEMS };

static const struct {
	const char *name, *shape;
	unsigned int words; /* 0: as many as there are */
	bool once;
	int (*read)(struct reader *reader);
} items[ITEMS] = {
	[MODEL] = { "model", "model 1", 2, true, read_model },
	[NAME] = { "name", "name NAME", 2, true, read_name },
	[MHZ] = { "mhz", "mhz N", 2, true, read_mhz },
	[COST] = { "cost", "cost NAME CYCLES", 3, false, read_cost },
	[PRIVATE] = { "private", "private LINES WAYS", 3, true, read_private },
	[SHARED] = { "shared", "shared LINES WAYS", 3, true, read_shared },
	[TLB] = { "tlb", "tlb ENTRIES", 2, true, read_tlb },
	[GROUPS] = { "groups", "groups G", 2, true, read_groups },
	[DISTANCE] = { "distance", "distance GROUP STEPS...", 0, false, read_distance },
	[CORE] = { "core", "core I GROUP NODE", 4, false, read_core },
	[NODE] = { "node", "node I BYTES GROUP", 4, false, read_node },
};

static int read_item(struct reader *reader)
{
	enum item item = 0;

	while (item < ITEMS && strcmp(items[item].name, reader->words[0]) != 0)
		item++;
	if (item == ITEMS)
		return refuse(reader, "'%s' is no item of a machine; see the list in machine_file.h", reader->words[0]);
	if (item != MODEL && !(reader->items & 1u << MODEL))
		return refuse(reader, "'%s' is before the format; begin with `%s`", items[item].name,
			      items[MODEL].shape);
	if (items[item].once && reader->items & 1u << item)
		return refuse(reader, "'%s' is here a second time; keep one", items[item].name);
	if (items[item].words ? reader->count != items[item].words : reader->count < 2)
		return refuse(reader, "write `%s`, not %u words", items[item].shape, reader->count);
	reader->items |= 1u << item;
	return items[item].read(reader);
}

/* Splits at blanks, without what follows a `#`. */
static int read_line(struct reader *reader, char *text)
{
	char *rest;

	text[strcspn(text, "#\n")] = '\0';
	reader->count = 0;
	for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (reader->count == WORDS)
			return refuse(reader, "a line has %d words at most", WORDS);
		reader->words[reader->count++] = word;
	}
	return reader->count ? read_item(reader) : 0;
}

/* What no line alone can show. */
static int check_whole(struct reader *reader)
{
	const struct model_machine *machine = reader->machine;

	reader->line = 0;
	for (unsigned int i = 0; i < ITEMS; i++)
		if (!(reader->items & 1u << i))
			return refuse(reader, "there is no '%s'; add `%s`", items[i].name, items[i].shape);
	for (unsigned int i = 0; i < COSTS; i++)
		if (!reader->costs[i])
			return refuse(reader, "there is no cost %s; add `cost %s CYCLES`", cost_name(i), cost_name(i));
	if (reader->distances != machine->groups)
		return refuse(reader, "%u groups have a distance line each, not %u lines", machine->groups,
			      reader->distances);
	for (unsigned int i = 0; i < machine->cores; i++)
		if (machine->node_of[i] >= machine->nodes)
			return refuse(reader, "core %u is at node %u, and there are %u nodes; add or correct one", i,
				      machine->node_of[i], machine->nodes);
	return 0;
}

int machine_file_read(struct model_machine *machine, const char *file, char *reason, size_t size)
{
	struct reader reader = { .machine = machine, .file = file, .reason = reason, .size = size };
	FILE *stream = fopen(file, "re");
	size_t room = 0;
	char *text = NULL;
	int status = 0;

	memset(machine, 0, sizeof(*machine));
	if (!stream)
		return refuse(&reader, "cannot be read: %s", strerror(errno));
	while (status == 0 && getline(&text, &room, stream) >= 0) {
		reader.line++;
		status = read_line(&reader, text);
	}
	if (status == 0 && ferror(stream))
		status = refuse(&reader, "cannot be read to its end: %s", strerror(errno));
	free(text);
	fclose(stream);
	return status == 0 ? check_whole(&reader) : status;
}

uint32_t machine_way(const struct model_machine *machine, unsigned int from, unsigned int to)
{
	unsigned int steps = machine->distance[from][to];

	if (steps == 0)
		return 0;
	if (steps == 1)
		return machine->costs[COST_cross];
	return machine->costs[COST_hop] + (steps - 2) * machine->costs[COST_far];
}

uint64_t machine_memory(const struct model_machine *machine)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < machine->nodes; i++)
		bytes += machine->node[i].bytes;
	return bytes;
}
