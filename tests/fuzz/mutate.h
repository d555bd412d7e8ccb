/* mutate.h - breaking a file in the ways in which files are broken, on purpose or not
 * SPDX-License-Identifier: MIT
 * Every change is a function of the random stream alone. Some know the format: a parser's
 * deeper checks are only reached by files that pass the shallow ones.
 * I1 size <= room */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/random.h"

struct mutant {
	uint8_t *data;
	size_t size;
	size_t room;
};

struct sample {
	char name[256];
	const uint8_t *data;
	size_t size;
};

typedef void mutator(struct mutant *mutant, struct random *random);

/* Room for files up to size, and for what is put into them. */
struct mutant mutant_room(size_t size);
/* A copy of the sample, unbroken. */
void mutant_begin(struct mutant *mutant, const struct sample *sample);
/* A copy with one to four changes, most of them by a mutator that knows the format. */
void mutant_make(struct mutant *mutant, const struct sample *sample, const struct sample *other,
		 mutator *mutate, struct random *random);

/* One change that knows no format; other is a file to splice from. */
void mutate_bytes(struct mutant *mutant, const struct sample *other, struct random *random);
/* One change to a field of an ELF file; mutate_elf.c. */
void mutate_elf(struct mutant *mutant, struct random *random);
/* One change to a record of a cpio archive; mutate_cpio.c. */
void mutate_cpio(struct mutant *mutant, struct random *random);

/* A number at which parsers go wrong, for a field that holds `now` in a file of `size` bytes. */
uint64_t mutate_number(uint64_t now, uint64_t size, struct random *random);

/* Opens a gap of count bytes, a copy of what lies there; false when there is no room. */
bool mutate_insert(struct mutant *mutant, size_t at, size_t count);
void mutate_delete(struct mutant *mutant, size_t at, size_t count);
/* Shortens to size; never lengthens. */
void mutate_cut(struct mutant *mutant, size_t size);

#endif
