/* scale.c - `runner scale`: every point of every curve, one boot at a time
 * SPDX-License-Identifier: MIT */
#include "scale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "plan.h"
#include "progress.h"
#include "run.h"
#include "session.h"
#include "settings.h"

enum { BASE_LIMIT = 120, CORE_LIMIT = 10, LONGEST_LIMIT = 86400, REPETITIONS = 3, REPETITIONS_MAX = 100 };

struct sweep {
	struct plan plan;
	struct results results;
	struct progress progress;
	const char *build, *accelerator;
	unsigned int repetitions, limit; /* 0: not given */
	unsigned int failed;
	int interrupted; /* signal, or 0 */
};

/* A wall-clock figure from more cores than the host has is not worth a second boot; a count is exact in one. */
static unsigned int boots_of(const struct sweep *sweep, const struct point *point)
{
	if (point->mode == COUNT)
		return 1;
	if (sweep->repetitions)
		return sweep->repetitions;
	return bind_possible(point->cores) ? REPETITIONS : 1;
}

/* Firmware and boot cost the same at any size; the rest grows with the cores. */
static double weight(const struct sweep *sweep, const struct point *point)
{
	return boots_of(sweep, point) * (4.0 + point->cores) * (point->system == LINUX ? 2 : 1);
}

static char *kernel_of(const struct sweep *sweep, const struct point *point)
{
	return point->composition ? text_format("%s/%s", sweep->build, point->composition->kernel) :
				    text_format("%s/linux/vmlinuz", sweep->build);
}

static char *append_of(const struct point *point)
{
	const struct test *test = point->test;
	char *bench = text_format("/bin/bench%s %s %u %lu", point->system == LINUX ? "" : " --", test->name, point->cores,
				  test->operations[point->mode]);
	char *append;

	if (point->system == LINUX)
		append = text_format("console=ttyS0 quiet panic=-1 rdinit=/bin/linux-init mitigations=off%s%s -- %s",
				     setting_given(SETTING_APPEND) ? " " : "", setting(SETTING_APPEND), bench);
	else
		append = text_format("%s%s%s%sinit=%s", point->composition->append, *point->composition->append ? " " : "",
				     setting(SETTING_APPEND), setting_given(SETTING_APPEND) ? " " : "", bench);
	free(bench);
	return append;
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

/* One boot, judged. */
static int measure(struct sweep *sweep, const struct point *point, const struct session *session, const char *count_file,
		   struct readings *readings)
{
	struct outcome outcome;
	struct counts counts;
	int status = -1;

	*readings = (struct readings){ 0 };
	if (session_run(session, &outcome)) {
		snprintf(readings->reason, REASON_LENGTH, "the emulator could not be started");
		return -1;
	}
	if (outcome.ending == ENDING_INTERRUPTED)
		sweep->interrupted = outcome.status;
	if (!program_status(point, &outcome, readings->reason) &&
	    (point->mode == WALL || !count_file_read(&counts, count_file, readings->reason)))
		status = readings_take(readings, point->test, session->boot.machine, point->cores,
				       outcome.console ? outcome.console : "", point->mode == COUNT ? &counts : NULL, point->system);
	outcome_free(&outcome);
	return status;
}

/* Nobody has a sweep's console in view: says where it is kept. */
static void name_log(char reason[REASON_LENGTH], const char *log)
{
	size_t length = strlen(reason);

	snprintf(reason + length, REASON_LENGTH - length, " (log: %s)", log);
}

/* All boots of a point; the first that fails ends it, with its reason in the last reading. Returns boots done well. */
static unsigned int measure_all(struct sweep *sweep, const struct point *point, struct session *session,
				struct readings *readings, unsigned int boots)
{
	char *name = point_name(point, '-');
	unsigned int boot;
	int failed = 0;

	for (boot = 0; boot < boots && !failed; boot++) {
		char *log = text_format("%s/logs/%s-%u.log", sweep->results.folder, name, boot + 1);
		char *count_file = text_format("%s/logs/%s.count", sweep->results.folder, name);
		char *plugin = text_format("%s/libcount.so,out=%s", sweep->build, count_file);

		session->log = log;
		session->boot.plugin = point->mode == COUNT ? plugin : NULL;
		failed = measure(sweep, point, session, count_file, &readings[boot]);
		if (failed)
			name_log(readings[boot].reason, log);
		free(plugin);
		free(count_file);
		free(log);
	}
	free(name);
	return failed ? boot - 1 : boots;
}

/* The part of the machine that a point needs; I: plan_make has checked that it can be cut so. */
static int point_machine(const struct sweep *sweep, const struct point *point, struct machine *machine)
{
	if (setting_given(SETTING_MACHINE))
		*machine = sweep->plan.machine;
	else
		machine_describe(machine, NULL, point->cores);
	return machine_restrict(machine, point->cores);
}

static const char *machine_name(void)
{
	const char *name = setting_given(SETTING_MACHINE) ? setting(SETTING_MACHINE) : "flat";

	return strchr(name, '/') ? strrchr(name, '/') + 1 : name;
}

/* What a point needs and is not there, or NULL. */
static const char *missing(const struct sweep *sweep, const struct point *point, const char *kernel)
{
	static char text[REASON_LENGTH];
	char *plugin = text_format("%s/libcount.so", sweep->build);

	*text = 0;
	if (access(kernel, R_OK))
		snprintf(text, sizeof(text), "there is no kernel %s", kernel);
	else if (point->mode == COUNT && access(plugin, R_OK))
		snprintf(text, sizeof(text), "there is no counting plugin %s", plugin);
	free(plugin);
	return *text ? text : NULL;
}

static void fail_point(struct sweep *sweep, const struct point *point, const char *name, const char *reason)
{
	sweep->failed++;
	results_note(&sweep->results, "failed: %s: %s", name, reason);
	progress_step(&sweep->progress, name, weight(sweep, point), reason);
}

static void run_point(struct sweep *sweep, const struct point *point)
{
	static struct readings readings[REPETITIONS_MAX];
	unsigned int boots = boots_of(sweep, point), done = 0;
	char *kernel = kernel_of(sweep, point), *append = append_of(point), *name = point_name(point, ' ');
	char *initrd = text_format("%s/initrd.cpio", sweep->build);
	const char *lacking = missing(sweep, point, kernel);
	struct machine machine;
	struct session session = { .limit = sweep->limit ? sweep->limit : BASE_LIMIT + CORE_LIMIT * point->cores, .boot = {
		.machine = &machine, .cores = point->cores, .mib = setting_memory(point->cores), .kernel = kernel,
		.initrd = initrd, .append = append, .accelerator = point->mode == COUNT ? "tcg" : sweep->accelerator,
	} };

	session.bind = point->mode == WALL && bind_possible(point->cores);
	progress_show(&sweep->progress, name);
	if (!lacking && point_machine(sweep, point, &machine))
		lacking = "the machine cannot be cut to so many cores";
	if (!lacking)
		done = measure_all(sweep, point, &session, readings, boots);
	if (done == boots) {
		results_rows(&sweep->results, point, machine_name(), readings, boots);
		progress_step(&sweep->progress, name, weight(sweep, point), "");
	} else if (!sweep->interrupted) {
		fail_point(sweep, point, name, lacking ? lacking : readings[done].reason);
	}
	free(initrd);
	free(name);
	free(append);
	free(kernel);
}

static void write_facts(struct sweep *sweep)
{
	const struct point *largest = &sweep->plan.points[0];
	char *kernel, *append, *initrd = text_format("%s/initrd.cpio", sweep->build), *linux_kernel;
	char linux_file[256] = "";
	struct machine machine;
	struct boot boot;
	struct words cores = { 0 };
	ssize_t length;

	for (size_t i = 1; i < sweep->plan.count; i++)
		largest = sweep->plan.points[i].cores > largest->cores ? &sweep->plan.points[i] : largest;
	for (size_t i = 0; i < sweep->plan.core_counts; i++)
		words_add(&cores, "%u", sweep->plan.cores[i]);
	kernel = kernel_of(sweep, largest);
	append = append_of(largest);
	linux_kernel = text_format("%s/linux/vmlinuz", sweep->build);
	length = readlink(linux_kernel, linux_file, sizeof(linux_file) - 1);
	if (!point_machine(sweep, largest, &machine)) {
		char *core_list = words_join(&cores);

		boot = (struct boot){ .machine = &machine, .cores = largest->cores, .mib = machine_memory(&machine, setting_memory(largest->cores)),
			.accelerator = sweep->accelerator, .kernel = kernel, .initrd = initrd, .append = append };
		facts_write(sweep->results.folder, &(struct facts){ .machine = machine_name(), .cores = core_list,
			.systems = setting(SETTING_SYSTEMS), .modes = setting(SETTING_MODE), .example = &boot,
			.linux_kernel = sweep->plan.systems & LINUX && length > 0 ? basename(linux_file) : NULL,
			.timed = sweep->plan.modes[WALL] });
		free(core_list);
	}
	words_free(&cores);
	free(linux_kernel);
	free(initrd);
	free(append);
	free(kernel);
}

static int read_settings(struct sweep *sweep, enum systems available)
{
	long repetitions = setting_given(SETTING_REPETITIONS) ? setting_number(SETTING_REPETITIONS, 1, REPETITIONS_MAX) : 0;
	long limit = setting_given(SETTING_TIMEOUT) ? setting_number(SETTING_TIMEOUT, 1, LONGEST_LIMIT) : 0;

	sweep->build = setting(SETTING_BUILD);
	sweep->accelerator = setting_accelerator();
	sweep->repetitions = (unsigned int)repetitions;
	sweep->limit = (unsigned int)limit;
	if (!sweep->accelerator || repetitions < 0 || limit < 0 || !setting_memory(1))
		return -1;
	return plan_make(&sweep->plan, available);
}

static int prepare(struct sweep *sweep)
{
	char *initrd, *linux_kernel = text_format("%s/linux/vmlinuz", setting(SETTING_BUILD));
	int status, has_linux = !access(linux_kernel, R_OK);

	free(linux_kernel);
	if (read_settings(sweep, has_linux ? BOTH : TESSERA))
		return -1;
	initrd = text_format("%s/initrd.cpio", sweep->build);
	status = access(initrd, R_OK) ? complain("there is no %s with the programs; build it with: make initrd", initrd) : 0;
	free(initrd);
	return status;
}

static void begin(struct sweep *sweep)
{
	unsigned int most = sweep->plan.cores[sweep->plan.core_counts - 1];
	double all = 0;

	for (size_t i = 0; i < sweep->plan.count; i++)
		all += weight(sweep, &sweep->plan.points[i]);
	fprintf(stderr, "runner: %zu points to %s; memory %lu MiB at %u cores\n", sweep->plan.count, sweep->results.folder,
		setting_memory(most), most);
	if (sweep->plan.modes[WALL] && !bind_possible(most))
		fprintf(stderr, "runner: this host runs %u vCPUs at a time; larger guests (up to %u cores) are not bound, "
			"and their wall-clock scaling means nothing; exact counts do not depend on it\n",
			bind_host_threads(), most);
	progress_begin(&sweep->progress, (unsigned int)sweep->plan.count, all);
}

/* The folder's name on standard output is for whoever draws it: `latest` may be another sweep's by then. */
static int end(struct sweep *sweep)
{
	int complete = !sweep->interrupted && sweep->results.rows && !sweep->results.broken;

	progress_end(&sweep->progress);
	if (sweep->interrupted)
		results_note(&sweep->results, "interrupted: %zu of %zu points are here", (size_t)sweep->progress.done, sweep->plan.count);
	if (sweep->failed)
		complain("%u of %zu points have no result; %s/report.txt says why", sweep->failed, sweep->plan.count,
			 sweep->results.folder);
	if (sweep->interrupted)
		complain("interrupted; what was measured is in %s", sweep->results.folder);
	else if (sweep->results.broken)
		complain("results.csv is not whole: make room, and measure again; %s/results/latest stays what it was", sweep->build);
	else if (!sweep->results.rows)
		complain("no point has a result: there is nothing to plot, and %s/results/latest stays what it was", sweep->build);
	else
		fprintf(stderr, "runner: %u figures in %s/results.csv\n", sweep->results.rows, sweep->results.folder);
	if (complete)
		puts(sweep->results.folder);
	results_finish(&sweep->results, sweep->build, complete);
	plan_free(&sweep->plan);
	if (sweep->interrupted)
		return EXIT_SIGNAL + sweep->interrupted;
	if (!complete)
		return EXIT_NOTHING;
	return sweep->failed ? 1 : 0;
}

int scale_check(void)
{
	struct sweep sweep = { 0 };
	int status = read_settings(&sweep, BOTH);

	plan_free(&sweep.plan);
	return status ? EXIT_USAGE : 0;
}

int scale(void)
{
	static struct sweep sweep;

	if (prepare(&sweep))
		return EXIT_USAGE;
	if (results_open(&sweep.results, sweep.build))
		return EXIT_NOTHING;
	plan_explain(&sweep.plan, &sweep.results);
	write_facts(&sweep);
	begin(&sweep);
	for (size_t i = 0; i < sweep.plan.count && !sweep.interrupted; i++)
		run_point(&sweep, &sweep.plan.points[i]);
	return end(&sweep);
}
