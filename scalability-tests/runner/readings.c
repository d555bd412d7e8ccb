/* readings.c - what one boot measured
 * SPDX-License-Identifier: MIT
 * A result line is `result TEST WORKER CORE PARTNER OPERATIONS NANOSECONDS`. */
#include "readings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 4 * MACHINE_CORES_MAX };

struct line {
	unsigned int worker, core;
	int partner;
	double operations, nanoseconds;
};

struct lines {
	struct line list[LINES_MAX];
	size_t count;
};

const char *const metric_names[METRICS] = {
	[THROUGHPUT] = "throughput", [LATENCY] = "latency", [INSTRUCTIONS_USER] = "instructions_user",
	[INSTRUCTIONS_KERNEL] = "instructions_kernel", [LINES_MOVED] = "lines_moved", [MESSAGES] = "messages",
	[DOORBELLS] = "doorbells",
};

__attribute__((format(printf, 2, 3)))
static int refuse(char reason[REASON_LENGTH], const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(reason, REASON_LENGTH, format, list);
	va_end(list);
	return -1;
}

/* One line of the console that begins with "result ". */
static int read_line(struct line *line, const char *text, size_t length, const struct test *test, unsigned int cores)
{
	unsigned long operations, nanoseconds;
	char name[64], copy[160];
	int end = -1;

	snprintf(copy, sizeof(copy), "%.*s", (int)length, text);
	if (sscanf(copy, "result %63s %u %u %d %lu %lu %n", name, &line->worker, &line->core, &line->partner, &operations,
		   &nanoseconds, &end) != 6 || end < 0 || copy[end] || strcmp(name, test->name))
		return -1;
	line->operations = (double)operations;
	line->nanoseconds = (double)nanoseconds;
	if (line->worker >= cores || line->core >= cores || line->partner < -1 || line->partner >= (int)cores)
		return -1;
	return operations && nanoseconds ? 0 : -1;
}

static int is_doubled(const struct lines *lines, const struct line *line)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->list[i].worker == line->worker && lines->list[i].partner == line->partner)
			return 1;
	return 0;
}

static int read_lines(struct lines *lines, const struct test *test, unsigned int cores, const char *console, char *reason)
{
	static const char head[] = "result ";

	for (const char *at = console; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
		size_t length = strcspn(at, "\r\n");
		struct line line;

		if (strncmp(at, head, sizeof(head) - 1))
			continue;
		if (read_line(&line, at, length, test, cores))
			return refuse(reason, "not a result of this test: '%.*s'", (int)(length < 100 ? length : 100), at);
		if (is_doubled(lines, &line) || lines->count == LINES_MAX)
			return refuse(reason, "worker %u reported twice", line.worker);
		lines->list[lines->count++] = line;
	}
	return lines->count ? 0 : refuse(reason, "the program ended well but printed no result");
}

static void add(struct readings *readings, enum metric metric, int distance, const char *unit, double value)
{
	readings->list[readings->count++] = (struct reading){ metric, distance, unit, value };
}

static double total_operations(const struct lines *lines)
{
	double sum = 0;

	for (size_t i = 0; i < lines->count; i++)
		sum += lines->list[i].operations;
	return sum;
}

static void add_distances(struct readings *readings, const struct lines *lines, const struct machine *machine)
{
	for (int distance = SAME_PHYSICAL_CORE; distance <= OTHER_PACKAGE; distance++) {
		double operations = 0, nanoseconds = 0;

		for (size_t i = 0; i < lines->count; i++) {
			const struct line *line = &lines->list[i];

			if (line->partner < 0 || (int)machine_distance(machine, line->core, (unsigned int)line->partner) != distance)
				continue;
			operations += line->operations;
			nanoseconds += line->nanoseconds;
		}
		if (operations > 0)
			add(readings, LATENCY, distance, "ns", nanoseconds / operations);
	}
}

/* Throughput is over the longest window: a sum of the workers' rates would let one that ends early hide those that wait. */
static void add_times(struct readings *readings, const struct test *test, const struct lines *lines,
		      const struct machine *machine)
{
	double nanoseconds = 0, longest = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->list[i];

		nanoseconds += line->nanoseconds;
		longest = line->nanoseconds > longest ? line->nanoseconds : longest;
	}
	if (test_is_footprint(test)) {
		add(readings, THROUGHPUT, NO_DISTANCE, "KiB", total_operations(lines) / (double)lines->count / 1024);
		add(readings, LATENCY, NO_DISTANCE, "ms", longest / 1e6);
		return;
	}
	add(readings, LATENCY, NO_DISTANCE, "ns", nanoseconds / total_operations(lines));
	if (test_is_by_distance(test))
		add_distances(readings, lines, machine);
	else
		add(readings, THROUGHPUT, NO_DISTANCE, "per second", total_operations(lines) * 1e9 / longest);
}

static void add_counts(struct readings *readings, const struct counts *counts, double operations, enum systems system)
{
	static const char unit[] = "per operation";

	add(readings, INSTRUCTIONS_USER, NO_DISTANCE, unit, counts->user / operations);
	add(readings, INSTRUCTIONS_KERNEL, NO_DISTANCE, unit, counts->kernel / operations);
	add(readings, LINES_MOVED, NO_DISTANCE, unit, counts->lines / operations);
	if (system == LINUX)
		return; /* its kernel bears no marks for messages and doorbells */
	add(readings, MESSAGES, NO_DISTANCE, unit, counts->messages / operations);
	add(readings, DOORBELLS, NO_DISTANCE, unit, counts->doorbells / operations);
}

int readings_take(struct readings *readings, const struct test *test, const struct machine *machine, unsigned int cores,
		  const char *console, const struct counts *counts, enum systems system)
{
	static struct lines lines;

	lines.count = 0;
	*readings = (struct readings){ 0 };
	if (read_lines(&lines, test, cores, console, readings->reason))
		return -1;
	if (counts)
		add_counts(readings, counts, total_operations(&lines), system);
	else
		add_times(readings, test, &lines, machine);
	return 0;
}

int count_file_read(struct counts *counts, const char *file, char reason[REASON_LENGTH])
{
	FILE *in = fopen(file, "r");
	char line[512], name[16];
	int windows = 0;

	*counts = (struct counts){ 0 };
	if (!in)
		return refuse(reason, "the counting plugin wrote nothing to %s", file);
	while (fgets(line, sizeof(line), in)) {
		double user, kernel, lines, messages, doorbells;

		if (sscanf(line, "%15s %lf %lf %lf %lf %lf", name, &user, &kernel, &lines, &messages, &doorbells) != 6)
			continue; /* its heading, and lines about other things */
		if (strcmp(name, "all") && name[strspn(name, "0123456789")])
			continue;
		windows += strcmp(name, "all") != 0;
		counts->user += user;
		counts->kernel += kernel;
		counts->lines += lines;
		counts->messages += messages;
		counts->doorbells += doorbells;
	}
	fclose(in);
	return windows ? 0 : refuse(reason, "the counting plugin saw no measured window, or had no room to write it to %s", file);
}
