/* create.c - programs and threads that live for a moment: process_create, thread_create
 * SPDX-License-Identifier: MIT
 * Every creator is a process of its own and what it creates stays on its core. */
#include "bench.h"

#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void process_create(void)
{
	char *arguments[] = { "/bin/true", NULL }, *environment[] = { NULL };
	int status;
	pid_t child = vfork();

	if (child == 0) {
		execve(arguments[0], arguments, environment);
		_exit(127);
	}
	if (child < 0)
		fail("could not create a process", errno);
	if (wait4(child, &status, 0, NULL) != child || status != 0)
		fail("/bin/true did not run", errno);
}

static void process_create_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		process_create();
	window_close(work, operations);
}

static void *thread_end(void *argument)
{
	return argument;
}

static void thread_create_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		pthread_t thread;
		int error = pthread_create(&thread, NULL, thread_end, NULL);

		if (error)
			fail("could not create a thread", error);
		pthread_join(thread, NULL);
	}
	window_close(work, operations);
}

const struct test test_process_create = { .name = "process_create", .run = process_create_run };
const struct test test_thread_create = { .name = "thread_create", .run = thread_create_run };
