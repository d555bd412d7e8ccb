/* command_line.h - words of the kernel's command line
 * SPDX-License-Identifier: MIT
 * `key=value key -- argument argument`: options for the kernel up to the word --, arguments
 * for the first program behind it. Words end at blanks; single and double quotes keep blanks
 * together and are taken away; a backslash is a letter like any other.
 * Context: any core, any context, never blocks, no allocation.
 * I1 nothing is written past out[size - 1], storage[size - 1] or argv[max - 1]
 * Tested by tests/unit/command_line_test.c */
#ifndef LIB_COMMAND_LINE_H
#define LIB_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/status.h"

/* The value of the last `key=value` among the options, terminated. False, and out is an
 * empty string, when there is none, or when it does not fit size: half a path is none. */
bool command_line_value(const char *line, const char *key, char *out, size_t size);

/* The next word among the options, terminated, and *line behind it: 1. 0: there is none. Else out holds its beginning: NO_SPACE, it does not fit
 * size, which is not 0; BAD_FORMAT, a quote is not closed. */
must_check int command_line_word(const char **line, char *out, size_t size);

/* Splits the arguments into storage and points argv at them; argv[result] is NULL.
 * Returns how many there are, 0 to max - 1; NO_SPACE when storage or argv is too small;
 * BAD_FORMAT when a quote is not closed. */
must_check int command_line_arguments(const char *line, char *storage, size_t size,
				      char **argv, size_t max);

#endif
