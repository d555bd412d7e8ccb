/* accounts.h - what each core did in its measured windows, repetition by repetition
 * SPDX-License-Identifier: MIT
 * A window belongs to the core that opened it (abi/marker.h) and to the repetition it lies in. While a window of kind ALL
 * is open anywhere, what cores without an open window do in the kernel goes to one more account of that
 * repetition, `others`. What programs do there is left out: they may be waiting in a loop.
 * Instructions are counted where their block begins. So a block that a page fault leaves midway is counted whole, and its
 * rest once more: the counting plugin (../count) is exact there.
 * Context: the carrier alone. Tested by tests/unit/accounts_test.c */
#ifndef MACHINE_ACCOUNTS_H
#define MACHINE_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { ACCOUNT_CORES = 256 };

enum privilege { PRIVILEGE_USER, PRIVILEGE_KERNEL, PRIVILEGES };

enum figure {
	FIGURE_USER, FIGURE_KERNEL,                /* instructions; numbered as privileges */
	FIGURE_READ, FIGURE_WRITTEN, FIGURE_NEAR, FIGURE_MEMORY, /* lines, by source */
	FIGURE_MESSAGES, FIGURE_DOORBELLS,
	FIGURE_CYCLES_MEMORY, FIGURE_CYCLES_WAITED, FIGURE_CYCLES_WALKS, FIGURE_CYCLES_PRIVILEGED,
	FIGURE_CYCLES_SEND, FIGURE_CYCLES_WAKE, FIGURE_CYCLES_INVALIDATE, FIGURE_CYCLES_ACKNOWLEDGE, /* of rounds; in the order of rounds.h */
	FIGURE_ROUNDS_OVERLAPPED,
	FIGURES,
};

struct account {
	uint64_t figures[FIGURES];
};

enum window_kind { WINDOW_OWN, WINDOW_ALL };

/* At meetings: what begins from now on belongs to this repetition. 0 is the warm-up: nothing was before it. No window may be open. */
void accounts_repetition(unsigned int repetition);

void accounts_begin(unsigned int core, uint64_t clock, enum window_kind kind);
void accounts_end(unsigned int core, uint64_t clock);

/* Where this core's work at this privilege goes right now; never null. Good until a window is opened or closed anywhere. */
struct account *accounts_of(unsigned int core, enum privilege privilege);

/* Whether any core's window is open. */
bool accounts_any_open(void);

/* Whether that account is one that is reported. */
bool accounts_counts(const struct account *account);

/* Writes the lines `window`, `account` and `others`. */
void accounts_report(FILE *file);

#endif
