/* bench.c - /bin/bench TEST WORKERS [OPERATIONS [REPETITIONS]]: the program behind every scalability test
 * SPDX-License-Identifier: MIT
 * A static Linux program; tests of Tessera's own mechanisms make its native calls and fail elsewhere.
 * Worker i is pinned to core i. Everything it can do is one line of ../tests.def. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum driver { PROCESSES, THREADS, KERNEL };

struct entry {
	const struct test *test;
	const char *arguments;
	enum driver driver;
};

static const struct entry entries[] = {
#define X(name, arguments, systems, workers, unit, sentence) { &test_##name, arguments, workers },
#include "../tests.def"
#undef X
};

static const char usage[] =
	"usage: bench TEST WORKERS [OPERATIONS [REPETITIONS]]\n"
	"tests:\n"
#define X(name, arguments, systems, workers, unit, sentence) "  " #name ": " sentence "\n"
#include "../tests.def"
#undef X
	;

static const struct entry *entry_find(const char *name)
{
	for (unsigned int i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if (!strcmp(entries[i].test->name, name))
			return &entries[i];
	fail("no such test; run bench without arguments for a list", 0);
}

static unsigned long number_parse(const char *text, unsigned long least, unsigned long most)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*end || end == text || number < least || number > most)
		fail("a number is missing or out of range", 0);
	return number;
}

/* bench --worker TEST WORKER WORKERS OPERATIONS REPETITIONS START: what processes_run executes. */
static void worker_main(char **argv)
{
	struct run run = {
		.test = entry_find(argv[2])->test,
		.workers = number_parse(argv[4], 1, BENCH_CORES),
		.operations = number_parse(argv[5], 1, ~0UL),
		.repetitions = number_parse(argv[6], 1, BENCH_REPETITIONS),
		.start = number_parse(argv[7], 0, ~0UL),
	};

	process_worker(&run, number_parse(argv[3], 0, BENCH_CORES - 1));
}

int main(int argc, char **argv)
{
	if (argc == 8 && !strcmp(argv[1], "--worker")) {
		worker_main(argv);
		return 0;
	}
	if (argc < 3 || argc > 5) {
		(void)!write(STDERR_FILENO, usage, sizeof(usage) - 1);
		return 2;
	}

	const struct entry *entry = entry_find(argv[1]);
	struct run run = { .test = entry->test, .workers = number_parse(argv[2], 1, BENCH_CORES), .repetitions = 1 };
	unsigned long counted, modelled;
	unsigned int fewest;

	if (sscanf(entry->arguments, "%lu %lu %lu %u", &run.operations, &counted, &modelled, &fewest) != 4)
		fail("the test's line in tests.def lacks a number", 0);
	if (argc > 3)
		run.operations = number_parse(argv[3], 1, ~0UL);
	if (argc > 4)
		run.repetitions = number_parse(argv[4], 1, BENCH_REPETITIONS);
	if (run.workers < fewest)
		fail("this test needs more workers", 0);

	if (run.test->prepare)
		run.test->prepare(run.workers);
	if (entry->driver == THREADS)
		threads_run(&run);
	else
		processes_run(argv[0], &run);
	return 0;
}
