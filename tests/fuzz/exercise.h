/* exercise.h - does with a file what the kernel does with it, and watches the parsers' word
 * SPDX-License-Identifier: MIT
 * The file lies in an allocation of exactly its size, so a sanitizer sees each byte too far;
 * what a sanitizer cannot see (a plan that breaks the invariants of lib/elf.h or lib/cpio.h)
 * is checked here. */
#ifndef TESTS_FUZZ_EXERCISE_H
#define TESTS_FUZZ_EXERCISE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/elf.h"
#include "tests/fuzz/random.h"

enum { EXERCISE_REASONS = 64 };

/* How often each answer came: shows that the files reach every check. */
struct tally {
	unsigned accepted;
	unsigned refused;
	unsigned reason_count;
	const char *reason[EXERCISE_REASONS];
};

extern const struct elf_limits EXERCISE_LIMITS;

/* Both return NULL, or a sentence on the invariant that the parser broke. */
const char *exercise_elf(const uint8_t *data, size_t size, struct tally *tally);
const char *exercise_cpio(const uint8_t *data, size_t size, struct random *random,
			  struct tally *tally);

#endif
