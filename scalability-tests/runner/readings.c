/* readings.c - what one boot measured
 * SPDX-License-Identifier: MIT */
#include "readings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char per_operation[] = "per operation";

const char *const metric_names[METRICS] = {
	[THROUGHPUT] = "throughput", [LATENCY] = "latency", [CYCLES] = "cycles", [INSTRUCTIONS_USER] = "instructions_user",
	[INSTRUCTIONS_KERNEL] = "instructions_kernel", [LINES_MOVED] = "lines_moved", [LINES_READ] = "lines_read",
	[LINES_WRITTEN] = "lines_written", [LINES_NEAR] = "lines_near", [LINES_MEMORY] = "lines_memory",
	[CYCLES_LINES] = "cycles_lines", [CYCLES_QUEUES] = "cycles_queues", [CYCLES_WALKS] = "cycles_walks",
	[CYCLES_PRIVILEGED] = "cycles_privileged", [MESSAGES] = "messages", [DOORBELLS] = "doorbells",
	[CYCLES_SEND] = "cycles_send", [CYCLES_WAKE] = "cycles_wake", [CYCLES_INVALIDATE] = "cycles_invalidate",
	[CYCLES_ACKNOWLEDGE] = "cycles_acknowledge", [LATENCY_MEDIAN] = "latency_median", [LATENCY_LONGEST] = "latency_longest",
};

static void add(struct readings *readings, enum metric metric, int distance, const char *unit, double value)
{
	readings->list[readings->count++] = (struct reading){ metric, distance, unit, value };
}

double readings_operations(const struct result_lines *lines)
{
	double sum = 0;

	for (size_t i = 0; i < lines->count; i++)
		sum += lines->list[i].operations;
	return sum;
}

static void add_distances(struct readings *readings, const struct result_lines *lines, const struct machine *machine)
{
	for (int distance = SAME_PHYSICAL_CORE; distance <= OTHER_PACKAGE; distance++) {
		double operations = 0, nanoseconds = 0;

		for (size_t i = 0; i < lines->count; i++) {
			const struct result_line *line = &lines->list[i];

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
void readings_of_time(struct readings *readings, const struct test *test, const struct machine *machine,
		      const struct result_lines *lines)
{
	double nanoseconds = 0, longest = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct result_line *line = &lines->list[i];

		nanoseconds += line->nanoseconds;
		longest = line->nanoseconds > longest ? line->nanoseconds : longest;
	}
	if (test_is_footprint(test)) {
		add(readings, THROUGHPUT, NO_DISTANCE, "KiB", readings_operations(lines) / (double)lines->count / 1024);
		add(readings, LATENCY, NO_DISTANCE, "ms", longest / 1e6);
		return;
	}
	add(readings, LATENCY, NO_DISTANCE, "ns", nanoseconds / readings_operations(lines));
	if (test_is_by_distance(test))
		add_distances(readings, lines, machine);
	else
		add(readings, THROUGHPUT, NO_DISTANCE, "per second", readings_operations(lines) * 1e9 / longest);
}

void readings_of_counts(struct readings *readings, const struct counts *counts, const struct result_lines *lines,
			enum systems system)
{
	double operations = readings_operations(lines);

	add(readings, INSTRUCTIONS_USER, NO_DISTANCE, per_operation, counts->user / operations);
	add(readings, INSTRUCTIONS_KERNEL, NO_DISTANCE, per_operation, counts->kernel / operations);
	add(readings, LINES_MOVED, NO_DISTANCE, per_operation, counts->lines / operations);
	if (system == LINUX)
		return; /* its kernel bears no marks for messages and doorbells */
	add(readings, MESSAGES, NO_DISTANCE, per_operation, counts->messages / operations);
	add(readings, DOORBELLS, NO_DISTANCE, per_operation, counts->doorbells / operations);
}

/* Results that a core printed of a repetition, and windows that it had in it. */
struct share {
	unsigned int results, windows;
};

typedef struct share shares_t[MACHINE_CORES_MAX][MODEL_REPETITIONS_MAX + 1];

static int count_shares(shares_t shares, const struct result_lines *lines, const struct model_file *model,
			char reason[REASON_LENGTH])
{
	memset(shares, 0, sizeof(shares_t));
	for (size_t i = 0; i < lines->count; i++)
		shares[lines->list[i].core][lines->list[i].repetition].results++;
	for (size_t i = 0; i < model->window_count; i++) {
		const struct model_window *window = &model->windows[i];

		if (window->core >= MACHINE_CORES_MAX || window->repetition > MODEL_REPETITIONS_MAX ||
		    !shares[window->core][window->repetition].results)
			return reason_set(reason, "core %u printed no result of its measured window in repetition %u", window->core,
					  window->repetition);
		shares[window->core][window->repetition].windows++;
	}
	return 0;
}

/* Cycles of a core's windows in a repetition: of the one after `skipped` others, or of all. */
static double window_cycles(const struct model_file *model, const struct result_line *line, unsigned int skipped, int all)
{
	double cycles = 0;

	for (size_t i = 0; i < model->window_count && (all || !cycles); i++)
		if (model->windows[i].core == line->core && model->windows[i].repetition == line->repetition && (all || !skipped--))
			cycles += model->windows[i].cycles;
	return cycles;
}

/* A single result is of all windows, else each result is of one, in order. */
static int pair_line(struct result_lines *lines, size_t index, const struct model_file *model, shares_t shares,
		     char reason[REASON_LENGTH])
{
	struct result_line *line = &lines->list[index];
	struct share share = shares[line->core][line->repetition];
	unsigned int before = 0;

	if (line->operations < MODEL_OPERATIONS_MIN)
		return reason_set(reason, "worker %u did %.0f operations; a modelled rate needs at least %d", line->worker,
				  line->operations, MODEL_OPERATIONS_MIN);
	if (!share.windows || (share.results > 1 && share.results != share.windows))
		return reason_set(reason, "core %u printed %u results of repetition %u, but had %u measured windows", line->core,
				  share.results, line->repetition, share.windows);
	for (size_t i = 0; i < index; i++)
		before += lines->list[i].core == line->core && lines->list[i].repetition == line->repetition;
	line->cycles = window_cycles(model, line, before, share.results == 1);
	line->nanoseconds = line->cycles * 1000 / model->mhz;
	return 0;
}

int readings_pair(struct result_lines *lines, const struct model_file *model, char reason[REASON_LENGTH])
{
	static shares_t shares;

	if (model->graces)
		return reason_set(reason, "a core had to run out of turn %u times: the point is spoilt; try again on a quieter host",
				  model->graces);
	if (count_shares(shares, lines, model, reason))
		return -1;
	for (size_t i = 0; i < lines->count; i++)
		if (pair_line(lines, i, model, shares, reason))
			return -1;
	return 0;
}

struct column {
	enum metric metric;
	enum account account;
};

static void add_columns(struct readings *readings, const struct column *columns, size_t count, const double account[ACCOUNTS],
			double operations)
{
	for (size_t i = 0; i < count; i++)
		add(readings, columns[i].metric, NO_DISTANCE, per_operation, account[columns[i].account] / operations);
}

/* Repetitions are alike in shape, so one whose rounds overlap leaves none of them parted. */
static int rounds_are_parted(const struct model_file *model)
{
	double overlapped = 0;

	for (unsigned int i = 1; i <= MODEL_REPETITIONS_MAX; i++)
		overlapped += model->accounts[i][ACCOUNT_ROUNDS_OVERLAPPED];
	return overlapped == 0;
}

static void add_accounts(struct readings *readings, const struct model_file *model, unsigned int repetition, double operations,
			 enum systems system)
{
	static const struct column of_any[] = {
		{ INSTRUCTIONS_USER, ACCOUNT_USER }, { INSTRUCTIONS_KERNEL, ACCOUNT_KERNEL }, { LINES_READ, ACCOUNT_READ },
		{ LINES_WRITTEN, ACCOUNT_WRITTEN }, { LINES_NEAR, ACCOUNT_NEAR }, { LINES_MEMORY, ACCOUNT_MEMORY },
		{ CYCLES_LINES, ACCOUNT_CYCLES_MEMORY }, { CYCLES_QUEUES, ACCOUNT_CYCLES_WAITED }, { CYCLES_WALKS, ACCOUNT_CYCLES_WALKS },
		{ CYCLES_PRIVILEGED, ACCOUNT_CYCLES_PRIVILEGED },
	};
	static const struct column of_messages[] = { { MESSAGES, ACCOUNT_MESSAGES }, { DOORBELLS, ACCOUNT_DOORBELLS } };
	static const struct column of_rounds[] = {
		{ CYCLES_SEND, ACCOUNT_CYCLES_SEND }, { CYCLES_WAKE, ACCOUNT_CYCLES_WAKE }, { CYCLES_INVALIDATE, ACCOUNT_CYCLES_INVALIDATE },
		{ CYCLES_ACKNOWLEDGE, ACCOUNT_CYCLES_ACKNOWLEDGE },
	};
	const double *account = model->accounts[repetition];

	add(readings, LINES_MOVED, NO_DISTANCE, per_operation, (account[ACCOUNT_READ] + account[ACCOUNT_WRITTEN]) / operations);
	add_columns(readings, of_any, sizeof(of_any) / sizeof(*of_any), account, operations);
	if (system == LINUX)
		return; /* its kernel bears no marks for the others */
	add_columns(readings, of_messages, sizeof(of_messages) / sizeof(*of_messages), account, operations);
	if (rounds_are_parted(model))
		add_columns(readings, of_rounds, sizeof(of_rounds) / sizeof(*of_rounds), account, operations);
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Where each window is one operation, that is known which a mean hides. */
static void add_single(struct readings *readings, const struct model_file *model, unsigned int repetition, double operations)
{
	double *cycles = malloc((model->window_count + 1) * sizeof(*cycles));
	size_t count = 0;

	if (!cycles)
		abort();
	for (size_t i = 0; i < model->window_count; i++)
		if (model->windows[i].repetition == repetition)
			cycles[count++] = model->windows[i].cycles;
	if (count && (double)count == operations) {
		qsort(cycles, count, sizeof(*cycles), compare);
		add(readings, LATENCY_MEDIAN, NO_DISTANCE, "ns", cycles[count / 2] * 1000 / model->mhz);
		add(readings, LATENCY_LONGEST, NO_DISTANCE, "ns", cycles[count - 1] * 1000 / model->mhz);
	}
	free(cycles);
}

void readings_of_model(struct readings *readings, const struct test *test, const struct machine *machine,
		       const struct result_lines *lines, unsigned int repetition, const struct model_file *model,
		       enum systems system)
{
	struct result_lines own = { .list = calloc(lines->count, sizeof(*own.list)) };
	double cycles = 0;

	if (!own.list)
		abort();
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->list[i].repetition != repetition)
			continue;
		own.list[own.count++] = lines->list[i];
		cycles += lines->list[i].cycles;
	}
	readings_of_time(readings, test, machine, &own);
	add(readings, CYCLES, NO_DISTANCE, per_operation, cycles / readings_operations(&own));
	add_accounts(readings, model, repetition, readings_operations(&own), system);
	add_single(readings, model, repetition, readings_operations(&own));
	result_lines_free(&own);
}

int count_file_read(struct counts *counts, const char *file, char reason[REASON_LENGTH])
{
	FILE *in = fopen(file, "r");
	char line[512], name[16];
	int windows = 0;

	*counts = (struct counts){ 0 };
	if (!in)
		return reason_set(reason, "the counting plugin wrote nothing to %s", file);
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
	return windows ? 0 : reason_set(reason, "the counting plugin saw no measured window, or had no room to write it to %s", file);
}
