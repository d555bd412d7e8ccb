/* bench.h - what one worker of one test does, and how its windows are measured
 * SPDX-License-Identifier: MIT
 * A test is a file's function that does `operations` operations and opens a window around them, and only
 * around them. It is called once to warm up, when windows stay closed, and once for each repetition.
 * A test may open several windows; time and operations add up.
 * Context: a worker is a process or a thread pinned to one core.
 * I1 between window_open and window_close a worker does the measured operations and nothing else
 * I2 a result line is one write, so lines of two cores never mix
 * I3 from the first repetition to the last nobody prints: results are kept until all workers are done */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#include "../../abi/marker.h"

#include <stdbool.h>
#include <stdint.h>

enum { BENCH_CORES = 256, BENCH_REPETITIONS = 16, NO_PARTNER = -1 };

/* What was asked for; the same for all workers, and read-only. */
struct run {
	const struct test *test;
	unsigned int workers;     /* places; a test may leave some of them empty */
	unsigned long operations; /* of one worker in one repetition */
	unsigned int repetitions;
	uint64_t start;           /* for processes.c: a moment of CLOCK_MONOTONIC, nanoseconds */
};

struct work {
	const struct run *run;
	unsigned int worker, core;
	int partner;             /* core of the other side, or NO_PARTNER */
	bool measuring;          /* false while warming up: windows stay closed */
	unsigned int repetition; /* from 0, while measuring */
	unsigned long done;      /* operations inside windows */
	uint64_t opened, nanoseconds;
	void *kept;              /* from the warm-up for what is measured, or null */
	struct results *results; /* worker.c's */
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

/* Keeps the windows' sum for one result line and starts a new sum. */
void result_keep(struct work *work);

/* For a test that measures nothing itself: prints at once. */
void result_line(const struct work *work, unsigned int core, unsigned long operations, uint64_t nanoseconds);

/* Ends the program: `bench: what`, with errno's text when error is not 0. */
_Noreturn void fail(const char *what, int error);

void core_pin(unsigned int core);

/* Fills in a worker's place, through test->assign; whether a worker takes it. */
bool worker_assign(struct work *work, const struct run *run, unsigned int worker);

/* How a driver's workers gather where nothing models: before repetition `number`, or, when that is run->repetitions,
 * after the last. */
typedef void gather_function(const struct work *work, unsigned int number);

/* Everything a worker does, from its first step on its core to its result lines. */
void worker_run(struct work *work, gather_function *gather);

/* Every worker of a run; returns when all have ended. */
void processes_run(const char *program, struct run *run);
void threads_run(const struct run *run);

/* The body of a worker process. */
void process_worker(const struct run *run, unsigned int worker);

/* One per line of tests.def, in the file that does the work. */
#define X(name, arguments, systems, workers, unit, sentence) extern const struct test test_##name;
#include "../tests.def"
#undef X

#endif
