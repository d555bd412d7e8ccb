/* boot_words.h - the words that the kernel's command line may have, from abi/boot.def
 * SPDX-License-Identifier: MIT
 * Who reads a word by command_line_value need not look at its value's form: boot refuses a line with any other before a program runs.
 * Context: any core, any context, never blocks, no allocation.
 * Tested by tests/unit/boot_words_test.c */
#ifndef LIB_BOOT_WORDS_H
#define LIB_BOOT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { BOOT_DIGITS = 7 }; /* of a number, at most */

struct boot_word {
	const char *name, *values, *meaning;
};

extern const struct boot_word boot_words[];
extern const unsigned boot_word_count;

/* Whether there is a word among the options that is none of these, or has another value; then, in a sentence, what is wrong. */
bool boot_words_wrong(const char *line, char *why, size_t size);

#endif
