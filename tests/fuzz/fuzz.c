/* fuzz.c - breaks files on purpose and shows them to the parsers: a command
 * SPDX-License-Identifier: MIT
 *   fuzz [--count N] [--seed S] [--only elf|cpio] [--mutant I] [--corpus DIR]
 *   fuzz --emit DIR N SEED [--corpus DIR]
 * The first form makes N mutants of each kind in memory, of which --mutant picks one; built
 * under ASan and UBSan. Ends with 66 when a parser broke its word, 2 when it could not run.
 * The second writes archives to boot; see emit.h. The corpus is FUZZ-corpus beside the
 * command itself. Mutant I of seed S is the same whatever else is run. */
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/emit.h"
#include "tests/fuzz/exercise.h"

enum {
	EXIT_DEFECT = 66,
	COUNT       = 5000,
	SEED        = 1,
	WATCHDOG_S  = 5, /* processor time for one mutant */
	ALL         = -1,
};

struct options {
	unsigned long count;
	unsigned long seed;
	long mutant; /* or ALL */
	const char *only;
	const char *emit;
	const char *corpus;
};

/* What is being done, for the last words. */
static struct {
	const char *kind;
	unsigned long seed, index;
} now;

const char *__asan_default_options(void)
{
	return "exitcode=66:detect_leaks=0";
}

const char *__ubsan_default_options(void)
{
	return "exitcode=66:print_stacktrace=1";
}

static void say_where(void)
{
	char text[128];
	int length = snprintf(text, sizeof(text), "fuzz: DEFECT in --only %s --seed %lu --mutant %lu\n",
			      now.kind, now.seed, now.index);

	if (length > 0 && write(2, text, (size_t)length) < 0)
		_exit(EXIT_DEFECT);
}

/* UBSan has a runtime of its own, which does not call ASan's death callback but this. */
void __ubsan_on_report(void)
{
	say_where();
}

static void on_watchdog(int signal)
{
	(void)signal;
	say_where();
	_exit(EXIT_DEFECT);
}

static void start_watchdog(void)
{
	const struct itimerval limit = { .it_value = { .tv_sec = WATCHDOG_S } };

	setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

static const char *exercise(const char *kind, const uint8_t *data, size_t size,
			    struct random *random, struct tally *tally)
{
	uint8_t *exact = malloc(size ? size : 1);
	const char *broken;

	if (!exact)
		corpus_fail("out of memory", kind);
	memcpy(exact, data, size);
	start_watchdog();
	if (!strcmp(kind, "elf"))
		broken = exercise_elf(exact, size, tally);
	else
		broken = exercise_cpio(exact, size, random, tally);
	free(exact);
	return broken;
}

static void end_on_defect(const char *broken)
{
	if (!broken)
		return;
	fprintf(stderr, "fuzz: %s\n", broken);
	say_where();
	exit(EXIT_DEFECT);
}

static void check_sound(const char *kind, const struct corpus *corpus)
{
	for (unsigned index = 0; index < corpus->count; index++) {
		struct random random = random_begin(0, index);
		struct tally tally = { 0 };

		end_on_defect(exercise(kind, corpus->sample[index].data, corpus->sample[index].size,
				       &random, &tally));
		if (!tally.accepted)
			end_on_defect("a sound file was refused");
	}
}

static void run(const struct options *options, const char *kind, mutator *mutate)
{
	char ending[8];
	struct corpus corpus;
	struct mutant mutant;
	struct tally tally = { 0 };

	snprintf(ending, sizeof(ending), ".%s", kind);
	corpus = corpus_read(options->corpus, ending);
	mutant = mutant_room(corpus.largest);
	now.kind = kind;
	now.seed = options->seed;
	check_sound(kind, &corpus);
	for (now.index = 0; now.index < options->count; now.index++) {
		struct random random = random_begin(options->seed, now.index);
		const struct sample *sample = corpus_pick(&corpus, &random);
		const struct sample *other = corpus_pick(&corpus, &random);

		if (options->mutant != ALL && now.index != (unsigned long)options->mutant)
			continue;
		mutant_make(&mutant, sample, other, mutate, &random);
		end_on_defect(exercise(kind, mutant.data, mutant.size, &random, &tally));
	}
	printf("fuzz: %s: seed %lu, %u mutants accepted, %u refused", kind, options->seed,
	       tally.accepted, tally.refused);
	printf(tally.reason_count ? " for %u reasons\n" : "\n", tally.reason_count);
	free(mutant.data);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (!*text || *end)
		corpus_fail("not a number", text);
	return value;
}

/* The corpus beside the command: PATH/fuzz has PATH/fuzz-corpus. */
static const char *default_corpus(const char *command)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s-corpus", command);
	return path;
}

static struct options read_options(int count, char **argument)
{
	struct options options = { .count = COUNT, .seed = SEED, .mutant = ALL };

	options.corpus = default_corpus(argument[0]);
	for (int index = 1; index < count; index++) {
		const char *word = argument[index];
		int left = count - index - 1;

		if (!strcmp(word, "--count") && left >= 1) {
			options.count = number(argument[++index]);
		} else if (!strcmp(word, "--seed") && left >= 1) {
			options.seed = number(argument[++index]);
		} else if (!strcmp(word, "--mutant") && left >= 1) {
			options.mutant = (long)number(argument[++index]);
		} else if (!strcmp(word, "--only") && left >= 1) {
			options.only = argument[++index];
		} else if (!strcmp(word, "--corpus") && left >= 1) {
			options.corpus = argument[++index];
		} else if (!strcmp(word, "--emit") && left >= 3) {
			options.emit = argument[++index];
			options.count = number(argument[++index]);
			options.seed = number(argument[++index]);
		} else {
			corpus_fail("unknown word; the head of tests/fuzz/fuzz.c tells the usage", word);
		}
	}
	return options;
}

int main(int count, char **argument)
{
	struct options options = read_options(count, argument);

	signal(SIGVTALRM, on_watchdog);
	__sanitizer_set_death_callback(say_where);
	if (options.emit) {
		emit(options.emit, options.count, options.seed, options.corpus);
		return 0;
	}
	if (!options.only || !strcmp(options.only, "elf"))
		run(&options, "elf", mutate_elf);
	if (!options.only || !strcmp(options.only, "cpio"))
		run(&options, "cpio", mutate_cpio);
	return 0;
}
