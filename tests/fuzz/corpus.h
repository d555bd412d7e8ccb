/* corpus.h - the sound files that are broken on purpose
 * SPDX-License-Identifier: MIT
 * tests/fuzz/make-corpus makes them. What cannot be read ends the command with 2. */
#ifndef TESTS_FUZZ_CORPUS_H
#define TESTS_FUZZ_CORPUS_H

#include <stddef.h>

#include "tests/fuzz/mutate.h"

enum { CORPUS_MAX = 16 };

struct corpus {
	struct sample sample[CORPUS_MAX];
	unsigned count;
	size_t largest; /* bytes */
};

/* All files of the directory that end in `ending` (".elf"), sorted by name. */
struct corpus corpus_read(const char *directory, const char *ending);

/* One of them, small ones more often: there the headers are most of the file. */
const struct sample *corpus_pick(const struct corpus *corpus, struct random *random);

/* Says what went wrong, and ends with 2: the fuzzer could not run. */
__attribute__((noreturn)) void corpus_fail(const char *what, const char *which);

#endif
