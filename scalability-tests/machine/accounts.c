/* accounts.c - a table of accounts by repetition and core, and a log of windows
 * SPDX-License-Identifier: MIT */
#include "accounts.h"

#include <stdlib.h>
#include <string.h>

enum { OTHERS = ACCOUNT_CORES, ACCOUNTS };

struct window {
	unsigned int repetition, core;
	uint64_t begin, end;
};

struct repetition {
	struct account accounts[ACCOUNTS];
};

static struct repetition *repetitions;
static unsigned int current;
static struct window *windows;
static size_t window_count, window_room;
static size_t open_window[ACCOUNT_CORES]; /* index and 1 more, or 0 */
static bool open_to_all[ACCOUNT_CORES];
static unsigned int any_open, all_open;
static struct account unreported;

static void *grow(void *memory, size_t size)
{
	void *larger = realloc(memory, size);

	if (!larger) {
		fprintf(stderr, "model: out of host memory for measured windows; ask for fewer operations or repetitions\n");
		exit(1);
	}
	return larger;
}

void accounts_repetition(unsigned int repetition)
{
	repetitions = grow(repetitions, (repetition + 1) * sizeof(*repetitions));
	memset(&repetitions[repetition], 0, sizeof(*repetitions));
	current = repetition;
	if (!repetition)
		window_count = 0;
}

void accounts_begin(unsigned int core, uint64_t clock, enum window_kind kind)
{
	accounts_end(core, clock);
	if (window_count == window_room) {
		window_room = window_room ? 2 * window_room : ACCOUNT_CORES;
		windows = grow(windows, window_room * sizeof(*windows));
	}
	windows[window_count++] = (struct window){ .repetition = current, .core = core, .begin = clock };
	open_window[core] = window_count;
	any_open++;
	open_to_all[core] = kind == WINDOW_ALL;
	all_open += kind == WINDOW_ALL;
}

void accounts_end(unsigned int core, uint64_t clock)
{
	if (!open_window[core])
		return;
	windows[open_window[core] - 1].end = clock;
	open_window[core] = 0;
	any_open--;
	all_open -= open_to_all[core];
	open_to_all[core] = false;
}

struct account *accounts_of(unsigned int core, enum privilege privilege)
{
	if (!repetitions)
		return &unreported;
	if (open_window[core])
		return &repetitions[current].accounts[core];
	if (all_open && privilege == PRIVILEGE_KERNEL)
		return &repetitions[current].accounts[OTHERS];
	return &unreported;
}

bool accounts_any_open(void)
{
	return any_open > 0;
}

bool accounts_counts(const struct account *account)
{
	return account != &unreported;
}

static void figures_report(FILE *file, const struct account *account)
{
	for (unsigned int i = 0; i < FIGURES; i++)
		fprintf(file, " %ju", (uintmax_t)account->figures[i]);
	fputc('\n', file);
}

static bool had_window(unsigned int repetition, unsigned int core)
{
	for (size_t i = 0; i < window_count; i++)
		if (windows[i].repetition == repetition && windows[i].core == core)
			return true;
	return false;
}

static void repetition_report(FILE *file, unsigned int repetition)
{
	bool any = false;

	for (unsigned int core = 0; core < ACCOUNT_CORES; core++) {
		if (!had_window(repetition, core))
			continue;
		any = true;
		fprintf(file, "account %u %u", repetition, core);
		figures_report(file, &repetitions[repetition].accounts[core]);
	}
	if (!any)
		return;
	fprintf(file, "others %u", repetition);
	figures_report(file, &repetitions[repetition].accounts[OTHERS]);
}

/* One that was never closed has no end, and is left out: whoever pairs windows with results notices. */
void accounts_report(FILE *file)
{
	for (unsigned int core = 0; core < ACCOUNT_CORES; core++)
		for (size_t i = 0; i < window_count; i++)
			if (windows[i].core == core && windows[i].end)
				fprintf(file, "window %u %u %ju %ju\n", windows[i].repetition, core, (uintmax_t)windows[i].begin,
					(uintmax_t)windows[i].end);
	for (unsigned int i = 0; repetitions && i <= current; i++)
		repetition_report(file, i);
}
