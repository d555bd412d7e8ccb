/* processes.c - workers that share nothing: one process per core, started at one time
 * SPDX-License-Identifier: MIT
 * The parent needs vfork, execve and wait4 alone. Children have no memory in common: where there are marks (meeting.h)
 * they meet at them; elsewhere the parent names a moment on the clock by which all should have warmed up, and
 * one that is late starts at once. */
#include "bench.h"
#include "meeting.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	START_NANOSECONDS = 20000000, /* from the parent's decision to the common start */
	START_PER_WORKER = 5000000,
	POLL_NANOSECONDS = 200000, /* this long before the start, sleep gives way to polling */
	NUMBER_LENGTH = 24,
	MEETING_START = 2, /* a test's two stages: above those of any test before, for its start is later */
	MEETING_END = 1,
};

static void sleep_until(uint64_t moment)
{
	for (uint64_t now = clock_now(); now < moment; now = clock_now()) {
		uint64_t left = moment - now;

		if (left > POLL_NANOSECONDS) {
			left -= POLL_NANOSECONDS;
			nanosleep(&(struct timespec){ .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 }, NULL);
		}
	}
}

void process_worker(struct work *work, uint64_t start)
{
	if (!assign_worker(work))
		return;
	worker_warm_up(work);
	if (meeting_possible())
		meet(work, MEETING_START * start, MEET_PROMPTLY);
	else
		sleep_until(start);
	worker_measure(work);
	if (meeting_possible()) /* printing and exiting would disturb those who still measure */
		meet(work, MEETING_START * start + MEETING_END, MEET_QUIETLY);
	worker_report(work);
}

/* After vfork the child borrows the parent's memory: it may only call and leave. */
static void process_start(const char *program, const struct work *work, uint64_t start)
{
	char worker[NUMBER_LENGTH], workers[NUMBER_LENGTH], operations[NUMBER_LENGTH], moment[NUMBER_LENGTH];
	char *arguments[] = { (char *)program, "--worker", (char *)work->test->name,
			      worker, workers, operations, moment, NULL };
	char *environment[] = { NULL };
	cpu_set_t set;

	snprintf(worker, sizeof(worker), "%u", work->worker);
	snprintf(workers, sizeof(workers), "%u", work->workers);
	snprintf(operations, sizeof(operations), "%lu", work->operations);
	snprintf(moment, sizeof(moment), "%ju", (uintmax_t)start);
	CPU_ZERO(&set);
	CPU_SET(work->core, &set);

	pid_t child = vfork();

	if (child == 0) {
		/* A failure shows in the worker, which pins itself again. */
		sched_setaffinity(0, sizeof(set), &set);
		execve(program, arguments, environment);
		_exit(127);
	}
	if (child < 0)
		fail("could not create a worker process", errno);
}

static void process_wait(void)
{
	int status;

	if (wait4(-1, &status, 0, NULL) < 0)
		fail("could not wait for a worker process", errno);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail("a worker process failed", 0);
}

void processes_run(const char *program, const struct test *test, unsigned int workers, unsigned long operations)
{
	uint64_t start = clock_now() + START_NANOSECONDS + workers * (uint64_t)START_PER_WORKER;
	unsigned int running = 0;

	for (unsigned int i = 0; i < workers; i++) {
		struct work work = { .test = test, .worker = i, .workers = workers, .core = i, .operations = operations };

		if (!assign_worker(&work))
			continue;
		process_start(program, &work, start);
		running++;
	}
	while (running--)
		process_wait();
}
