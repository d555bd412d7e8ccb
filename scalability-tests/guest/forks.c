/* forks.c - processes that copy their parent's memory, and end at once: fork_1, fork_16, fork_256
 * SPDX-License-Identifier: MIT
 * Every parent is a process of its own, has so many MiB of memory that it has written, in pages of 4 KiB, and its children stay on its
 * core. Neither writes to that memory again: what is measured is what a fork costs for the mere size of its parent. */
#include "bench.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE_SIZE = 4096, MIB = 1 << 20 };

static void *memory_written(size_t size)
{
	volatile char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		fail("could not map the memory to copy", errno);
	/* A system without huge pages may refuse the advice: it is followed already. */
	madvise((void *)memory, size, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < size; at += PAGE_SIZE)
		memory[at] = 1;
	return (void *)memory;
}

static void fork_and_wait(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	if (child < 0)
		fail("could not fork", errno);
	if (wait4(child, &status, 0, NULL) != child || status != 0)
		fail("a child did not end as it should", errno);
}

static void forks_run(struct work *work, unsigned long operations, unsigned long mib)
{
	if (!work->kept)
		work->kept = memory_written(mib * MIB);
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		fork_and_wait();
	window_close(work, operations);
}

static void fork_1_run(struct work *work, unsigned long operations)
{
	forks_run(work, operations, 1);
}

static void fork_16_run(struct work *work, unsigned long operations)
{
	forks_run(work, operations, 16);
}

static void fork_256_run(struct work *work, unsigned long operations)
{
	forks_run(work, operations, 256);
}

const struct test test_fork_1 = { .name = "fork_1", .run = fork_1_run };
const struct test test_fork_16 = { .name = "fork_16", .run = fork_16_run };
const struct test test_fork_256 = { .name = "fork_256", .run = fork_256_run };
