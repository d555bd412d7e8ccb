/* session.h - one boot from start to end: what is read, what is waited for, how it ended
 * SPDX-License-Identifier: MIT
 * A session waits for events alone (console, report, control, the child's end, a signal, the time limit) and
 * leaves no process and no file but its log. The report on COM2 is believed before anything else; a
 * guest that ended without one is told apart by how it ended: power-off, reset (triple fault), or neither.
 * Context: one thread, one session at a time; the interrupting signals must be blocked (session_signals).
 * I1 when session_run returns, the emulator's process group is empty
 * Tested by tests.sh */
#ifndef RUNNER_SESSION_H
#define RUNNER_SESSION_H

#include <signal.h>
#include <stdio.h>

#include "bind.h"
#include "emulator.h"

enum ending {
	ENDING_REPORTED,    /* status is the first program's */
	ENDING_POWERED_OFF, /* in order, but without a report: what a system that knows no report channel does */
	ENDING_PANIC,
	ENDING_RESET,
	ENDING_TIMEOUT,
	ENDING_INTERRUPTED, /* status is the signal */
	ENDING_EMULATOR,    /* the emulator refused, crashed or was killed */
};

struct session {
	struct boot boot;
	const char *log;    /* file for the console; NULL: none */
	unsigned int limit; /* seconds; 0: none */
	int interactive;    /* console to stdout as it comes, stdin to the guest */
	int bind;           /* bind vCPU threads to host cores */
};

struct outcome {
	enum ending ending;
	int status;
	double seconds;
	enum binding binding; /* when it was asked for */
	char *console;        /* all of it, terminated; freed by outcome_free */
	size_t console_length;
	char reason[REASON_LENGTH];    /* for people; empty when all is well */
};

/* Those that end a session, and the end of a child. */
sigset_t session_waited_signals(void);

/* Blocks the signals that a session waits for; call once, before anything else. */
void session_signals(void);

/* 0 when the boot took place, however it ended; -1 when there was none (complained). */
int session_run(const struct session *session, struct outcome *outcome);

void outcome_free(struct outcome *outcome);

#endif
