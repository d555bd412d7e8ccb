/* model_published_test.c - modelled 8-package machines against what was measured on real ones
 * SPDX-License-Identifier: MIT
 * The experiment of published.csv, whose source is A. T. Clements, "The Scalable Commutativity Rule" (MIT, 2014),
 * section 2; github.com/aclements/thesis, bench/sharing.c. Cores take part package by package. Once in a long period core 0
 * adds to a word, locked, and half a period later all others do the same at one moment (burst_written) or load it
 * (burst_read): cycles of one operation, the mean of all that do it. Who is served first is left to chance.
 * Costs, hops and caches are those of the machines' files. Points with which they were fitted must agree; others
 * were held out and are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scalability-tests/machine/lines.h"

enum {
	PACKAGES = 8,
	ROUNDS = 200,
	WARM = 3,
	HALF = 200000, /* cycles of half a period */
	MOMENT = 50,   /* cycles within which all come */
	WORD = 0x1000,
	POINTS = 64,
};

static const double allowed = 0.25; /* relative error of a point with which costs were fitted */

static struct model_machine machine;

static void ignore_loss(unsigned int core, uint64_t now)
{
	(void)core;
	(void)now;
}

static FILE *open_text(const char *name)
{
	FILE *file = fopen(name, "r");

	if (!file)
		fail_msg("%s cannot be read; run this from the project's folder", name);
	return file;
}

static void set_caches(unsigned int kib, unsigned int ways, struct machine_cache *cache)
{
	*cache = (struct machine_cache){ .lines = kib * 1024 / MACHINE_LINE, .ways = ways };
}

static void read_groups(unsigned int groups_each, unsigned int cores_each)
{
	machine.groups = PACKAGES * groups_each;
	machine.cores = machine.groups * cores_each;
	assert_in_range(machine.cores, PACKAGES, MACHINE_CORES);
	for (unsigned int i = 0; i < machine.cores; i++)
		machine.group_of[i] = i / cores_each;
}

static void read_cost(const char *name, uint32_t cycles)
{
	assert_int_not_equal(cost_find(name), COSTS);
	machine.costs[cost_find(name)] = cycles;
}

/* The machine's file gives hops between packages; groups of one package are a step apart. */
static void read_hops(unsigned int from, const char *row)
{
	unsigned int each = machine.groups / PACKAGES, hops;
	int used;

	assert_in_range(from, 0, PACKAGES - 1);
	for (unsigned int i = 0; i < machine.groups; i += each, row += used) {
		assert_int_equal(sscanf(row, "%u%n", &hops, &used), 1);
		for (unsigned int j = 0; j < each * each; j++) {
			unsigned int one = from * each + j / each, other = i + j % each;

			machine.distance[one][other] = one == other ? 0 : hops + 1;
		}
	}
}

static void read_item(const char *line)
{
	unsigned int value, ways, from, groups_each, cores_each;
	char name[32], row[64];

	if (sscanf(line, "topology pack:8 [numa] l3:%u core:%u", &groups_each, &cores_each) == 2)
		read_groups(groups_each, cores_each);
	else if (sscanf(line, "cost %31s %u", name, &value) == 2)
		read_cost(name, value);
	else if (sscanf(line, "private %u %u", &value, &ways) == 2)
		set_caches(value, ways, &machine.private_cache);
	else if (sscanf(line, "shared %u %u", &value, &ways) == 2)
		set_caches(value, ways, &machine.shared_cache);
	else if (sscanf(line, "hops %u %63[0-9 ]", &from, row) == 2)
		read_hops(from, row);
}

static void read_machine(const char *name)
{
	char line[256], path[128];
	FILE *file;

	machine = (struct model_machine){ .nodes = 1, .node = { { .bytes = 1 << 20 } } };
	snprintf(path, sizeof(path), "scalability-tests/machines/%s.machine", name);
	file = open_text(path);
	while (fgets(line, sizeof(line), file))
		read_item(line);
	fclose(file);
}

static void shuffle(unsigned int *order, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		order[i] = i + 1;
	for (unsigned int i = count; i > 1; i--) {
		unsigned int other = (unsigned int)rand() % i, kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}

static uint32_t access_at(uint64_t now, unsigned int core, enum access_kind kind)
{
	struct access access = { .core = core, .kind = kind, .physical = WORD, .now = now };

	return lines_access(lines_find(WORD), &access).cycles;
}

/* Cycles of all others' accesses together. */
static uint64_t burst(uint64_t now, unsigned int count, enum access_kind kind)
{
	unsigned int order[MACHINE_CORES];
	uint64_t cycles = 0;

	shuffle(order, count - 1);
	for (unsigned int i = 0; i < count - 1; i++)
		cycles += access_at(now + i * MOMENT / count, order[i], kind);
	return cycles;
}

struct means {
	double first;  /* core 0's addition */
	double others;
	double all;
};

static struct means measure(unsigned int count, enum access_kind kind)
{
	uint64_t now = HALF, first = 0, others = 0;

	assert_int_equal(lines_start(&machine, ignore_loss), 0);
	srand(1);
	for (unsigned int round = 0; round < WARM + ROUNDS; round++) {
		uint64_t one = access_at(now, 0, ACCESS_ATOMIC);
		uint64_t rest = burst(now + HALF, count, kind);

		now += 2 * HALF;
		if (round < WARM)
			continue;
		first += one;
		others += rest;
	}
	return (struct means){
		.first = (double)first / ROUNDS,
		.others = count > 1 ? (double)others / ROUNDS / (count - 1) : 0,
		.all = (double)(first + others) / ROUNDS / count,
	};
}

static void compare(const char *what, unsigned int count, double published, double modelled, bool is_fitted)
{
	double error = modelled / published - 1;

	print_message("# %s, %u cores: published %.0f, modelled %.0f cycles, %+.0f %%%s\n", what, count, published, modelled,
		      100 * error, is_fitted ? "" : " (held out)");
	if (is_fitted && (error > allowed || error < -allowed))
		fail_msg("%s at %u cores is off by %.0f %%, more than %.0f %%", what, count, 100 * error, 100 * allowed);
}

/* Every point of one experiment on the machine that was read; how many there are. */
static unsigned int compare_all(const char *test, const char *name, enum access_kind kind)
{
	FILE *file = open_text("scalability-tests/validate/published.csv");
	char line[256], format[128], use[16];
	unsigned int count, points = 0;
	double published;

	snprintf(format, sizeof(format), "%s,any,%s,%%u,%%lf,cycles,%%15[a-z]", test, name);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, format, &count, &published, use) != 3)
			continue;
		struct means means = measure(count, kind);

		compare(test, count, published, kind == ACCESS_READ ? means.others : means.all, strcmp(use, "fit") == 0);
		points++;
	}
	fclose(file);
	return points;
}

static void e7_8870_all_write_one_line(void **state)
{
	(void)state;
	read_machine("e7-8870");
	assert_in_range(compare_all("burst_written", "e7-8870", ACCESS_ATOMIC), 6, POINTS);
}

static void e7_8870_others_read_what_one_wrote(void **state)
{
	(void)state;
	read_machine("e7-8870");
	assert_in_range(compare_all("burst_read", "e7-8870", ACCESS_READ), 5, POINTS);
}

/* The other half of burst_read: what it costs core 0 to take the line back from all who read it (the same source). */
static void e7_8870_one_writes_what_others_read(void **state)
{
	static const struct {
		unsigned int cores;
		double published;
	} points[] = { { 2, 116 }, { 10, 119 }, { 20, 406 }, { 40, 454 }, { 50, 458 } };

	(void)state;
	read_machine("e7-8870");
	for (unsigned int i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		double modelled = measure(points[i].cores, ACCESS_READ).first;

		compare("burst_read, the writer", points[i].cores, points[i].published, modelled, true);
	}
}

static void opteron_8431_all_write_one_line(void **state)
{
	(void)state;
	read_machine("opteron-8431");
	assert_in_range(compare_all("burst_written", "opteron-8431", ACCESS_ATOMIC), 6, POINTS);
}

static void opteron_8431_others_read_what_one_wrote(void **state)
{
	(void)state;
	read_machine("opteron-8431");
	assert_in_range(compare_all("burst_read", "opteron-8431", ACCESS_READ), 5, POINTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(e7_8870_all_write_one_line),
		cmocka_unit_test(e7_8870_others_read_what_one_wrote),
		cmocka_unit_test(e7_8870_one_writes_what_others_read),
		cmocka_unit_test(opteron_8431_all_write_one_line),
		cmocka_unit_test(opteron_8431_others_read_what_one_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
