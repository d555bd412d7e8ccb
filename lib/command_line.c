/* command_line.c - words of the kernel's command line
 * SPDX-License-Identifier: MIT
 * A struct reader stands in the line and hands out the letters of one word after another,
 * quotes taken away; all functions are loops over it.
 * Context: any core, any context, never blocks.
 * Tested by tests/unit/command_line_test.c */
#include "lib/command_line.h"

#include "lib/string.h"

enum { WORD_END = -1 };

struct reader {
	const char *at;
	char quote; /* the open one, or 0; at the end of the line it shows an unclosed one */
};

static bool is_blank(char letter)
{
	return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

/* False at the end of the line. */
static bool begin_word(struct reader *reader)
{
	while (is_blank(*reader->at))
		reader->at++;
	return *reader->at;
}

/* The next letter of this word, or WORD_END, which repeats. */
static int next_letter(struct reader *reader)
{
	for (;;) {
		char letter = *reader->at;

		if (!letter || (!reader->quote && is_blank(letter)))
			return WORD_END;
		reader->at++;
		if (reader->quote && letter == reader->quote)
			reader->quote = 0;
		else if (!reader->quote && (letter == '"' || letter == '\''))
			reader->quote = letter;
		else
			return (unsigned char)letter;
	}
}

static bool at_separator(const struct reader *reader)
{
	return !strncmp(reader->at, "--", 2) && (!reader->at[2] || is_blank(reader->at[2]));
}

/* The length of what is left of the word; out gets it, terminated, when it fits size. */
static size_t copy_word(struct reader *reader, char *out, size_t size)
{
	size_t length = 0;
	int letter;

	while ((letter = next_letter(reader)) != WORD_END) {
		if (length + 1 < size)
			out[length] = (char)letter;
		length++;
	}
	if (length < size)
		out[length] = '\0';
	return length;
}

/* True: the word began with `key=`, and the reader stands behind it. False: it stands
 * behind the word. */
static bool match_key(struct reader *reader, const char *key)
{
	int letter;

	while ((letter = next_letter(reader)) != WORD_END) {
		if (letter == '=' && !*key)
			return true;
		if (!*key || letter != (unsigned char)*key)
			break;
		key++;
	}
	while (letter != WORD_END)
		letter = next_letter(reader);
	return false;
}

bool command_line_value(const char *line, const char *key, char *out, size_t size)
{
	struct reader reader = { .at = line };
	bool found = false;

	while (begin_word(&reader) && !at_separator(&reader))
		if (match_key(&reader, key))
			found = copy_word(&reader, out, size) < size && !reader.quote;
	if (!found && size)
		out[0] = '\0';
	return found;
}

int command_line_word(const char **line, char *out, size_t size)
{
	struct reader reader = { .at = *line };
	size_t length;

	if (!begin_word(&reader) || at_separator(&reader))
		return 0;
	length = copy_word(&reader, out, size);
	*line = reader.at;
	if (length >= size)
		out[size - 1] = '\0';
	if (reader.quote)
		return STATUS_BAD_FORMAT;
	return length < size ? 1 : STATUS_NO_SPACE;
}

static bool skip_options(struct reader *reader)
{
	while (begin_word(reader)) {
		if (at_separator(reader)) {
			reader->at += 2;
			return true;
		}
		while (next_letter(reader) != WORD_END)
			;
	}
	return false;
}

int command_line_arguments(const char *line, char *storage, size_t size, char **argv, size_t max)
{
	struct reader reader = { .at = line };
	size_t count = 0;

	if (!max)
		return STATUS_NO_SPACE;
	if (skip_options(&reader)) {
		for (; begin_word(&reader); count++) {
			size_t length = copy_word(&reader, storage, size);

			if (length >= size || count + 1 >= max)
				return STATUS_NO_SPACE;
			argv[count] = storage;
			storage += length + 1;
			size -= length + 1;
		}
	}
	if (reader.quote)
		return STATUS_BAD_FORMAT;
	argv[count] = NULL;
	return (int)count;
}
