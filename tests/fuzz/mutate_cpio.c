/* mutate_cpio.c - changes to the records of a newc archive
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "lib/cpio.h"
#include "tests/fuzz/mutate.h"

enum {
	MAGIC_SIZE  = 6,
	FIELD_SIZE  = 8,
	FIELD_COUNT = 13,
	HEADER_SIZE = MAGIC_SIZE + FIELD_SIZE * FIELD_COUNT,
	RECORDS_MAX = 256,
	MODE        = MAGIC_SIZE + FIELD_SIZE,
	DATA_SIZE   = MAGIC_SIZE + 6 * FIELD_SIZE,
	NAME_SIZE   = MAGIC_SIZE + 11 * FIELD_SIZE,
};

/* Anything that looks like a record: the archive may be broken already. */
static size_t find_records(const struct mutant *mutant, size_t record[RECORDS_MAX])
{
	size_t count = 0;

	for (size_t at = 0; at + HEADER_SIZE <= mutant->size && count < RECORDS_MAX; at += 4)
		if (!memcmp(mutant->data + at, "070701", MAGIC_SIZE))
			record[count++] = at;
	return count;
}

static uint64_t read_hex(const uint8_t *text)
{
	char digits[FIELD_SIZE + 1] = { 0 };
	unsigned value = 0;

	memcpy(digits, text, FIELD_SIZE);
	if (sscanf(digits, "%8x", &value) != 1)
		return 0;
	return value;
}

static void write_hex(uint8_t *text, uint64_t value)
{
	char digits[FIELD_SIZE + 1];

	snprintf(digits, sizeof(digits), "%08x", (uint32_t)value);
	memcpy(text, digits, FIELD_SIZE);
}

static size_t data_start(const struct mutant *mutant, size_t at)
{
	return at + (HEADER_SIZE + read_hex(mutant->data + at + NAME_SIZE) + 3) / 4 * 4;
}

/* Sizes get most of the attention; they are measured against what is left of the file. */
static void set_field(struct mutant *mutant, size_t at, struct random *random)
{
	static const size_t FAVOURITES[] = { DATA_SIZE, NAME_SIZE, DATA_SIZE, NAME_SIZE, MODE };
	size_t field = at + MAGIC_SIZE + FIELD_SIZE * random_below(random, FIELD_COUNT);
	uint64_t rest = mutant->size - at - HEADER_SIZE;

	if (random_below(random, 4))
		field = at + FAVOURITES[random_below(random, 5)];
	if (!random_below(random, 16))
		mutant->data[field + random_below(random, FIELD_SIZE)] = (uint8_t)random_next(random);
	else
		write_hex(mutant->data + field,
			  mutate_number(read_hex(mutant->data + field), rest, random));
}

/* Turns a letter of the name, or of what follows it, into one that means something. */
static void set_letter(struct mutant *mutant, size_t at, struct random *random)
{
	static const char LETTERS[] = { '/', '.', '\0', 'a', '/', '.' };
	size_t letter = at + HEADER_SIZE + random_below(random, 48);

	if (letter < mutant->size)
		mutant->data[letter] = (uint8_t)LETTERS[random_below(random, sizeof(LETTERS))];
}

static void set_type(struct mutant *mutant, size_t at, struct random *random)
{
	static const uint32_t TYPES[] = { CPIO_LINK, CPIO_FILE, CPIO_DIRECTORY, 0 };

	write_hex(mutant->data + at + MODE, TYPES[random_below(random, 4)] | 0755);
}

/* Copies or removes everything from one record to another. */
static void move_records(struct mutant *mutant, size_t from, size_t to, struct random *random)
{
	size_t start = from < to ? from : to;
	size_t count = from < to ? to - from : from - to;

	if (random_below(random, 2))
		mutate_insert(mutant, start, count);
	else
		mutate_delete(mutant, start, count);
}

void mutate_cpio(struct mutant *mutant, struct random *random)
{
	size_t record[RECORDS_MAX];
	size_t count = find_records(mutant, record);
	size_t at, other;

	if (!count)
		return;
	at = record[random_below(random, count)];
	other = record[random_below(random, count)];
	switch (random_below(random, 12)) {
	case 0:
		set_letter(mutant, at, random);
		break;
	case 1:
		set_type(mutant, at, random);
		break;
	case 2:
		move_records(mutant, at, other, random);
		break;
	case 3:
		write_hex(mutant->data + at + NAME_SIZE, 1);
		if (at + HEADER_SIZE < mutant->size)
			mutant->data[at + HEADER_SIZE] = '\0';
		break;
	case 4: /* ends right behind data, without their padding */
		mutate_cut(mutant, data_start(mutant, at) + read_hex(mutant->data + at + DATA_SIZE));
		break;
	case 5: /* ends right behind a name, without its padding */
		mutate_cut(mutant, at + HEADER_SIZE + read_hex(mutant->data + at + NAME_SIZE));
		break;
	case 6: /* ends inside a header or a name */
		mutate_cut(mutant, at + random_below(random, HEADER_SIZE + 16));
		break;
	default:
		set_field(mutant, at, random);
	}
}
