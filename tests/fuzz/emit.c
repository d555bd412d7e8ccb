/* emit.c - broken archives to boot
 * SPDX-License-Identifier: MIT */
#include "tests/fuzz/emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpio.h"
#include "tests/fuzz/archive.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/exercise.h"

static void add_directory(struct archive *archive, const char *name)
{
	archive_add(archive, &(struct archive_file){ name, CPIO_DIRECTORY | 0755, 1, 2, NULL, 0 });
}

static void add_program(struct archive *archive, const char *name, const uint8_t *data, size_t size)
{
	archive_add(archive, &(struct archive_file){ name, CPIO_FILE | 0755, 2, 1, data, size });
}

static struct archive make_archive(const struct sample *good, const uint8_t *data, size_t size)
{
	struct archive archive = { 0 };

	add_directory(&archive, ".");
	add_directory(&archive, "bin");
	add_program(&archive, "bin/mutant", data, size);
	add_program(&archive, "bin/good", good->data, good->size);
	archive_add_link(&archive, "init", "bin/mutant");
	archive_add_link(&archive, "sbin", "/bin");
	archive_end(&archive);
	return archive;
}

/* Only headers are broken: a program with broken code tells nothing about a parser. */
static void make_even(struct mutant *mutant, const struct sample *sample, struct random *random)
{
	uint64_t changes = 1 + random_below(random, 3);
	struct archive archive;

	mutant_begin(mutant, sample);
	while (changes--)
		mutate_elf(mutant, random);
	archive = make_archive(sample, mutant->data, mutant->size);
	mutant_begin(mutant, &(struct sample){ .data = archive.data, .size = archive.size });
	archive_free(&archive);
}

static void make_odd(struct mutant *mutant, const struct sample *sample, struct random *random)
{
	struct archive archive = make_archive(sample, sample->data, sample->size);
	const struct sample whole = { .data = archive.data, .size = archive.size };

	mutant_make(mutant, &whole, &whole, mutate_cpio, random);
	archive_free(&archive);
}

static void write_verdict(FILE *list, const char *name, const struct mutant *mutant)
{
	const struct cpio_archive archive = { mutant->data, mutant->size };
	struct elf_image image;
	struct cpio_entry entry;
	const char *why = NULL;
	status_t status = cpio_find(&archive, "/bin/mutant", &entry);

	if (status == STATUS_OK && (entry.mode & CPIO_TYPE) != CPIO_FILE) {
		status = STATUS_BAD_FORMAT;
		why = "it is not a file";
	}
	if (status == STATUS_OK)
		status = elf_read(entry.data, entry.size, &EXERCISE_LIMITS, &image, &why);
	if (status == STATUS_OK)
		fprintf(list, "%s runs\n", name);
	else
		fprintf(list, "%s refused %s%s%s\n", name, status_text(status), why ? ": " : "",
			why ? why : "");
}

static void write_file(const char *directory, const char *name, const struct mutant *mutant)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	if (!file || fwrite(mutant->data, 1, mutant->size, file) != mutant->size || fclose(file))
		corpus_fail("cannot write", path);
}

void emit(const char *directory, unsigned long count, unsigned long seed, const char *corpus_path)
{
	struct corpus corpus = corpus_read(corpus_path, ".elf");
	struct mutant mutant = mutant_room(3 * corpus.largest);
	char path[4096];
	FILE *list;

	snprintf(path, sizeof(path), "%s/list", directory);
	list = fopen(path, "w");
	if (!list)
		corpus_fail("cannot write", path);
	for (unsigned long index = 0; index < count; index++) {
		struct random random = random_begin(seed, index);
		const struct sample *sample = corpus_pick(&corpus, &random);
		char name[32];

		if (index % 2)
			make_odd(&mutant, sample, &random);
		else
			make_even(&mutant, sample, &random);
		snprintf(name, sizeof(name), "%04lu.cpio", index);
		write_file(directory, name, &mutant);
		write_verdict(list, name, &mutant);
	}
	if (fclose(list))
		corpus_fail("cannot write", path);
	printf("fuzz: %lu archives of seed %lu in %s\n", count, seed, directory);
	free(mutant.data);
}
