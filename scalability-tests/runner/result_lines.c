/* result_lines.c - what a program printed of its work
 * SPDX-License-Identifier: MIT */
#include "result_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "result ";

int reason_set(char reason[REASON_LENGTH], const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(reason, REASON_LENGTH, format, list);
	va_end(list);
	return -1;
}

static int read_line(struct result_line *line, const char *text, size_t length, const struct test *test, unsigned int cores)
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
	line->cycles = 0;
	if (line->worker >= cores || line->core >= cores || line->partner < NO_PARTNER || line->partner >= (int)cores)
		return -1;
	return operations && nanoseconds ? 0 : -1;
}

/* How many lines this worker has with this partner. */
static unsigned int repeated(const struct result_lines *lines, const struct result_line *line)
{
	unsigned int count = 0;

	for (size_t i = 0; i < lines->count; i++)
		count += lines->list[i].worker == line->worker && lines->list[i].partner == line->partner;
	return count;
}

static size_t count_lines(const char *console)
{
	size_t count = 0;

	for (const char *at = console; (at = strstr(at, head)); at++)
		count++;
	return count;
}

/* The last repetition of each is the one asked for. */
static int check_repetitions(const struct result_lines *lines, unsigned int repetitions, char reason[REASON_LENGTH])
{
	for (size_t i = 0; i < lines->count; i++) {
		unsigned int found = repeated(lines, &lines->list[i]);

		if (found != repetitions)
			return reason_set(reason, "worker %u has results of %u repetitions, %u were asked for", lines->list[i].worker,
					  found, repetitions);
	}
	return 0;
}

int result_lines_read(struct result_lines *lines, const struct test *test, unsigned int cores, unsigned int repetitions,
		      const char *console, char reason[REASON_LENGTH])
{
	*lines = (struct result_lines){ .list = calloc(count_lines(console) + 1, sizeof(*lines->list)) };
	if (!lines->list)
		abort();
	for (const char *at = console; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
		struct result_line *line = &lines->list[lines->count];
		size_t length = strcspn(at, "\r\n");

		if (strncmp(at, head, sizeof(head) - 1))
			continue;
		if (read_line(line, at, length, test, cores))
			return reason_set(reason, "not a result of this test: '%.*s'", (int)(length < 100 ? length : 100), at);
		line->repetition = repeated(lines, line) + 1;
		if (line->repetition > repetitions)
			return repetitions == 1 ? reason_set(reason, "worker %u reported twice", line->worker) :
				reason_set(reason, "worker %u reported more than %u repetitions", line->worker, repetitions);
		lines->count++;
	}
	if (!lines->count)
		return reason_set(reason, "the program ended well but printed no result");
	return check_repetitions(lines, repetitions, reason);
}

void result_lines_free(struct result_lines *lines)
{
	free(lines->list);
	lines->list = NULL;
}
