/* tests.c - the tables of tests and compositions
 * SPDX-License-Identifier: MIT */
#include "tests.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum entry {
#define X(name, arguments, systems, workers, unit, sentence) ENTRY_##name,
#include "../tests.def"
#undef X
	ENTRIES,
};

_Static_assert((int)ENTRIES <= TESTS_MAX, "whoever keeps a word for each has room for so many");

static const char *const systems_names[] = { [TESSERA] = "Tessera", [LINUX] = "Linux", [BOTH] = "Tessera and Linux" };

static struct test tests[ENTRIES] = {
#define X(name_, arguments_, systems_, workers_, unit_, sentence_) \
	[ENTRY_##name_] = { .name = #name_, .systems = systems_, .unit = unit_, .sentence = sentence_ },
#include "../tests.def"
#undef X
};

static const char *const arguments[ENTRIES] = {
#define X(name_, arguments_, systems_, workers_, unit_, sentence_) [ENTRY_##name_] = arguments_,
#include "../tests.def"
#undef X
};

static const struct composition compositions[] = {
#define X(name_, kernel_, append_, tests_) { .name = #name_, .kernel = kernel_, .append = append_, .tests = tests_ },
#include "compositions.def"
#undef X
};

const char *const mode_names[MODES] = { [COUNT] = "count", [WALL] = "wall", [MODEL] = "model" };

const struct test *test_at(unsigned int i)
{
	if (i >= ENTRIES)
		return NULL;
	if (!tests[i].fewest && sscanf(arguments[i], "%lu %lu %lu %u %u %u", &tests[i].operations[WALL], &tests[i].operations[COUNT],
				       &tests[i].operations[MODEL], &tests[i].fewest, &tests[i].effort, &tests[i].core_mib) < 5)
		tests[i].fewest = 1;
	return &tests[i];
}

const struct composition *composition_at(unsigned int i)
{
	return i < sizeof(compositions) / sizeof(*compositions) ? &compositions[i] : NULL;
}

int composition_runs(const struct composition *composition, const struct test *test)
{
	size_t length = strlen(test->name);
	const char *list = composition->tests;
	int named = *list != '!';

	if (!*list)
		return 1;
	while ((list = strstr(list, test->name))) {
		if ((list == composition->tests || list[-1] == ' ') && (list[length] == ' ' || !list[length]))
			return named;
		list += length;
	}
	return !named;
}

void tests_usage(void)
{
	const struct composition *composition;
	const struct test *test;

	for (unsigned int i = 0; (test = test_at(i)); i++) {
		printf("%s\n    %s\n    counts %s; from %u core%s up; on %s", test->name, test->sentence, test->unit, test->fewest,
		       test->fewest > 1 ? "s" : "", systems_names[test->systems]);
		for (unsigned int j = 0; (composition = composition_at(j)); j++)
			if (*composition->tests && *composition->tests != '!' && composition_runs(composition, test))
				printf(", and as %s", composition->name);
		if (test->core_mib)
			printf("; %u MiB more for each core", test->core_mib);
		for (enum mode mode = 0; mode < MODES; mode++)
			if (!test->operations[mode])
				printf("; not in mode %s", mode_names[mode]);
		putchar('\n');
	}
}

int test_is_by_distance(const struct test *test)
{
	return !strcmp(test->name, "ring_latency") || !strcmp(test->name, "ipc_22_at");
}

int test_is_footprint(const struct test *test)
{
	return !strcmp(test->unit, "bytes");
}
