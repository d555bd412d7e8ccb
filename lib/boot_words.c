/* boot_words.c - see boot_words.h
 * SPDX-License-Identifier: MIT */
#include "lib/boot_words.h"

#include "lib/command_line.h"
#include "lib/format.h"
#include "lib/string.h"

enum { WORD_SIZE = 200 };

static const char or_else[] = " or ";

const struct boot_word boot_words[] = {
#define X(word, values, meaning) { #word, values, meaning },
#include "abi/boot.def"
#undef X
};

const unsigned boot_word_count = sizeof(boot_words) / sizeof(*boot_words);

static bool is_number(const char *text)
{
	size_t length = strnlen(text, BOOT_DIGITS + 1), zeros = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		zeros += text[i] == '0';
	}
	return length <= BOOT_DIGITS && zeros < length;
}

static bool is_value(const char *text, const char *value, size_t length)
{
	if (!strncmp(value, "MIB", length))
		return is_number(text);
	if (!strncmp(value, "PATH", length) || !strncmp(value, "WORD", length))
		return *text;
	return strlen(text) == length && !memcmp(text, value, length);
}

static bool is_one_of(const char *text, const char *values)
{
	for (;;) {
		const char *blank = strchr(values, ' ');
		size_t length = blank ? (size_t)(blank - values) : strlen(values);

		if (is_value(text, values, length))
			return true;
		if (!blank)
			return false;
		values = blank + sizeof(or_else) - 1;
	}
}

/* What `name=value` begins with; NULL: nothing that there is. */
static const struct boot_word *find(const char *text)
{
	for (unsigned i = 0; i < boot_word_count; i++) {
		size_t length = strlen(boot_words[i].name);

		if (!strncmp(text, boot_words[i].name, length) && text[length] == '=')
			return &boot_words[i];
	}
	return NULL;
}

bool boot_words_wrong(const char *line, char *why, size_t size)
{
	char text[WORD_SIZE];
	int status;

	while ((status = command_line_word(&line, text, sizeof(text))) > 0) {
		const struct boot_word *word = find(text);

		if (!word) {
			format(why, size, "there is no word %s", text);
			return true;
		}
		if (!is_one_of(strchr(text, '=') + 1, word->values)) {
			format(why, size, "%s: %s can only be %s", text, word->name, word->values);
			return true;
		}
	}
	if (status)
		format(why, size, status == STATUS_BAD_FORMAT ? "a quote is open: %.20s..." : "a word is too long: %.20s...", text);
	return status != 0;
}
