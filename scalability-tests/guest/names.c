/* names.c - the replicated name service: name_lookup (read by token), name_change (write at home)
 * SPDX-License-Identifier: MIT
 * Every core adds the same number of names, all of one length, so that a look-up does the same work at
 * any number of cores; the service spreads their homes over the cores by hash. */
#include "native.h"

#include <stdio.h>

enum {
	NAMES_PER_WORKER = 4,
	NAME_LENGTH = 10, /* bench/0123 */
	NAMES = BENCH_CORES * NAMES_PER_WORKER,
};

static char names[NAMES][NAME_LENGTH + 1];

/* Workers are processes of their own: each needs the texts again. */
static unsigned int names_format(unsigned int workers)
{
	for (unsigned int i = 0; i < workers * NAMES_PER_WORKER; i++)
		snprintf(names[i], sizeof(names[i]), "bench/%04u", i % NAMES);
	return workers * NAMES_PER_WORKER;
}

static void name_change(unsigned int name, long value)
{
	long result = native_call(NATIVE_name_change, (long)names[name], NAME_LENGTH, value);

	if (result < 0)
		native_fail("could not change a name", result);
}

static void names_prepare(unsigned int workers)
{
	unsigned int count = names_format(workers);

	for (unsigned int i = 0; i < count; i++)
		name_change(i, i);
}

static void name_lookup_run(struct work *work, unsigned long operations)
{
	unsigned int count = names_format(work->run->workers);
	unsigned int name = work->worker * NAMES_PER_WORKER;

	window_open(work, replica_window(work->core));
	for (unsigned long i = 0; i < operations; i++) {
		long value = native_call(NATIVE_name_lookup, (long)names[name], NAME_LENGTH, 0);

		if (value != name)
			native_fail("a look-up gave another name's value", value);
		name = name + 1 < count ? name + 1 : 0;
	}
	window_close(work, operations);
}

static void name_change_run(struct work *work, unsigned long operations)
{
	unsigned int first = work->worker * NAMES_PER_WORKER;

	names_format(work->run->workers);
	window_open(work, WINDOW_ALL);
	for (unsigned long i = 0; i < operations; i++)
		name_change(first + i % NAMES_PER_WORKER, i);
	window_close(work, operations);
}

const struct test test_name_lookup = { .name = "name_lookup", .prepare = names_prepare, .run = name_lookup_run };
const struct test test_name_change = { .name = "name_change", .prepare = names_prepare, .run = name_change_run };
