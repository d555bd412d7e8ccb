/* plan.c - which points a sweep consists of
 * SPDX-License-Identifier: MIT */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"

enum { FIRST_LOOK_CORES = 16, FULL_CORES = 64 };

static int compare(const void *one, const void *other)
{
	unsigned int a = *(const unsigned int *)one, b = *(const unsigned int *)other;

	return (a > b) - (a < b);
}

/* Whether there is one machine whose parts are booted, rather than one made for each core count. */
static int has_machine(const struct plan *plan, const struct conditions *conditions)
{
	return conditions->machine_given || plan->modes[MODEL];
}

/* Powers of two, as far as the machine goes; all of a machine that was named, where they would go beyond it or FULL is wanted. */
static void default_cores(const struct plan *plan, const struct conditions *conditions, struct words *words)
{
	unsigned int most = has_machine(plan, conditions) ? conditions->machine.total : MACHINE_CORES_MAX;
	unsigned int last = setting_is_on(SETTING_FULL) ? FULL_CORES : FIRST_LOOK_CORES;

	for (unsigned int cores = 1; cores <= last && cores <= most; cores *= 2)
		words_add(words, "%u", cores);
	if (most < last ? most & (most - 1) : conditions->machine_given && setting_is_on(SETTING_FULL) && most > last)
		words_add(words, "%u", most);
}

static int read_cores(struct plan *plan, const struct conditions *conditions)
{
	struct words words = { 0 };
	int status = 0;

	if (setting_given(SETTING_CORES))
		words_split(&words, setting(SETTING_CORES));
	else
		default_cores(plan, conditions, &words);
	plan->cores = calloc(words.count + 1, sizeof(*plan->cores));
	for (size_t i = 0; i < words.count && plan->cores; i++) {
		long cores = text_number(words.list[i], 1, MACHINE_CORES_MAX);

		if (cores < 0)
			status = complain("CORES: '%s' is not a number from 1 to %d; name core counts as in CORES=\"1 2 4\"", words.list[i],
					  MACHINE_CORES_MAX);
		else
			plan->cores[plan->core_counts++] = (unsigned int)cores;
	}
	words_free(&words);
	if (!status && !plan->core_counts)
		return complain("CORES names no core count; name some as in CORES=\"1 2 4\"");
	qsort(plan->cores, plan->core_counts, sizeof(*plan->cores), compare);
	for (size_t i = 1; i < plan->core_counts; i++)
		if (plan->cores[i] == plan->cores[i - 1])
			status = complain("CORES names %u twice", plan->cores[i]);
	return status;
}

/* Sets found[i] for each word that is names(i); complains of one that is none. */
static int choose(const char *variable, const char *text, const char *(*names)(unsigned int), int *found)
{
	struct words words = { 0 };
	int status = 0;

	words_split(&words, text);
	for (size_t w = 0; w < words.count; w++) {
		unsigned int i = 0;

		while (names(i) && strcmp(names(i), words.list[w]))
			i++;
		if (names(i))
			found[i] = 1;
		else
			status = complain("%s: there is no '%s'", variable, words.list[w]);
	}
	words_free(&words);
	if (status) {
		struct words known = { 0 };
		char *list;

		for (unsigned int i = 0; names(i); i++)
			words_add(&known, "%s", names(i));
		list = words_join(&known);
		complain("%s takes: %s", variable, list);
		free(list);
		words_free(&known);
	}
	return status;
}

static const char *system_name(unsigned int i)
{
	return i < 2 ? (const char *const[]){ "tessera", "linux" }[i] : NULL;
}

static const char *mode_name(unsigned int i)
{
	return i < MODES ? mode_names[i] : NULL;
}

static const char *test_name(unsigned int i)
{
	return test_at(i) ? test_at(i)->name : NULL;
}

static void add_points(struct plan *plan, const struct test *test, enum systems system, const struct composition *composition,
		       enum mode mode)
{
	for (size_t i = 0; i < plan->core_counts; i++) {
		if (plan->cores[i] < test->fewest)
			continue;
		plan->points = realloc(plan->points, (plan->count + 1) * sizeof(*plan->points));
		if (!plan->points)
			abort();
		plan->points[plan->count++] = (struct point){ system, composition, test, mode, plan->cores[i] };
	}
}

static void add_test(struct plan *plan, const struct test *test)
{
	for (enum mode mode = 0; mode < MODES; mode++) {
		const struct composition *composition;

		if (!plan->modes[mode] || !test->operations[mode] || (mode != WALL && test_is_footprint(test)))
			continue;
		for (unsigned int i = 0; plan->systems & test->systems & TESSERA && (composition = composition_at(i)); i++)
			if (composition_runs(composition, test))
				add_points(plan, test, TESSERA, composition, mode);
		if (plan->systems & test->systems & LINUX)
			add_points(plan, test, LINUX, NULL, mode);
	}
}

/* The machine that was given or is modelled. */
static int read_machine(const struct plan *plan, struct conditions *conditions)
{
	char *topology;
	int status;

	conditions->machine_given = setting_given(SETTING_MACHINE);
	if (plan->modes[MODEL] && modelled_read(&conditions->modelled, setting(SETTING_MACHINE), setting(SETTING_COSTS)))
		return -1;
	if (!plan->modes[MODEL] && (setting_given(SETTING_COSTS) || setting_given(SETTING_QUANTUM)))
		return complain("COSTS and QUANTUM are mode model's alone: add MODE=model, or leave them out");
	if (!has_machine(plan, conditions))
		return 0;
	topology = plan->modes[MODEL] ? text_format("%s", conditions->modelled.topology) : modelled_topology(setting(SETTING_MACHINE));
	status = topology ? machine_describe(&conditions->machine, topology, 0) : -1;
	free(topology);
	return status;
}

/* What the plugin could not model of a part. */
static int check_modelled(const struct modelled *modelled, const struct machine *part, unsigned int cores)
{
	unsigned long mib = machine_memory(part, setting_memory(cores));

	if (modelled->hop_rows && modelled->hop_rows < part->packages)
		return complain("MACHINE=%s: %u cores are in %u packages, and it says hops of %u: add lines, or name fewer CORES",
				modelled->name, cores, part->packages, modelled->hop_rows);
	if (mib > MACHINE_MEMORY_MOST >> 20)
		return complain("MEM: %lu MiB at %u cores are more than the %llu MiB that can be modelled", mib, cores,
				(unsigned long long)MACHINE_MEMORY_MOST >> 20);
	return 0;
}

/* Whether each part of the machine that will be booted can be. */
static int check_parts(const struct plan *plan, const struct conditions *conditions)
{
	for (size_t i = 0; i < plan->core_counts && has_machine(plan, conditions); i++) {
		struct machine part = conditions->machine;

		if (machine_restrict(&part, plan->cores[i]) || (plan->modes[MODEL] && check_modelled(&conditions->modelled, &part, plan->cores[i])))
			return -1;
	}
	return 0;
}

static int check_cores(const struct plan *plan, const struct conditions *conditions)
{
	unsigned int most = plan->cores[plan->core_counts - 1];

	if (has_machine(plan, conditions) && most > conditions->machine.total)
		return complain("CORES asks for %u cores, %s has %u: name a larger MACHINE, or fewer cores", most,
				conditions->machine_given ? "MACHINE" : "the modelled machine " MODELLED_DEFAULT,
				conditions->machine.total);
	if (plan->cores[0] < conditions->workers)
		return complain("WORKERS='%u': CORES has a point of %u cores; it needs as many as workers", conditions->workers,
				plan->cores[0]);
	return check_parts(plan, conditions);
}

int plan_make(struct plan *plan, struct conditions *conditions, enum systems available)
{
	int systems[2] = { 0 }, chosen[TESTS_MAX] = { 0 };
	int everything = !setting_given(SETTING_TESTS) && setting_is_on(SETTING_FULL);

	*plan = (struct plan){ 0 };
	if (choose("SYSTEMS", setting(SETTING_SYSTEMS), system_name, systems) ||
	    choose("MODE", setting(SETTING_MODE), mode_name, plan->modes) ||
	    choose("TESTS", setting(SETTING_TESTS), test_name, chosen) || read_machine(plan, conditions) ||
	    read_cores(plan, conditions) || check_cores(plan, conditions))
		return -1;
	plan->systems = (systems[0] ? TESSERA : 0) | (systems[1] ? LINUX : 0);
	plan->unavailable = plan->systems & ~available;
	plan->systems &= available;
	for (unsigned int i = 0; i < TESTS_MAX && test_at(i); i++)
		if (everything || chosen[i])
			plan->chosen[plan->tests++] = test_at(i);
	for (size_t i = 0; i < plan->tests; i++)
		add_test(plan, plan->chosen[i]);
	if (plan->unavailable & LINUX)
		complain("there is no Linux kernel in %s/linux (make linux fetches it): going on without", setting(SETTING_BUILD));
	return plan->count ? 0 : complain("nothing to run: the chosen tests need other systems, modes or more cores");
}

void plan_explain(const struct plan *plan, struct results *results)
{
	if (plan->unavailable & LINUX)
		results_note(results, "skipped: linux: its kernel could not be fetched");
	for (size_t i = 0; i < plan->tests; i++) {
		for (enum mode mode = 0; mode < MODES; mode++)
			if (plan->modes[mode] && !plan->chosen[i]->operations[mode])
				results_note(results, "skipped: %s in mode %s: it takes too long there", plan->chosen[i]->name,
					     mode_names[mode]);
		if (plan->cores[0] < plan->chosen[i]->fewest)
			results_note(results, "skipped: %s below %u cores: it has no meaning there", plan->chosen[i]->name,
				     plan->chosen[i]->fewest);
	}
}

void plan_free(struct plan *plan)
{
	free(plan->points);
	free(plan->cores);
}
