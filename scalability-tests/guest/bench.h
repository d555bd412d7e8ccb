/* bench.h - what one worker of one test does, and how its windows are measured
 * SPDX-License-Identifier: MIT
 * A test is a file's function that does `operations` operations and opens a window around them, and only
 * around them. The drivers (processes.c, threads.c) call it twice: to warm up, when windows stay closed,
 * and to measure. A test may open several windows; time and operations add up.
 * Context: a worker is a process or a thread pinned to one core.
 * I1 between window_open and window_close a worker does the measured operations and nothing else
 * I2 a result line is one write, so lines of two cores never mix */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#include "../../abi/marker.h"

#include <stdbool.h>
#include <stdint.h>

enum { BENCH_CORES = 256, NO_PARTNER = -1 };

struct work {
	const struct test *test;
	unsigned int worker, workers, core;
	int partner;              /* core of the other side, or NO_PARTNER */
	unsigned long operations; /* asked for */
	bool measuring;           /* false while warming up: windows stay closed */
	unsigned long done;       /* operations inside windows */
	uint64_t opened, nanoseconds;
	void *kept;               /* from the warm-up for what is measured, or null */
};

struct test {
	const char *name;
	/* Once, before any worker starts; may be null. */
	void (*prepare)(unsigned int workers);
	/* Sets work->partner; whether this worker takes part. Null: all do, alone. */
	bool (*assign)(struct work *work);
	void (*run)(struct work *work, unsigned long operations);
};

/* Which other cores count while the window is open: none, or their kernels' work on our behalf. */
enum window { WINDOW_OWN, WINDOW_ALL };

uint64_t clock_now(void); /* CLOCK_MONOTONIC, nanoseconds */
void window_open(struct work *work, enum window window);
void window_close(struct work *work, unsigned long operations);

/* Prints the windows' sum as one result line and starts a new sum. */
void result_print(struct work *work);
void result_line(const struct work *work, unsigned int core, unsigned long operations, uint64_t nanoseconds);

/* Ends the program: `bench: what`, with errno's text when error is not 0. */
_Noreturn void fail(const char *what, int error);

void core_pin(unsigned int core);

bool assign_worker(struct work *work);       /* through test->assign */
void worker_warm_up(struct work *work);      /* pins, starts tracking, warms up */
void worker_measure(struct work *work);
void worker_report(struct work *work);       /* prints what was measured, if anything was */

/* Every worker of a test; returns when all have ended. */
void processes_run(const char *program, const struct test *test, unsigned int workers, unsigned long operations);
void threads_run(const struct test *test, unsigned int workers, unsigned long operations);

/* The body of a worker process; starts to measure at `start` (CLOCK_MONOTONIC, nanoseconds). */
void process_worker(struct work *work, uint64_t start);

/* One per line of tests.def, in the file that does the work. */
#define X(name, arguments, systems, workers, unit, sentence) extern const struct test test_##name;
#include "../tests.def"
#undef X

#endif
