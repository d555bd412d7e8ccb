/* text.h - lists of words, and errors said to people
 * SPDX-License-Identifier: MIT
 * The runner builds command lines and reads short lists from variables; both are growing lists of words here.
 * Memory exhaustion ends the runner: there is nothing sensible to go on with.
 * Context: one thread, may allocate. */
#ifndef RUNNER_TEXT_H
#define RUNNER_TEXT_H

#include <stddef.h>

enum { REASON_LENGTH = 512 }; /* of a sentence on why something has no result */

/* A NULL-terminated list, so that it is an argv as it stands. */
struct words {
	char **list;
	size_t count;
};

void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Splits at blanks and commas; adds to what is there. */
void words_split(struct words *words, const char *text);
/* The words joined by blanks, each quoted for a shell where it needs it; the caller frees it. */
char *words_join(const struct words *words);
void words_free(struct words *words);

/* printf into new memory; the caller frees it. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whole text as a decimal number in [low, high]; -1 when it is none. */
long text_number(const char *text, long low, long high);

/* "runner: ..." on stderr; always -1, so that a caller can return it. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
