/* point_run.c - the boots of a point, and what they measured
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../../kernel/arch/layout.h"
#include "bind.h"
#include "contended.h"
#include "jobs.h"
#include "point.h"
#include "run.h"
#include "session.h"

enum { BASE_LIMIT = 120, CORE_LIMIT = 10, MODEL_BASE_LIMIT = 180, MODEL_CORE_LIMIT = 8 };

/* One point at work; the files are those that plugins write. */
struct work {
	const struct conditions *conditions;
	const struct point *point;
	struct answer *answer;
	struct point_boot boot;
	struct session session;
	char *name, *log, *plugin, *preload, *count_file, *model_file, *machine_file;
};

static unsigned int limit_of(const struct work *work)
{
	unsigned int cores = work->point->cores;

	if (work->conditions->limit)
		return work->conditions->limit;
	return work->point->mode == MODEL ? MODEL_BASE_LIMIT + MODEL_CORE_LIMIT * cores : BASE_LIMIT + CORE_LIMIT * cores;
}

/* What the program said of its failure, as ": words", or "". */
static const char *last_words(const struct outcome *outcome, char *text, size_t size)
{
	static const char head[] = "\nbench: ";
	const char *said = outcome->console ? strstr(outcome->console, head) : NULL;

	*text = 0;
	if (said)
		snprintf(text, size, ": %.*s", (int)strcspn(said + sizeof(head) - 1, "\r\n"), said + sizeof(head) - 1);
	return text;
}

/* The status of the program, wherever its system says it; -1 and a reason when the boot failed. */
static int program_status(const struct point *point, const struct outcome *outcome, char reason[REASON_LENGTH])
{
	static const char words[] = "linux-init: status ";
	const char *said = point->system == LINUX && outcome->console ? strstr(outcome->console, words) : NULL;
	char said_last[160];
	int status = -1;

	if (outcome->ending == ENDING_REPORTED)
		status = outcome->status;
	else if (outcome->ending == ENDING_POWERED_OFF && said)
		status = atoi(said + sizeof(words) - 1);
	if (status < 0)
		snprintf(reason, REASON_LENGTH, "%s", outcome->reason);
	else if (status > EXIT_SIGNAL)
		snprintf(reason, REASON_LENGTH, "the program was ended by signal %d", status - EXIT_SIGNAL);
	else if (status)
		snprintf(reason, REASON_LENGTH, "the program failed with status %d%s", status,
			 last_words(outcome, said_last, sizeof(said_last)));
	return status;
}

static void write_contended(const struct work *work, const struct model_file *model, const struct result_lines *lines)
{
	const char *build = work->conditions->build;
	char *folder = text_format("%s/contended", work->conditions->folder);
	char *list = text_format("%s/%s.csv", folder, work->name);
	char *bench = text_format("%s/guest/bench", build), *map = text_format("%s/linux/System.map", build);
	struct symbols symbols = { 0 };

	mkdir(folder, 0777);
	symbols_add_elf(&symbols, bench);
	if (work->point->system == LINUX) {
		symbols_add_map(&symbols, map);
	} else {
		symbols_add_elf(&symbols, work->boot.kernel);
		symbols_add(&symbols, MAILBOX_BASE, PAGE_SIZE, "mailbox"); /* a page, not a variable */
	}
	symbols_sort(&symbols);
	contended_write(list, model, &symbols, readings_operations(lines));
	symbols_free(&symbols);
	free(folder);
	free(list);
	free(bench);
	free(map);
}

static int take_model(struct work *work, struct result_lines *lines)
{
	const struct point *point = work->point;
	struct answer *answer = work->answer;
	unsigned int repetitions = point_repetitions(work->conditions, point);
	struct model_file model;
	int status = model_file_read(&model, work->model_file, answer->reason) || readings_pair(lines, &model, answer->reason);

	for (unsigned int i = 0; !status && i < repetitions; i++)
		readings_of_model(&answer->readings[i], point->test, &work->boot.machine, lines, i + 1, &model, point->system);
	if (!status)
		write_contended(work, &model, lines);
	answer->repetitions = status ? 0 : repetitions;
	model_file_free(&model);
	return status ? -1 : 0;
}

/* The figures of a boot that ended well. */
static int take_figures(struct work *work, const char *console)
{
	const struct point *point = work->point;
	struct answer *answer = work->answer;
	struct readings *readings = &answer->readings[answer->repetitions];
	unsigned int repetitions = point->mode == MODEL ? point_repetitions(work->conditions, point) : 1;
	struct result_lines lines;
	struct counts counts;
	int status = result_lines_read(&lines, point->test, point->cores, repetitions, console, answer->reason);

	*readings = (struct readings){ 0 };
	if (!status && point->mode == MODEL) {
		status = take_model(work, &lines);
	} else if (!status && point->mode == WALL) {
		readings_of_time(readings, point->test, &work->boot.machine, &lines);
		answer->repetitions++;
	} else if (!status && !(status = count_file_read(&counts, work->count_file, answer->reason))) {
		readings_of_counts(readings, &counts, &lines, point->system);
		answer->repetitions++;
	}
	result_lines_free(&lines);
	return status;
}

/* One boot, judged. */
static int measure(struct work *work)
{
	struct answer *answer = work->answer;
	struct outcome outcome;
	int status = -1;

	if (session_run(&work->session, &outcome))
		return reason_set(answer->reason, "the emulator could not be started");
	if (outcome.ending == ENDING_INTERRUPTED)
		answer->interrupted = outcome.status;
	if (!program_status(work->point, &outcome, answer->reason))
		status = take_figures(work, outcome.console ? outcome.console : "");
	outcome_free(&outcome);
	return status;
}

/* Nobody has a sweep's console in view: says where it is kept, or why it is not. */
static void name_log(char reason[REASON_LENGTH], const char *log)
{
	size_t length = strlen(reason);
	struct statvfs disc;

	if (!statvfs(log, &disc) && !disc.f_bavail)
		snprintf(reason + length, REASON_LENGTH - length, " (the disc that holds %s is full)", log);
	else
		snprintf(reason + length, REASON_LENGTH - length, " (log: %s)", log);
}

/* All boots; the first that fails ends the point. */
static void measure_all(struct work *work)
{
	unsigned int boots = point_boots(work->conditions, work->point);
	int failed = 0;

	for (unsigned int boot = 1; boot <= boots && !failed; boot++) {
		char *log = text_format("%s/logs/%s-%u.log", work->conditions->folder, work->name, boot);

		work->session.log = log;
		failed = measure(work);
		if (failed)
			name_log(work->answer->reason, log);
		free(log);
	}
	if (failed)
		work->answer->repetitions = 0;
}

/* The plugin of the mode, and what it is told. */
static int prepare_plugin(struct work *work)
{
	const struct conditions *conditions = work->conditions;
	const struct point *point = work->point;
	char quantum[32] = "";

	work->count_file = text_format("%s/logs/%s.count", conditions->folder, work->name);
	work->model_file = text_format("%s/logs/%s.model", conditions->folder, work->name);
	work->machine_file = text_format("%s/logs/%s.machine", conditions->folder, work->name);
	if (point->mode == COUNT)
		work->plugin = text_format("%s/libcount.so,out=%s", conditions->build, work->count_file);
	if (point->mode == MODEL) {
		if (conditions->quantum)
			snprintf(quantum, sizeof(quantum), ",quantum=%u", conditions->quantum);
		work->preload = text_format("%s/libmodel.so", conditions->build);
		work->plugin = text_format("%s,machine=%s,out=%s,repetitions=%u%s", work->preload, work->machine_file, work->model_file,
					   point_repetitions(conditions, point), quantum);
		if (modelled_write(&conditions->modelled, &work->boot.machine, point->cores, work->boot.boot.mib, work->machine_file))
			return reason_set(work->answer->reason, "the modelled machine could not be written to %s", work->machine_file);
	}
	work->session.boot.plugin = work->plugin;
	work->session.boot.preload = work->preload;
	return 0;
}

/* A test that needs more memory than others is refused where its guest has too little of it, or the host. */
static int check_memory(struct work *work)
{
	const struct point *point = work->point;
	unsigned long needed = (unsigned long)point->test->core_mib * point->cores, mib = work->boot.boot.mib, available = jobs_memory();

	if (!needed)
		return 0;
	if (mib < needed)
		return reason_set(work->answer->reason, "MEM gives its guest %lu MiB, and %u cores need %lu more than their system: leave MEM out",
				  mib, point->cores, needed);
	if (available && mib > available)
		return reason_set(work->answer->reason, "its guest has %lu MiB, and this host has %lu left: name fewer cores", mib, available);
	return 0;
}

/* Complains of what a point needs and is not there. */
static int check_files(struct work *work)
{
	char *counting = text_format("%s/libcount.so", work->conditions->build);
	const char *kernel = work->boot.kernel;
	int status = 0;

	if (access(kernel, R_OK))
		status = reason_set(work->answer->reason, "there is no kernel %s", kernel);
	else if (work->point->mode == COUNT && access(counting, R_OK))
		status = reason_set(work->answer->reason, "there is no counting plugin %s", counting);
	else if (work->point->mode == MODEL && access(work->preload, R_OK))
		status = reason_set(work->answer->reason, "there is no modelling plugin %s", work->preload);
	free(counting);
	return status;
}

static void release(struct work *work)
{
	free(work->name);
	free(work->plugin);
	free(work->preload);
	free(work->count_file);
	free(work->model_file);
	free(work->machine_file);
	point_boot_free(&work->boot);
}

void point_run(const struct conditions *conditions, const struct point *point, struct answer *answer)
{
	struct work work = { .conditions = conditions, .point = point, .answer = answer, .name = point_name(point, '-') };

	answer->repetitions = 0;
	answer->interrupted = 0;
	*answer->reason = 0;
	if (point_boot(conditions, point, &work.boot)) {
		reason_set(answer->reason, "the machine cannot be cut to so many cores");
	} else {
		work.session = (struct session){ .limit = limit_of(&work), .boot = work.boot.boot,
			.bind = point->mode == WALL && bind_possible(point->cores) };
		if (!check_memory(&work) && !prepare_plugin(&work) && !check_files(&work))
			measure_all(&work);
	}
	release(&work);
}
