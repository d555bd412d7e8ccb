/* worker.c - windows, result lines and the steps every worker goes through
 * SPDX-License-Identifier: MIT */
#include "bench.h"
#include "model.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_LENGTH = 160,
	FEW_OPERATIONS = 4096,
	WARM_UP_SHARE = 8,
	MODELLED_WARM_UP_SHARE = 4,
	RESULTS_MOST = 4 * BENCH_REPETITIONS, /* four: ring_latency's distances */
};

struct result {
	int partner;
	unsigned long operations;
	uint64_t nanoseconds;
};

struct results {
	unsigned int count;
	struct result list[RESULTS_MOST];
};

_Noreturn void fail(const char *what, int error)
{
	char line[LINE_LENGTH];
	int length = snprintf(line, sizeof(line), "bench: %s%s%s\n", what, error ? ": " : "", error ? strerror(error) : "");

	(void)!write(STDERR_FILENO, line, length);
	_exit(1);
}

uint64_t clock_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		fail("clock_gettime", errno);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

void window_open(struct work *work, enum window window)
{
	if (!work->measuring)
		return;
	work->opened = clock_now();
	if (window == WINDOW_ALL)
		marker(MARKER_BEGIN_ALL);
	else
		marker(MARKER_BEGIN);
}

void window_close(struct work *work, unsigned long operations)
{
	if (!work->measuring)
		return;
	marker(MARKER_END);
	work->nanoseconds += clock_now() - work->opened;
	work->done += operations;
}

void result_line(const struct work *work, unsigned int core, unsigned long operations, uint64_t nanoseconds)
{
	char line[LINE_LENGTH];
	int length = snprintf(line, sizeof(line), "result %s %u %u %d %lu %ju\n", work->run->test->name,
			      work->worker, core, work->partner, operations, (uintmax_t)nanoseconds);

	if (write(STDOUT_FILENO, line, length) != length)
		fail("could not write the result", errno);
}

void result_keep(struct work *work)
{
	struct results *results = work->results;

	if (results->count == RESULTS_MOST)
		fail("a test has more windows to print than a worker keeps", 0);
	results->list[results->count++] = (struct result){
		.partner = work->partner, .operations = work->done, .nanoseconds = work->nanoseconds,
	};
	work->done = 0;
	work->nanoseconds = 0;
}

static void results_print(struct work *work)
{
	for (unsigned int i = 0; i < work->results->count; i++) {
		const struct result *result = &work->results->list[i];

		work->partner = result->partner;
		result_line(work, work->core, result->operations, result->nanoseconds);
	}
}

void core_pin(unsigned int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("could not move to the worker's core; is the machine that large?", errno);
}

bool worker_assign(struct work *work, const struct run *run, unsigned int worker)
{
	*work = (struct work){ .run = run, .worker = worker, .core = worker, .partner = NO_PARTNER };
	return !run->test->assign || run->test->assign(work);
}

/* Few operations are for exact counts, where steady state matters more than time: as many again. Modelled ones take the host
 * long, and a quarter gives the same figures as all of them. */
static unsigned long warm_up_operations(const struct run *run, bool modelled)
{
	if (modelled)
		return (run->operations + MODELLED_WARM_UP_SHARE - 1) / MODELLED_WARM_UP_SHARE;
	return run->operations <= FEW_OPERATIONS ? run->operations : run->operations / WARM_UP_SHARE;
}

/* Where time is modelled, any other way to gather would be work that the model sees. */
static void worker_gather(const struct work *work, bool modelled, gather_function *gather, unsigned int number)
{
	if (modelled)
		model_meet(MODEL_SPINNING);
	else
		gather(work, number);
}

void worker_run(struct work *work, gather_function *gather)
{
	const struct run *run = work->run;
	struct results results = { 0 };
	bool modelled;

	work->results = &results;
	core_pin(work->core);
	modelled = model_meet(MODEL_SLEEPING);
	marker(MARKER_WARM);
	run->test->run(work, warm_up_operations(run, modelled));
	work->measuring = true;
	for (work->repetition = 0; work->repetition < run->repetitions; work->repetition++) {
		worker_gather(work, modelled, gather, work->repetition);
		run->test->run(work, run->operations);
		if (work->done)
			result_keep(work);
	}
	worker_gather(work, modelled, gather, run->repetitions);
	results_print(work);
}
