/* run.h - `runner run` and `runner debug`: one boot with its console on the terminal
 * SPDX-License-Identifier: MIT
 * The exit status is the first program's, or 128 + signal as the kernel reports it; EXIT_* otherwise.
 * A debugged machine waits for the debugger that standard input, a socket, leads to, and ends when that is closed.
 * Context: called once, by main. */
#ifndef RUNNER_RUN_H
#define RUNNER_RUN_H

enum exit_status {
	EXIT_USAGE = 1,
	EXIT_NOTHING = 3, /* a sweep without one figure, or one that could not be written */
	EXIT_TIMEOUT = 124,
	EXIT_MACHINE = 125, /* panic, reset, emulator: the machine failed, not the program */
	EXIT_SIGNAL = 128,
};

enum run_mode { RUN_FREE, RUN_DEBUGGED };

int run(enum run_mode mode);

#endif
