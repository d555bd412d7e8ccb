/* corpus.c - the sound files that are broken on purpose
 * SPDX-License-Identifier: MIT */
#include "tests/fuzz/corpus.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_UNABLE = 2, DRAWS = 4 };

void corpus_fail(const char *what, const char *which)
{
	fprintf(stderr, "fuzz: %s: %s\n", what, which);
	exit(EXIT_UNABLE);
}

static struct sample read_sample(const char *directory, const char *name)
{
	struct sample sample = { .size = 0 };
	char path[4096];
	uint8_t *data;
	long size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(sample.name, sizeof(sample.name), "%s", name);
	file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 1 || fseek(file, 0, SEEK_SET))
		corpus_fail("cannot read", path);
	data = malloc((size_t)size);
	if (!data || fread(data, 1, (size_t)size, file) != (size_t)size)
		corpus_fail("cannot read", path);
	fclose(file);
	sample.data = data;
	sample.size = (size_t)size;
	return sample;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct sample *)left)->name, ((const struct sample *)right)->name);
}

struct corpus corpus_read(const char *directory, const char *ending)
{
	struct corpus corpus = { .count = 0 };
	DIR *entries = opendir(directory);
	struct dirent *entry;

	if (!entries)
		corpus_fail("no corpus; make it with tests/fuzz/make-corpus", directory);
	while ((entry = readdir(entries)) && corpus.count < CORPUS_MAX) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot && !strcmp(dot, ending))
			corpus.sample[corpus.count++] = read_sample(directory, entry->d_name);
	}
	closedir(entries);
	if (!corpus.count)
		corpus_fail("no files in the corpus end in", ending);
	qsort(corpus.sample, corpus.count, sizeof(corpus.sample[0]), by_name);
	for (unsigned index = 0; index < corpus.count; index++)
		if (corpus.sample[index].size > corpus.largest)
			corpus.largest = corpus.sample[index].size;
	return corpus;
}

const struct sample *corpus_pick(const struct corpus *corpus, struct random *random)
{
	const struct sample *smallest = &corpus->sample[random_below(random, corpus->count)];

	for (unsigned draw = 1; draw < DRAWS; draw++) {
		const struct sample *other = &corpus->sample[random_below(random, corpus->count)];

		if (other->size < smallest->size)
			smallest = other;
	}
	return smallest;
}
