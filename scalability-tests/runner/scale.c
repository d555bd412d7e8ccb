/* scale.c - `runner scale`: every point of every curve
 * SPDX-License-Identifier: MIT */
#include "scale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bind.h"
#include "clock.h"
#include "facts.h"
#include "forecast.h"
#include "jobs.h"
#include "plan.h"
#include "progress.h"
#include "run.h"
#include "settings.h"

enum { LONGEST_LIMIT = 86400, QUANTUM_MAX = 1000000 };

struct sweep {
	struct plan plan;
	struct conditions conditions;
	struct results results;
	struct progress progress;
	struct jobs jobs;
	struct forecast forecast;
	double *started; /* of each point: since when it is at work, or 0 */
	char *ended;
	unsigned int jobs_wanted; /* boots of mode model side by side; 0: not given */
	unsigned int failed;
};

/* A modelled machine keeps one core of the host busy, whatever its size; all others want the host for themselves. */
static unsigned int room_for(const struct sweep *sweep, const struct point *point)
{
	return point->mode == MODEL ? sweep->jobs_wanted : 1;
}

/* The longest of what is at work, or all that is left, spread over as many as run at once. */
static double time_left(const struct sweep *sweep)
{
	double all = 0, longest = 0;

	for (size_t i = 0; i < sweep->plan.count; i++) {
		double forecast = forecast_of(&sweep->forecast, i), left;
		double worked = sweep->started[i] ? clock_seconds() - sweep->started[i] : 0;

		if (sweep->ended[i])
			continue;
		if (forecast < 0)
			return -1;
		left = forecast > worked ? forecast - worked : worked - forecast; /* overdue: who knows; as long again */
		all += left / room_for(sweep, &sweep->plan.points[i]);
		longest = left > longest ? left : longest;
	}
	return all > longest ? all : longest;
}

static void take_answer(struct sweep *sweep, size_t index, const struct answer *answer)
{
	const struct point *point = &sweep->plan.points[index];
	char *name = point_name(point, ' ');

	sweep->ended[index] = 1;
	forecast_took(&sweep->forecast, index, answer->seconds);
	progress_left(&sweep->progress, time_left(sweep));
	if (answer->repetitions) {
		results_rows(&sweep->results, point, point_machine_name(&sweep->conditions, point), answer);
		progress_step(&sweep->progress, name, "");
	} else if (!sweep->jobs.interrupted) {
		sweep->failed++;
		results_note(&sweep->results, "failed: %s: %s", name, answer->reason);
		progress_step(&sweep->progress, name, answer->reason);
	}
	free(name);
}

/* Waits for one to end; meanwhile the time left is counted down. */
static void take_one(struct sweep *sweep, const char *what)
{
	const struct job *job;

	while (!(job = jobs_wait(&sweep->jobs))) {
		progress_left(&sweep->progress, time_left(sweep));
		progress_show(&sweep->progress, what);
	}
	take_answer(sweep, job->point, job->answer);
}

static void run_points(struct sweep *sweep)
{
	unsigned int room = 1; /* for what is at work, and another beside it */
	char *name = text_format("%s", "");

	for (size_t i = 0; i < sweep->plan.count && !sweep->jobs.interrupted; i++) {
		const struct point *point = &sweep->plan.points[i];

		room = room_for(sweep, point) < room ? room_for(sweep, point) : room;
		while (sweep->jobs.running >= room)
			take_one(sweep, name);
		room = room_for(sweep, point);
		free(name);
		name = point_name(point, ' ');
		progress_show(&sweep->progress, name);
		sweep->started[i] = clock_seconds();
		if (!sweep->jobs.interrupted && jobs_start(&sweep->jobs, &sweep->conditions, point, i))
			take_answer(sweep, i, &(struct answer){ .reason = "no process could be made for it" });
	}
	while (sweep->jobs.running)
		take_one(sweep, name);
	free(name);
}

static const struct point *largest_point(const struct plan *plan)
{
	const struct point *largest = &plan->points[0];

	for (size_t i = 1; i < plan->count; i++)
		largest = plan->points[i].cores > largest->cores ? &plan->points[i] : largest;
	return largest;
}

/* MiB of the largest guest of those that may run side by side. */
static unsigned long largest_memory(const struct plan *plan)
{
	unsigned long most = setting_memory(1);

	for (size_t i = 0; i < plan->count; i++)
		if (plan->points[i].mode == MODEL && point_memory(&plan->points[i]) > most)
			most = point_memory(&plan->points[i]);
	return most;
}

static void write_facts(struct sweep *sweep)
{
	const struct point *largest = largest_point(&sweep->plan);
	char *core_list, *linux_kernel = text_format("%s/linux/vmlinuz", sweep->conditions.build);
	char linux_file[256] = "";
	struct point_boot boot;
	struct words cores = { 0 };
	ssize_t length = readlink(linux_kernel, linux_file, sizeof(linux_file) - 1);

	for (size_t i = 0; i < sweep->plan.core_counts; i++)
		words_add(&cores, "%u", sweep->plan.cores[i]);
	core_list = words_join(&cores);
	if (!point_boot(&sweep->conditions, largest, &boot)) {
		facts_write(sweep->results.folder, &(struct facts){ .machine = point_machine_name(&sweep->conditions, largest),
			.cores = core_list, .systems = setting(SETTING_SYSTEMS), .modes = setting(SETTING_MODE), .example = &boot.boot,
			.modelled = sweep->plan.modes[MODEL] ? &sweep->conditions.modelled : NULL, .workers = sweep->conditions.workers,
			.linux_kernel = sweep->plan.systems & LINUX && length > 0 ? basename(linux_file) : NULL,
			.timed = sweep->plan.modes[WALL] });
		point_boot_free(&boot);
	}
	free(core_list);
	words_free(&cores);
	free(linux_kernel);
}

/* A number that may be left out: 0 then, or -1 complained of. */
static long optional_number(enum setting which, long low, long high)
{
	return setting_given(which) ? setting_number(which, low, high) : 0;
}

static int read_settings(struct sweep *sweep, enum systems available)
{
	struct conditions *conditions = &sweep->conditions;
	long repetitions = optional_number(SETTING_REPETITIONS, 1, REPETITIONS_MAX);
	long limit = optional_number(SETTING_TIMEOUT, 1, LONGEST_LIMIT);
	long quantum = optional_number(SETTING_QUANTUM, 1, QUANTUM_MAX);
	long workers = optional_number(SETTING_WORKERS, 1, MACHINE_CORES_MAX);
	long jobs = optional_number(SETTING_JOBS, 1, JOBS_MAX);

	conditions->build = setting(SETTING_BUILD);
	conditions->accelerator = setting_accelerator();
	conditions->repetitions = (unsigned int)repetitions;
	conditions->limit = (unsigned int)limit;
	conditions->workers = (unsigned int)workers;
	conditions->quantum = (unsigned int)quantum;
	sweep->jobs_wanted = (unsigned int)jobs;
	if (!conditions->accelerator || repetitions < 0 || limit < 0 || workers < 0 || quantum < 0 || jobs < 0 || !setting_memory(1) ||
	    plan_make(&sweep->plan, conditions, available))
		return -1;
	if ((sweep->plan.modes[COUNT] || sweep->plan.modes[MODEL]) && conditions->build[strcspn(conditions->build, ",:=")])
		return complain("BUILD='%s': names of the emulator's plugins may hold no comma, colon or equals sign; name another folder",
				conditions->build);
	if (sweep->plan.modes[MODEL] && repetitions > MODEL_REPETITIONS_MAX)
		return complain("REPETITIONS='%ld': mode model takes at most %d, which are all in one boot", repetitions,
				MODEL_REPETITIONS_MAX);
	return sweep->plan.modes[COUNT] || sweep->plan.modes[MODEL] ? emulator_has_plugins() : 0;
}

static int prepare(struct sweep *sweep)
{
	char *initrd, *linux_kernel = text_format("%s/linux/vmlinuz", setting(SETTING_BUILD));
	int status, has_linux = !access(linux_kernel, R_OK);

	free(linux_kernel);
	if (read_settings(sweep, has_linux ? BOTH : TESSERA))
		return -1;
	initrd = text_format("%s/initrd.cpio", sweep->conditions.build);
	status = access(initrd, R_OK) ? complain("there is no %s with the programs; build it with: make initrd", initrd) : 0;
	free(initrd);
	return status;
}

/* What a reader of the curves has to know, before anything is measured. */
static void warn(const struct sweep *sweep, unsigned int most)
{
	char *map = text_format("%s/linux/System.map", sweep->conditions.build);

	if (sweep->plan.modes[WALL] && !bind_possible(most))
		fprintf(stderr, "runner: this host runs %u vCPUs at a time; larger guests (up to %u cores) are not bound, "
			"and their wall-clock scaling means nothing; exact counts and modelled time do not depend on it\n",
			bind_host_threads(), most);
	if (sweep->plan.modes[MODEL] && sweep->plan.systems & LINUX && access(map, R_OK))
		complain("there is no %s (make linux makes it): Linux's contended lines stay without names", map);
	free(map);
}

static int begin(struct sweep *sweep)
{
	unsigned int most = sweep->plan.cores[sweep->plan.core_counts - 1];

	sweep->started = calloc(sweep->plan.count, sizeof(*sweep->started));
	sweep->ended = calloc(sweep->plan.count, sizeof(*sweep->ended));
	if (!sweep->started || !sweep->ended)
		return complain("there is no memory for so many points");
	if (!sweep->jobs_wanted)
		sweep->jobs_wanted = jobs_default(largest_memory(&sweep->plan));
	sweep->conditions.folder = sweep->results.folder;
	plan_explain(&sweep->plan, &sweep->results);
	write_facts(sweep);
	fprintf(stderr, "runner: %zu points to %s; memory %lu MiB at %u cores\n", sweep->plan.count, sweep->results.folder,
		setting_memory(most), most);
	warn(sweep, most);
	forecast_begin(&sweep->forecast, &sweep->plan, &sweep->conditions);
	progress_begin(&sweep->progress, (unsigned int)sweep->plan.count);
	return jobs_begin(&sweep->jobs, sweep->jobs_wanted);
}

/* The folder's name on standard output is for whoever draws it: `latest` may be another sweep's by then. */
static int end(struct sweep *sweep)
{
	const char *build = sweep->conditions.build;
	int interrupted = sweep->jobs.interrupted;
	int complete = !interrupted && sweep->results.rows && !sweep->results.broken;

	progress_end(&sweep->progress);
	if (interrupted)
		results_note(&sweep->results, "interrupted: %zu of %zu points are here", (size_t)sweep->progress.done, sweep->plan.count);
	if (sweep->failed)
		complain("%u of %zu points have no result; %s", sweep->failed, sweep->plan.count,
			 sweep->results.broken ? "nor is there room to say why" : "report.txt in their folder says why");
	if (interrupted)
		complain("interrupted; what was measured is in %s", sweep->results.folder);
	else if (sweep->results.broken)
		complain("%s is not whole: make room, and measure again; %s/results/latest stays what it was", sweep->results.folder, build);
	else if (!sweep->results.rows)
		complain("no point has a result: there is nothing to plot, and %s/results/latest stays what it was", build);
	else
		fprintf(stderr, "runner: %u figures in %s/results.csv\n", sweep->results.rows, sweep->results.folder);
	if (complete)
		puts(sweep->results.folder);
	results_finish(&sweep->results, build, complete);
	forecast_end(&sweep->forecast);
	free(sweep->started);
	free(sweep->ended);
	plan_free(&sweep->plan);
	modelled_free(&sweep->conditions.modelled);
	if (interrupted)
		return EXIT_SIGNAL + interrupted;
	if (!complete)
		return EXIT_NOTHING;
	return sweep->failed ? 1 : 0;
}

int scale_check(void)
{
	static struct sweep sweep;
	int status = read_settings(&sweep, BOTH);

	plan_free(&sweep.plan);
	modelled_free(&sweep.conditions.modelled);
	return status ? EXIT_USAGE : 0;
}

int scale(void)
{
	static struct sweep sweep;

	if (prepare(&sweep))
		return EXIT_USAGE;
	if (results_open(&sweep.results, sweep.conditions.build) || begin(&sweep))
		return EXIT_NOTHING;
	run_points(&sweep);
	jobs_end(&sweep.jobs);
	return end(&sweep);
}
