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
	MEETING_STAGES = BENCH_REPETITIONS + 1, /* a run's: above those of any run before, for its start is later */
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

/* Without marks, only the first repetition starts together. */
static void processes_gather(const struct work *work, unsigned int number)
{
	const struct run *run = work->run;

	if (meeting_possible()) /* printing and exiting would disturb those who still measure */
		meet(work, MEETING_STAGES * run->start + number, number < run->repetitions ? MEET_PROMPTLY : MEET_QUIETLY);
	else if (number == 0)
		sleep_until(run->start);
}

void process_worker(const struct run *run, unsigned int worker)
{
	struct work work;

	if (worker_assign(&work, run, worker))
		worker_run(&work, processes_gather);
}

/* After vfork the child borrows the parent's memory: it may only call and leave. */
static void process_start(const char *program, const struct work *work)
{
	const struct run *run = work->run;
	char worker[NUMBER_LENGTH], workers[NUMBER_LENGTH], operations[NUMBER_LENGTH], repetitions[NUMBER_LENGTH];
	char start[NUMBER_LENGTH];
	char *arguments[] = { (char *)program, "--worker", (char *)run->test->name,
			      worker, workers, operations, repetitions, start, NULL };
	char *environment[] = { NULL };
	cpu_set_t set;

	snprintf(worker, sizeof(worker), "%u", work->worker);
	snprintf(workers, sizeof(workers), "%u", run->workers);
	snprintf(operations, sizeof(operations), "%lu", run->operations);
	snprintf(repetitions, sizeof(repetitions), "%u", run->repetitions);
	snprintf(start, sizeof(start), "%ju", (uintmax_t)run->start);
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

void processes_run(const char *program, struct run *run)
{
	unsigned int running = 0;
	struct work work;

	run->start = clock_now() + START_NANOSECONDS + run->workers * (uint64_t)START_PER_WORKER;
	for (unsigned int i = 0; i < run->workers; i++)
		if (worker_assign(&work, run, i)) {
			marker(MARKER_WORKER);
			running++;
		}
	for (unsigned int i = 0; i < run->workers; i++)
		if (worker_assign(&work, run, i))
			process_start(program, &work);
	while (running--)
		process_wait();
}
