/* model_file.h - what the modelling plugin wrote of one boot: windows, accounts, contended lines
 * SPDX-License-Identifier: MIT
 * Strict: a file that is cut, or has a line that is not understood, has no figures at all.
 * Context: one thread, may allocate; pure, but for reading the file.
 * I1 windows are in the order in which each core opened its own
 * Tested by test/run */
#ifndef RUNNER_MODEL_FILE_H
#define RUNNER_MODEL_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* Columns of an account, in the file's order. */
enum account {
	ACCOUNT_USER, ACCOUNT_KERNEL, ACCOUNT_READ, ACCOUNT_WRITTEN, ACCOUNT_NEAR, ACCOUNT_MEMORY, ACCOUNT_MESSAGES,
	ACCOUNT_DOORBELLS, ACCOUNT_CYCLES_MEMORY, ACCOUNT_CYCLES_WAITED, ACCOUNT_CYCLES_WALKS, ACCOUNT_CYCLES_PRIVILEGED,
	ACCOUNT_CYCLES_SEND, ACCOUNT_CYCLES_WAKE, ACCOUNT_CYCLES_INVALIDATE, ACCOUNT_CYCLES_ACKNOWLEDGE, ACCOUNT_ROUNDS_OVERLAPPED,
	ACCOUNTS,
};

enum { MODEL_REPETITIONS_MAX = 16 }; /* as many as the program takes */

struct model_window {
	unsigned int repetition, core;
	double cycles;
};

struct model_line {
	uint64_t address, physical;
	int owner; /* -1: none */
	unsigned int writers, readers;
	double moves, cycles;
	uint64_t taker, giver;
};

struct model_file {
	double mhz;
	unsigned int graces;
	struct model_window *windows;
	size_t window_count;
	struct model_line *lines;
	size_t line_count;
	/* Sums over all cores, others' work on their behalf included. */
	double accounts[MODEL_REPETITIONS_MAX + 1][ACCOUNTS];
};

/* 0, or -1 with a reason. */
int model_file_read(struct model_file *model, const char *file, char reason[REASON_LENGTH]);
void model_file_free(struct model_file *model);

#endif
