/* contended.c - an array of statistics; a line's record knows its place in it
 * SPDX-License-Identifier: MIT */
#include "contended.h"

#include <stdlib.h>

enum { FIRST_ROOM = 1024 };

struct statistics {
	const struct line *line;
	uint64_t virtual_address;
	uint64_t writers[MACHINE_CORES / 64], readers[MACHINE_CORES / 64];
	uint64_t moves, cycles;
	uint64_t last_pc;               /* who took it before */
	uint64_t taker_pc, giver_pc;    /* the candidates of the vote */
	uint64_t votes;
	unsigned int owner;             /* core + 1, or 0 */
};

static struct statistics *statistics; /* [0] is nobody's: a record's 0 is "none" */
static uint32_t used, room;

void contended_start(void)
{
	free(statistics);
	statistics = NULL;
	used = room = 0;
}

static void grow(void)
{
	uint32_t wanted = room ? room * 2 : FIRST_ROOM;
	struct statistics *larger = realloc(statistics, wanted * sizeof(*statistics));

	if (!larger) {
		fprintf(stderr, "model: out of host memory for %u contended lines; ask for fewer operations\n", wanted);
		exit(1);
	}
	statistics = larger;
	room = wanted;
	if (!used)
		used = 1;
}

static struct statistics *find(struct line *line)
{
	if (line->contended)
		return &statistics[line->contended];
	if (used == room)
		grow();
	line->contended = used++;
	statistics[line->contended] = (struct statistics){ .line = line };
	return &statistics[line->contended];
}

/* Boyer and Moore's majority vote on pairs. */
static void vote(struct statistics *entry, uint64_t taker, uint64_t giver)
{
	if (entry->votes == 0) {
		entry->taker_pc = taker;
		entry->giver_pc = giver;
	}
	if (entry->taker_pc == taker && entry->giver_pc == giver)
		entry->votes++;
	else
		entry->votes--;
}

void contended_count(struct line *line, const struct access *access, struct price price)
{
	bool moves = price.source == SOURCE_TRANSFER_READ || price.source == SOURCE_TRANSFER_WRITE;
	uint64_t bit = UINT64_C(1) << access->core % 64;
	struct statistics *entry;

	if (!moves && !price.waited)
		return;
	entry = find(line);
	entry->virtual_address = access->virtual_address;
	entry->cycles += price.cycles;
	if (access->kind == ACCESS_READ) {
		entry->readers[access->core / 64] |= bit;
	} else {
		entry->writers[access->core / 64] |= bit;
		entry->owner = access->core + 1;
	}
	if (!moves)
		return;
	entry->moves++;
	vote(entry, access->pc, entry->last_pc);
	entry->last_pc = access->pc;
}

static unsigned int count_cores(const uint64_t cores[MACHINE_CORES / 64])
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < MACHINE_CORES / 64; i++)
		count += __builtin_popcountll(cores[i]);
	return count;
}

/* Most cycles first; then in order of addresses, so that a report is the same every time. */
static int compare(const void *left, const void *right)
{
	const struct statistics *a = left, *b = right;

	if (a->cycles != b->cycles)
		return a->cycles < b->cycles ? 1 : -1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static void report(FILE *file, const struct statistics *entry)
{
	fprintf(file, "line 0x%jx 0x%jx ", (uintmax_t)entry->virtual_address,
		(uintmax_t)(entry->line - lines_records) * MACHINE_LINE);
	if (entry->owner)
		fprintf(file, "%u", entry->owner - 1);
	else
		fputc('-', file);
	fprintf(file, " %u %u %ju %ju 0x%jx 0x%jx\n", count_cores(entry->writers), count_cores(entry->readers),
		(uintmax_t)entry->moves, (uintmax_t)entry->cycles, (uintmax_t)entry->taker_pc,
		(uintmax_t)entry->giver_pc);
}

void contended_report(FILE *file, unsigned int lines)
{
	if (used > 1)
		qsort(statistics + 1, used - 1, sizeof(*statistics), compare);
	for (uint32_t i = 1; i < used && i <= lines; i++)
		report(file, &statistics[i]);
}
