/* system_calls.c - what it costs to enter and leave the kernel: null_syscall, yield
 * SPDX-License-Identifier: MIT */
#include "bench.h"

#include <sched.h>
#include <unistd.h>

static void null_syscall_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		getppid();
	window_close(work, operations);
}

static void yield_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		sched_yield();
	window_close(work, operations);
}

const struct test test_null_syscall = { .name = "null_syscall", .run = null_syscall_run };
const struct test test_yield = { .name = "yield", .run = yield_run };
