/* mutate.c - changes that know no format
 * SPDX-License-Identifier: MIT */
#include "tests/fuzz/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 512, PIECE = 4096, EXTRA = 65536 };

uint64_t mutate_number(uint64_t now, uint64_t size, struct random *random)
{
	const uint64_t numbers[] = {
		0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 4095, 4096, 4097,
		INT32_MAX, UINT64_C(1) << 31, UINT32_MAX - 3, UINT32_MAX, UINT64_C(1) << 32,
		UINT64_C(1) << 47, (UINT64_C(1) << 47) - 4096, UINT64_C(1) << 63, INT64_MAX,
		UINT64_MAX - 4095, UINT64_MAX, size, size - 1, size + 1, size - now, -now, ~now,
		now + 1, now - 1, now + 4, now - 4, now + 4096, now - 4096, now * 2, now / 2,
	};
	uint64_t count = sizeof(numbers) / sizeof(numbers[0]);

	switch (random_below(random, 8)) {
	case 0:
		return random_next(random) >> random_below(random, 64);
	case 1: /* keeps alignment to a page */
		return now + (random_below(random, 64) - 32) * 4096;
	case 2:
		return random_below(random, size + 8);
	default:
		return numbers[random_below(random, count)];
	}
}

bool mutate_insert(struct mutant *mutant, size_t at, size_t count)
{
	if (count > mutant->room - mutant->size || at > mutant->size)
		return false;
	memmove(mutant->data + at + count, mutant->data + at, mutant->size - at);
	mutant->size += count;
	return true;
}

void mutate_delete(struct mutant *mutant, size_t at, size_t count)
{
	if (at > mutant->size || count > mutant->size - at)
		return;
	memmove(mutant->data + at, mutant->data + at + count, mutant->size - at - count);
	mutant->size -= count;
}

void mutate_cut(struct mutant *mutant, size_t size)
{
	if (size < mutant->size)
		mutant->size = size;
}

/* Half of the time among the headers: the rest is mostly code. */
static size_t place(const struct mutant *mutant, struct random *random)
{
	size_t head = mutant->size < HEAD ? mutant->size : HEAD;

	return random_below(random, random_below(random, 2) ? head : mutant->size);
}

static void set_number(struct mutant *mutant, size_t at, struct random *random)
{
	size_t width = (size_t)1 << random_below(random, 4);
	uint64_t value = 0;

	if (width > mutant->size - at)
		return;
	memcpy(&value, mutant->data + at, width);
	value = mutate_number(value, mutant->size, random);
	memcpy(mutant->data + at, &value, width);
}

static void splice(struct mutant *mutant, size_t at, const struct sample *other,
		   struct random *random)
{
	size_t from = random_below(random, other->size);
	size_t count = random_below(random, other->size - from < PIECE ? other->size - from : PIECE);

	if (count > mutant->room - at)
		return;
	memcpy(mutant->data + at, other->data + from, count);
	if (at + count > mutant->size)
		mutant->size = at + count;
}

void mutate_bytes(struct mutant *mutant, const struct sample *other, struct random *random)
{
	static const uint8_t BYTES[] = { 0, 1, 0x7f, 0x80, 0xff, '0', '/' };
	size_t at, count;

	if (!mutant->size)
		return;
	at = place(mutant, random);
	count = random_below(random, mutant->size - at < PIECE ? mutant->size - at : PIECE);
	switch (random_below(random, 8)) {
	case 0:
		mutant->data[at] ^= (uint8_t)(1u << random_below(random, 8));
		break;
	case 1:
		mutant->data[at] = BYTES[random_below(random, sizeof(BYTES))];
		break;
	case 2:
		set_number(mutant, at, random);
		break;
	case 3:
		mutant->size = at;
		break;
	case 4:
		mutate_insert(mutant, at, count);
		break;
	case 5:
		mutate_delete(mutant, at, count);
		break;
	case 6:
		memset(mutant->data + at, 0, count);
		break;
	default:
		splice(mutant, at, other, random);
	}
}

struct mutant mutant_room(size_t size)
{
	struct mutant mutant = { .data = malloc(size + EXTRA), .room = size + EXTRA };

	if (!mutant.data) {
		fprintf(stderr, "fuzz: out of memory\n");
		exit(2);
	}
	return mutant;
}

void mutant_begin(struct mutant *mutant, const struct sample *sample)
{
	memcpy(mutant->data, sample->data, sample->size);
	mutant->size = sample->size;
}

void mutant_make(struct mutant *mutant, const struct sample *sample, const struct sample *other,
		 mutator *mutate, struct random *random)
{
	uint64_t changes = 1 + random_below(random, 4);

	mutant_begin(mutant, sample);
	while (changes--) {
		if (random_below(random, 3))
			mutate(mutant, random);
		else
			mutate_bytes(mutant, other, random);
	}
}
