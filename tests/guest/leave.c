/* leave.c - processes that end while their threads give birth: all must end, and nothing may be lost
 * SPDX-License-Identifier: MIT
 * Usage: leave ROUNDS. A child starts THREADS threads on all cores, which create threads or vfork without pause,
 * and ends in the middle of it. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "native_call.h"

enum { THREADS = 6, LEFT_OVER = 64, STATUS = 7 };

static void *end_at_once(void *unused)
{
	return unused;
}

static void *bear_threads(void *unused)
{
	pthread_t thread;

	for (;;)
		if (!pthread_create(&thread, NULL, end_at_once, unused))
			pthread_join(thread, NULL);
	return NULL;
}

static void *bear_children(void *unused)
{
	for (;;) {
		pid_t child = vfork();

		if (child == 0)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
	return unused;
}

static int be_child(const char *kind)
{
	pthread_t thread;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread, NULL, *kind == 't' ? bear_threads : bear_children, NULL);
	nanosleep(&(struct timespec){ .tv_nsec = 4000000 }, NULL);
	_exit(STATUS);
}

static long frames_used(void)
{
	long sum = 0;

	for (long core = 0; core < native_call(NATIVE_core_count, 0, 0, 0); core++)
		sum += native_call(NATIVE_kernel_count, COUNTER_frames_used, core, 0);
	return sum;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20;
	long before = 0, grown;

	if (argc > 2)
		return be_child(argv[2]);
	for (int round = 0; round < rounds; round++) {
		char *arguments[] = { "/bin/leave", "1", round % 2 ? "threads" : "children", NULL };
		int status = child_run(arguments[0], arguments);

		if (status != STATUS) {
			printf("leave: round %d ended with %d\n", round, status);
			return 1;
		}
		if (round == rounds / 2)
			before = frames_used();
	}
	grown = frames_used() - before;
	printf("leave: %d processes left, %s\n", rounds, grown <= LEFT_OVER ? "nothing is lost" : "frames are lost");
	return grown > LEFT_OVER;
}
