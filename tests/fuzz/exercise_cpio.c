/* exercise_cpio.c - walks an archive, looks for its names, loads what it finds
 * SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpio.h"
#include "tests/fuzz/exercise.h"

enum {
	HEADER_SIZE = 110,
	DATA_SIZE   = 54, /* where a record has the size of its data */
	NAMES_MAX   = 64, /* names to look for, of which each mutant tries a few */
	TRIES       = 10,
};

struct names {
	const char *name[NAMES_MAX];
	unsigned count;
};

/* The reader's entry against the record's own text, read by the C library. */
static const char *check_entry(const struct cpio_archive *archive, const struct cpio_entry *entry)
{
	uint64_t name = (uint64_t)((const uint8_t *)entry->name - archive->base);
	uint64_t data = (uint64_t)(entry->data - archive->base);
	const uint8_t *record = (const uint8_t *)entry->name - HEADER_SIZE;
	char digits[9] = { 0 };

	if (name < HEADER_SIZE || name > archive->size ||
	    entry->name_length >= archive->size - name)
		return "a name lies outside the archive";
	if (data > archive->size || entry->size > archive->size - data)
		return "data lie outside the archive";
	if (strnlen(entry->name, entry->name_length + 1) != entry->name_length ||
	    !entry->name_length)
		return "a name does not end where its length says";
	if (memcmp(record, "070701", 6))
		return "a name that no header precedes";
	memcpy(digits, record + DATA_SIZE, 8);
	if (strtoul(digits, NULL, 16) != entry->size)
		return "the size of an entry is not its record's";
	if (data < name + entry->name_length + 1 || data > name + entry->name_length + 4)
		return "data do not follow their name";
	return NULL;
}

static void touch(const struct cpio_entry *entry)
{
	static uint8_t piece[4096];

	for (uint64_t at = 0; at < entry->size; at += sizeof(piece))
		memcpy(piece, entry->data + at,
		       entry->size - at < sizeof(piece) ? entry->size - at : sizeof(piece));
}

static const char *walk(const struct cpio_archive *archive, struct names *names, status_t *status)
{
	struct cpio_entry entry;
	uint64_t offset = 0, before = 0;
	const char *broken;

	while ((*status = cpio_next(archive, &offset, &entry)) == STATUS_OK) {
		broken = check_entry(archive, &entry);
		if (broken)
			return broken;
		if (offset < before + HEADER_SIZE || offset > archive->size)
			return "the offset does not move forward inside the archive";
		before = offset;
		touch(&entry);
		if (names->count < NAMES_MAX)
			names->name[names->count++] = entry.name;
	}
	return offset == before ? NULL : "a failed step moved the offset";
}

/* A broken archive must answer every search with what broke it. */
static const char *look_for(const struct cpio_archive *archive, const char *path, status_t walked,
			    struct tally *programs)
{
	struct cpio_entry entry;
	status_t status = cpio_find(archive, path, &entry);
	const char *broken = NULL;

	if (status == STATUS_BAD_ARGUMENT || status > 0)
		return "a search with an impossible status";
	if (walked != STATUS_NOT_FOUND && status != walked && status != STATUS_NO_SPACE)
		return "a search in a broken archive does not say so";
	if (status == STATUS_OK) {
		if ((entry.mode & CPIO_TYPE) == CPIO_LINK)
			return "a search that follows links ended at one";
		touch(&entry);
		broken = exercise_elf(entry.data, entry.size, programs);
	}
	status = cpio_find_link(archive, path, &entry);
	if (status == STATUS_OK)
		touch(&entry);
	return broken;
}

const char *exercise_cpio(const uint8_t *data, size_t size, struct random *random,
			  struct tally *tally)
{
	const struct cpio_archive archive = { data, size };
	struct names names = { .name = { "/bin/mutant" }, .count = 1 };
	struct tally programs = { 0 };
	status_t status;
	const char *broken = walk(&archive, &names, &status);

	if (broken)
		return broken;
	if (status == STATUS_NOT_FOUND)
		tally->accepted++;
	else
		tally->refused++;
	for (unsigned try = 0; try < TRIES && !broken; try++)
		broken = look_for(&archive, names.name[random_below(random, names.count)], status,
				  &programs);
	return broken;
}
