/* model_file.c - what the modelling plugin wrote of one boot
 * SPDX-License-Identifier: MIT
 * Each kind of line has a function that takes it: 0, or -1 when it is not as it should be. */
#include "model_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LENGTH = 512, VERSION = 1 };

/* A file that is being read. */
struct reader {
	struct model_file *model;
	int has_version, has_graces;
};

/* Room for one more: arrays double whenever their count is a power of two. */
static void *grow(void *list, size_t count, size_t size)
{
	if (count & (count - 1))
		return list;
	list = realloc(list, (count ? 2 * count : 1) * size);
	if (!list)
		abort();
	return list;
}

static int take_version(struct reader *reader, const char *text)
{
	int version;

	if (sscanf(text, "%d", &version) != 1 || version != VERSION)
		return -1;
	reader->has_version = 1;
	return 0;
}

static int take_mhz(struct reader *reader, const char *text)
{
	return sscanf(text, "%lf", &reader->model->mhz) == 1 && reader->model->mhz > 0 ? 0 : -1;
}

static int take_window(struct reader *reader, const char *text)
{
	struct model_file *model = reader->model;
	struct model_window window;
	double begin, end;

	if (sscanf(text, "%u %u %lf %lf", &window.repetition, &window.core, &begin, &end) != 4 || end <= begin)
		return -1;
	window.cycles = end - begin;
	model->windows = grow(model->windows, model->window_count, sizeof(window));
	model->windows[model->window_count++] = window;
	return 0;
}

static int take_columns(struct reader *reader, unsigned int repetition, const char *text)
{
	double *sums;

	if (repetition > MODEL_REPETITIONS_MAX)
		return -1;
	sums = reader->model->accounts[repetition];
	for (int i = 0; i < ACCOUNTS; i++) {
		char *end;
		double value = strtod(text, &end);

		if (end == text || value < 0)
			return -1;
		sums[i] += value;
		text = end;
	}
	return 0;
}

static int take_account(struct reader *reader, const char *text)
{
	unsigned int repetition, core;
	int length = -1;

	if (sscanf(text, "%u %u%n", &repetition, &core, &length) != 2 || length < 0)
		return -1;
	return take_columns(reader, repetition, text + length);
}

static int take_others(struct reader *reader, const char *text)
{
	unsigned int repetition;
	int length = -1;

	if (sscanf(text, "%u%n", &repetition, &length) != 1 || length < 0)
		return -1;
	return take_columns(reader, repetition, text + length);
}

static int take_line(struct reader *reader, const char *text)
{
	struct model_file *model = reader->model;
	struct model_line line;
	char owner[16];

	if (sscanf(text, "%" SCNx64 " %" SCNx64 " %15s %u %u %lf %lf %" SCNx64 " %" SCNx64, &line.address, &line.physical, owner,
		   &line.writers, &line.readers, &line.moves, &line.cycles, &line.taker, &line.giver) != 9)
		return -1;
	line.owner = strcmp(owner, "-") ? (int)text_number(owner, 0, 255) : -1;
	model->lines = grow(model->lines, model->line_count, sizeof(line));
	model->lines[model->line_count++] = line;
	return 0;
}

static int take_graces(struct reader *reader, const char *text)
{
	reader->has_graces = 1;
	return sscanf(text, "%u", &reader->model->graces) == 1 ? 0 : -1;
}

/* For people. */
static int take_host(struct reader *reader, const char *text)
{
	(void)reader;
	(void)text;
	return 0;
}

static const struct {
	const char *name;
	int (*take)(struct reader *, const char *);
} kinds[] = {
	{ "model", take_version }, { "mhz", take_mhz }, { "window", take_window }, { "account", take_account },
	{ "others", take_others }, { "line", take_line }, { "grace", take_graces }, { "host", take_host },
};

static int take(struct reader *reader, const char *line)
{
	size_t length = strcspn(line, " \n");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strlen(kinds[i].name) == length && !strncmp(kinds[i].name, line, length))
			return kinds[i].take(reader, line + length);
	return -1;
}

static int refuse(char reason[REASON_LENGTH], const char *what, const char *file)
{
	snprintf(reason, REASON_LENGTH, "%s %s", what, file);
	return -1;
}

int model_file_read(struct model_file *model, const char *file, char reason[REASON_LENGTH])
{
	struct reader reader = { .model = model };
	FILE *in = fopen(file, "r");
	char line[LINE_LENGTH];
	int status = 0;

	*model = (struct model_file){ 0 };
	if (!in)
		return refuse(reason, "the modelling plugin wrote nothing to", file);
	while (!status && fgets(line, sizeof(line), in))
		status = take(&reader, line);
	fclose(in);
	if (status) {
		snprintf(reason, REASON_LENGTH, "'%.*s' is no line of a model's results, in %s", (int)strcspn(line, "\n"), line, file);
		return -1;
	}
	if (!reader.has_version || !model->mhz || !reader.has_graces)
		return refuse(reason, "the modelling plugin did not come to the end of", file);
	return 0;
}

void model_file_free(struct model_file *model)
{
	free(model->windows);
	free(model->lines);
	model->windows = NULL;
	model->lines = NULL;
}
