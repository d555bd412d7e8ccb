/* worker.c - windows, result lines and the steps every worker goes through
 * SPDX-License-Identifier: MIT */
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_LENGTH = 160, FEW_OPERATIONS = 4096, WARM_UP_SHARE = 8 };

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
	int length = snprintf(line, sizeof(line), "result %s %u %u %d %lu %ju\n", work->test->name, work->worker,
			      core, work->partner, operations, (uintmax_t)nanoseconds);

	if (write(STDOUT_FILENO, line, length) != length)
		fail("could not write the result", errno);
}

void result_print(struct work *work)
{
	result_line(work, work->core, work->done, work->nanoseconds);
	work->done = 0;
	work->nanoseconds = 0;
}

void core_pin(unsigned int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("could not move to the worker's core; is the machine that large?", errno);
}

bool assign_worker(struct work *work)
{
	work->partner = NO_PARTNER;
	return !work->test->assign || work->test->assign(work);
}

/* Few operations are for exact counts, where steady state matters more than time: as many again. */
static unsigned long warm_up_operations(const struct work *work)
{
	return work->operations <= FEW_OPERATIONS ? work->operations : work->operations / WARM_UP_SHARE;
}

void worker_warm_up(struct work *work)
{
	core_pin(work->core);
	marker(MARKER_WARM);
	work->measuring = false;
	work->test->run(work, warm_up_operations(work));
}

void worker_measure(struct work *work)
{
	work->measuring = true;
	work->test->run(work, work->operations);
}

void worker_report(struct work *work)
{
	if (work->done)
		result_print(work);
}
