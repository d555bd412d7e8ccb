/* windows.c - per-core accounts, each written by its own core alone
 * SPDX-License-Identifier: MIT */
#include "windows.h"
#include "privilege.h"
#include "ticks.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

enum privilege { PRIVILEGE_USER, PRIVILEGE_KERNEL, PRIVILEGES };

struct account {
	uint64_t instructions[PRIVILEGES];
	uint64_t events[WINDOW_EVENTS];
	uint64_t repeats;
	uint64_t tick_instructions, tick_lines;
};

enum window_state { WINDOW_CLOSED, WINDOW_OPEN, WINDOW_OPEN_ALL };

struct core {
	alignas(128) uint64_t last_pc[PRIVILEGES];
	enum window_state state;
	uint64_t windows;
	struct account own;    /* while this core's window is open */
	struct account others; /* while it is closed and another's WINDOW_ALL is open */
};

static struct core cores[WINDOW_CORES];
static atomic_int all_open;

void window_begin(unsigned int core, enum window_kind kind)
{
	window_end(core);
	/* The marker that brought us here is an instruction between. */
	memset(cores[core].last_pc, 0, sizeof(cores[core].last_pc));
	cores[core].windows++;
	cores[core].state = kind == WINDOW_ALL ? WINDOW_OPEN_ALL : WINDOW_OPEN;
	if (kind == WINDOW_ALL)
		atomic_fetch_add(&all_open, 1);
}

void window_end(unsigned int core)
{
	if (cores[core].state == WINDOW_OPEN_ALL)
		atomic_fetch_sub(&all_open, 1);
	cores[core].state = WINDOW_CLOSED;
}

static enum privilege privilege_of(uint64_t pc)
{
	return privilege_is_kernel(pc) ? PRIVILEGE_KERNEL : PRIVILEGE_USER;
}

enum window_scope window_scope(unsigned int core, uint64_t pc)
{
	if (cores[core].state != WINDOW_CLOSED)
		return SCOPE_OWN;
	if (privilege_of(pc) == PRIVILEGE_USER)
		return SCOPE_NONE;
	/* Relaxed: the edge of another core's window has no exact place in this core's stream. */
	return atomic_load_explicit(&all_open, memory_order_relaxed) ? SCOPE_OTHERS : SCOPE_NONE;
}

static struct account *account_find(unsigned int core, uint64_t pc)
{
	switch (window_scope(core, pc)) {
	case SCOPE_OWN: return &cores[core].own;
	case SCOPE_OTHERS: return &cores[core].others;
	default: return NULL;
	}
}

void window_instruction(unsigned int core, uint64_t pc)
{
	enum privilege privilege = privilege_of(pc);
	struct account *account = account_find(core, pc);
	int repeated = cores[core].last_pc[privilege] == pc;
	int ticking = ticks_instruction(core, pc);

	cores[core].last_pc[privilege] = pc;
	if (!account)
		return;
	if (repeated)
		account->repeats++;
	else if (ticking)
		account->tick_instructions++;
	else
		account->instructions[privilege]++;
}

void window_event(unsigned int core, uint64_t pc, enum window_event event)
{
	struct account *account = account_find(core, pc);

	if (!account)
		return;
	if (event == WINDOW_LINE_MOVED && ticks_inside(core))
		account->tick_lines++;
	else
		account->events[event]++;
}

static void account_report(FILE *file, const struct account *account)
{
	fprintf(file, "%ju %ju", (uintmax_t)account->instructions[PRIVILEGE_USER],
		(uintmax_t)account->instructions[PRIVILEGE_KERNEL]);
	for (unsigned int i = 0; i < WINDOW_EVENTS; i++)
		fprintf(file, " %ju", (uintmax_t)account->events[i]);
	fprintf(file, " %ju %ju %ju\n", (uintmax_t)account->repeats, (uintmax_t)account->tick_instructions,
		(uintmax_t)account->tick_lines);
}

static void account_add(struct account *sum, const struct account *account)
{
	for (unsigned int i = 0; i < PRIVILEGES; i++)
		sum->instructions[i] += account->instructions[i];
	for (unsigned int i = 0; i < WINDOW_EVENTS; i++)
		sum->events[i] += account->events[i];
	sum->repeats += account->repeats;
	sum->tick_instructions += account->tick_instructions;
	sum->tick_lines += account->tick_lines;
}

void windows_report(FILE *file)
{
	struct account others = { 0 };

	fprintf(file, "core user kernel lines_moved messages doorbells repeats tick_kernel tick_lines\n");
	for (unsigned int i = 0; i < WINDOW_CORES; i++) {
		account_add(&others, &cores[i].others);
		if (cores[i].windows) {
			fprintf(file, "%u ", i);
			account_report(file, &cores[i].own);
		}
	}
	fprintf(file, "all ");
	account_report(file, &others);
}
