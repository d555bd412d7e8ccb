/* text.c - lists of words, and errors said to people
 * SPDX-License-Identifier: MIT */
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
	if (!memory) {
		fputs("runner: out of memory\n", stderr);
		exit(125);
	}
	return memory;
}

static char *format_list(const char *format, va_list list)
{
	char *text = NULL;

	return vasprintf(&text, format, list) < 0 ? must(NULL) : text;
}

char *text_format(const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	return text;
}

void words_add(struct words *words, const char *format, ...)
{
	va_list list;

	words->list = must(realloc(words->list, (words->count + 2) * sizeof(*words->list)));
	va_start(list, format);
	words->list[words->count++] = format_list(format, list);
	va_end(list);
	words->list[words->count] = NULL;
}

void words_split(struct words *words, const char *text)
{
	static const char separators[] = " \t\n,";

	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		size_t length = strcspn(text, separators);

		words_add(words, "%.*s", (int)length, text);
		text += length;
	}
}

static void put_quoted(FILE *out, const char *word)
{
	if (*word && !word[strcspn(word, " \t\n\"'\\$`*?[](){}<>|&;#~!")]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, 0 }, out);
	fputc('\'', out);
}

char *words_join(const struct words *words)
{
	char *text = NULL;
	size_t length;
	FILE *out = must(open_memstream(&text, &length));

	for (size_t i = 0; i < words->count; i++) {
		if (i)
			fputc(' ', out);
		put_quoted(out, words->list[i]);
	}
	fclose(out);
	return must(text);
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
	free(words->list);
	*words = (struct words){ 0 };
}

long text_number(const char *text, long low, long high)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	return end == text || *end || errno || value < low || value > high ? -1 : value;
}

int complain(const char *format, ...)
{
	va_list list;

	fputs("runner: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return -1;
}
