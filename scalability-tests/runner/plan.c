/* plan.c - which points a sweep consists of
 * SPDX-License-Identifier: MIT */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"

static int compare(const void *one, const void *other)
{
	unsigned int a = *(const unsigned int *)one, b = *(const unsigned int *)other;

	return (a > b) - (a < b);
}

/* Powers of two up to the machine's size, and that size itself. */
static void all_powers(unsigned int most, struct words *words)
{
	for (unsigned int cores = 1; cores < most; cores *= 2)
		words_add(words, "%u", cores);
	words_add(words, "%u", most);
}

static int read_cores(struct plan *plan)
{
	struct words words = { 0 };
	int status = 0;

	if (setting_given(SETTING_MACHINE) && !setting_given(SETTING_CORES))
		all_powers(plan->machine.total, &words);
	else
		words_split(&words, setting(SETTING_CORES));
	plan->cores = calloc(words.count + 1, sizeof(*plan->cores));
	for (size_t i = 0; i < words.count && plan->cores; i++) {
		long cores = text_number(words.list[i], 1, MACHINE_CORES_MAX);

		if (cores < 0)
			status = complain("CORES: '%s' is not a number from 1 to %d", words.list[i], MACHINE_CORES_MAX);
		else
			plan->cores[plan->core_counts++] = (unsigned int)cores;
	}
	words_free(&words);
	if (!status && !plan->core_counts)
		return complain("CORES names no core count");
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

		if (!plan->modes[mode] || (mode == COUNT && test_is_footprint(test)))
			continue;
		for (unsigned int i = 0; plan->systems & test->systems & TESSERA && (composition = composition_at(i)); i++)
			if (composition_runs(composition, test))
				add_points(plan, test, TESSERA, composition, mode);
		if (plan->systems & test->systems & LINUX)
			add_points(plan, test, LINUX, NULL, mode);
	}
}

int plan_make(struct plan *plan, enum systems available)
{
	int systems[2] = { 0 }, chosen[PLAN_TESTS_MAX] = { 0 };
	int everything = !setting_given(SETTING_TESTS);

	*plan = (struct plan){ 0 };
	if (setting_given(SETTING_MACHINE) && machine_describe(&plan->machine, setting(SETTING_MACHINE), 0))
		return -1;
	if (read_cores(plan) || choose("SYSTEMS", setting(SETTING_SYSTEMS), system_name, systems) ||
	    choose("MODE", setting(SETTING_MODE), mode_name, plan->modes) ||
	    choose("TESTS", setting(SETTING_TESTS), test_name, chosen))
		return -1;
	if (plan->cores[plan->core_counts - 1] > plan->machine.total && setting_given(SETTING_MACHINE))
		return complain("CORES asks for %u cores, MACHINE has %u", plan->cores[plan->core_counts - 1], plan->machine.total);
	plan->systems = (systems[0] ? TESSERA : 0) | (systems[1] ? LINUX : 0);
	plan->unavailable = plan->systems & ~available;
	plan->systems &= available;
	for (unsigned int i = 0; i < PLAN_TESTS_MAX && test_at(i); i++)
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
	for (size_t i = 0; i < plan->tests; i++)
		if (plan->cores[0] < plan->chosen[i]->fewest)
			results_note(results, "skipped: %s below %u cores: it has no meaning there", plan->chosen[i]->name,
				     plan->chosen[i]->fewest);
}

void plan_free(struct plan *plan)
{
	free(plan->points);
	free(plan->cores);
}
