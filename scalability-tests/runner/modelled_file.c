/* modelled_file.c - the reader of machine files
 * SPDX-License-Identifier: MIT */
#include "modelled_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


enum {
	LINE_LENGTH = 4096,
	CACHE_KIB_MAX = MACHINE_CACHE_LINES / MODELLED_LINES_PER_KIB,
	HOPS_MAX = MACHINE_STEPS - 1, /* the way inside a package is a step of its own there */
};

enum key { TOPOLOGY, MHZ, PRIVATE, SHARED, TLB, REQUIRED, COST = REQUIRED, HOPS, KEYS };

static const char *const key_names[KEYS] = {
	[TOPOLOGY] = "topology", [MHZ] = "mhz", [PRIVATE] = "private", [SHARED] = "shared", [TLB] = "tlb", [COST] = "cost",
	[HOPS] = "hops",
};

static const char *const key_meanings[KEYS] = {
	[TOPOLOGY] = "topology SYNTHETIC, or topology FILE.xml", [MHZ] = "mhz N", [PRIVATE] = "private KIB WAYS",
	[SHARED] = "shared KIB WAYS, 0 0 for none", [TLB] = "tlb ENTRIES", [COST] = "cost NAME CYCLES",
	[HOPS] = "hops PACKAGE STEPS STEPS ...",
};

static const unsigned long default_cycles[COSTS] = {
#define COST(name, cycles, kind, meaning) [COST_##name] = cycles,
#include "../machine/costs.def"
#undef COST
};

/* A machine file that is being read. */
struct reader {
	struct modelled *modelled;
	const char *file;
	unsigned int line;
	int seen[KEYS];
	int cost_seen[COSTS];
	unsigned int packages; /* that the rows of hops speak of */
};

static int bad_line(const struct reader *reader, const char *what, enum key key)
{
	return complain("%s:%u: %s; the line is to read: %s", reader->file, reader->line, what, key_meanings[key]);
}

/* `count` numbers behind the key, each in its range; NULL when the words are others. */
static const char *take_numbers(const struct words *words, size_t first, const unsigned long *most, size_t count, unsigned long *out)
{
	if (words->count != first + count)
		return "it has too few words, or too many";
	for (size_t i = 0; i < count; i++) {
		long number = text_number(words->list[first + i], 0, (long)most[i]);

		if (number < 0)
			return "a number is none, or out of range";
		out[i] = (unsigned long)number;
	}
	return NULL;
}

static const char *take_cache(const struct words *words, struct modelled_cache *cache, int optional)
{
	unsigned long numbers[2];
	const char *wrong = take_numbers(words, 1, (const unsigned long[]){ CACHE_KIB_MAX, MACHINE_WAYS }, 2, numbers);

	if (wrong)
		return wrong;
	*cache = (struct modelled_cache){ numbers[0], numbers[1] };
	if (optional && !cache->kib && !cache->ways)
		return NULL;
	if (!cache->kib || !cache->ways)
		return "a cache has a size and ways";
	return cache->kib * MODELLED_LINES_PER_KIB % cache->ways ? "16 lines of a KiB, times KIB, are to be a multiple of WAYS" : NULL;
}

static const char *take_private(const struct words *words, struct modelled_cache *cache)
{
	const char *wrong = take_cache(words, cache, 0);
	unsigned long sets;

	if (wrong)
		return wrong;
	sets = cache->kib * MODELLED_LINES_PER_KIB / cache->ways;
	return sets & (sets - 1) ? "16 x KIB / WAYS, the sets of a private cache, are to be a power of two" : NULL;
}

static const char *take_tlb(const struct words *words, unsigned long *entries)
{
	const char *wrong = take_numbers(words, 1, (const unsigned long[]){ MACHINE_TLB }, 1, entries);

	if (wrong)
		return wrong;
	return *entries && *entries % MACHINE_TLB_WAYS == 0 ? NULL : "a TLB has 4 ways: give a multiple of 4 from 4 to 65536";
}

static int take_cost(struct reader *reader, const struct words *words)
{
	unsigned long cycles;
	const char *wrong = take_numbers(words, 2, (const unsigned long[]){ MACHINE_COST }, 1, &cycles);
	enum cost cost;
	char where[LINE_LENGTH];

	if (wrong)
		return bad_line(reader, wrong, COST);
	cost = cost_find(words->list[1]);
	snprintf(where, sizeof(where), "%s:%u", reader->file, reader->line);
	if (cost == COSTS)
		return modelled_cost_unknown(where, words->list[1]);
	if (reader->cost_seen[cost]++)
		return bad_line(reader, "this cost was given before", COST);
	reader->modelled->costs[cost] = cycles;
	return 0;
}

/* Rows are numbered from 0 on, as long as the first, and of steps that lead back as they lead there. */
static int take_hops(struct reader *reader, const struct words *words)
{
	struct modelled *modelled = reader->modelled;
	unsigned int row = modelled->hop_rows, packages = (unsigned int)words->count - 2;

	if (words->count < 3 || packages > MODELLED_PACKAGES_MAX || row >= packages || (row && packages != reader->packages) ||
	    text_number(words->list[1], 0, MODELLED_PACKAGES_MAX) != (long)row)
		return bad_line(reader, "rows are for packages 0, 1, ... and have a number for each package", HOPS);
	reader->packages = packages;
	for (unsigned int to = 0; to < packages; to++) {
		long steps = text_number(words->list[2 + to], to == row ? 0 : 1, to == row ? 0 : HOPS_MAX);

		if (steps < 0)
			return bad_line(reader, "0 steps lead from a package to itself, 1 to 14 to another", HOPS);
		if (to < row && modelled->hops[to][row] != steps)
			return bad_line(reader, "as many steps lead back as there", HOPS);
		modelled->hops[row][to] = (unsigned char)steps;
	}
	modelled->hop_rows++;
	return 0;
}

static char *beside(const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	size_t length = strlen(name);

	if (length < 4 || strcmp(name + length - 4, ".xml") || *name == '/' || !slash)
		return text_format("%s", name);
	return text_format("%.*s/%s", (int)(slash - file), file, name);
}

static int take_words(struct reader *reader, const struct words *words, const char *rest)
{
	struct modelled *modelled = reader->modelled;
	const char *wrong = NULL;
	enum key key = 0;

	while (key < KEYS && strcmp(key_names[key], words->list[0]))
		key++;
	if (key == KEYS)
		return complain("%s:%u: there is no key '%s'; keys are topology, mhz, private, shared, tlb, cost, hops", reader->file,
				reader->line, words->list[0]);
	if (reader->seen[key]++ && key < REQUIRED)
		return bad_line(reader, "this was said before", key);
	switch (key) {
	case COST: return take_cost(reader, words);
	case HOPS: return take_hops(reader, words);
	case TOPOLOGY:
		modelled->topology = words->count > 1 ? beside(reader->file, rest) : NULL;
		wrong = modelled->topology ? NULL : "nothing follows";
		break;
	case PRIVATE: wrong = take_private(words, &modelled->private_cache); break;
	case SHARED: wrong = take_cache(words, &modelled->shared_cache, 1); break;
	case MHZ: wrong = take_numbers(words, 1, (const unsigned long[]){ MACHINE_MHZ }, 1, &modelled->mhz); break;
	default: wrong = take_tlb(words, &modelled->tlb_entries); break;
	}
	return wrong ? bad_line(reader, wrong, key) : 0;
}

static int take_line(struct reader *reader, char *line)
{
	struct words words = { 0 };
	char *rest;
	int status;

	line[strcspn(line, "#\n")] = 0;
	for (size_t end = strlen(line); end && strchr(" \t\r", line[end - 1]); end--)
		line[end - 1] = 0;
	words_split(&words, line);
	if (!words.count)
		return 0;
	rest = line + strspn(line, " \t");
	rest += strcspn(rest, " \t");
	rest += strspn(rest, " \t");
	status = take_words(reader, &words, rest);
	words_free(&words);
	return status;
}

static int check_whole(const struct reader *reader)
{
	for (enum key key = 0; key < REQUIRED; key++)
		if (!reader->seen[key])
			return complain("%s: a line is missing: %s", reader->file, key_meanings[key]);
	if (!reader->modelled->mhz)
		return complain("%s: mhz is at least 1", reader->file);
	if (reader->modelled->hop_rows != reader->packages)
		return complain("%s: there are hops of %u packages to %u: each needs a line", reader->file, reader->modelled->hop_rows,
				reader->packages);
	return 0;
}

int modelled_file_read(struct modelled *modelled, const char *file)
{
	struct reader reader = { .modelled = modelled, .file = file };
	FILE *in;
	char line[LINE_LENGTH];
	int status = 0;

	if (!machine_is_plain_file(file))
		return complain("%s is no file: name one that holds a machine", file);
	in = fopen(file, "r");
	if (!in)
		return complain("%s cannot be read: %s", file, strerror(errno));
	for (enum cost cost = 0; cost < COSTS; cost++)
		modelled->costs[cost] = default_cycles[cost];
	for (reader.line = 1; !status && fgets(line, sizeof(line), in); reader.line++)
		status = take_line(&reader, line);
	fclose(in);
	return status ? status : check_whole(&reader);
}
