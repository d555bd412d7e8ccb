/* copies.c - first writes to memory that a fork has left with two owners: fault_copy, fault_last
 * SPDX-License-Identifier: MIT
 * In each round a worker forks, and then writes to each page of a region once inside a window. In `fault_copy` the child lives,
 * asleep, so that each page is copied; in `fault_last` it has ended, and the writer is the only owner left. Forks, ends and waits are
 * not measured. */
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE_SIZE = 4096, ROUND_PAGES = 1024 };

/* A worker's own: what it writes to, and the word by which a child says that it is about to sleep. */
struct memory {
	volatile char *region;
	atomic_uint *sleeps;
};

static void *memory_map(size_t size, int kind)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | kind, -1, 0);

	if (memory == MAP_FAILED)
		fail("could not map the memory to copy", errno);
	return memory;
}

static void region_write(const struct memory *memory, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		memory->region[i * PAGE_SIZE] = 1;
}

static void memory_make(struct memory *memory)
{
	size_t size = ROUND_PAGES * PAGE_SIZE;

	memory->region = memory_map(size, MAP_PRIVATE);
	memory->sleeps = memory_map(PAGE_SIZE, MAP_SHARED);
	/* A system without huge pages may refuse the advice: it is followed already. */
	madvise((void *)memory->region, size, MADV_NOHUGEPAGE);
	region_write(memory, ROUND_PAGES);
}

static pid_t child_make(void)
{
	pid_t child = fork();

	if (child < 0)
		fail("could not fork", errno);
	return child;
}

static void child_wait(pid_t child)
{
	int status;

	if (wait4(child, &status, 0, NULL) != child)
		fail("could not wait for a child", errno);
}

/* The child has the worker's core, and goes on to its sleep in the turn in which it says so, or in its next one. */
static pid_t child_asleep(const struct memory *memory)
{
	pid_t child;

	atomic_store(memory->sleeps, 0);
	child = child_make();
	if (child == 0) {
		atomic_store(memory->sleeps, 1);
		for (;;)
			pause();
	}
	while (!atomic_load(memory->sleeps))
		sched_yield();
	sched_yield();
	return child;
}

static void copy_round(struct work *work, const struct memory *memory, unsigned long pages)
{
	pid_t child = child_asleep(memory);

	window_open(work, WINDOW_OWN);
	region_write(memory, pages);
	window_close(work, pages);
	if (kill(child, SIGKILL))
		fail("could not end a child", errno);
	child_wait(child);
}

static void last_round(struct work *work, const struct memory *memory, unsigned long pages)
{
	pid_t child = child_make();

	if (child == 0)
		_exit(0);
	child_wait(child);
	window_open(work, WINDOW_OWN);
	region_write(memory, pages);
	window_close(work, pages);
}

typedef void round_function(struct work *work, const struct memory *memory, unsigned long pages);

static void rounds_run(struct work *work, unsigned long operations, round_function *round)
{
	static struct memory memory; /* workers are processes */

	if (!memory.region)
		memory_make(&memory);
	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < ROUND_PAGES ? left : ROUND_PAGES;

		round(work, &memory, pages);
		left -= pages;
	}
}

static void fault_copy_run(struct work *work, unsigned long operations)
{
	rounds_run(work, operations, copy_round);
}

static void fault_last_run(struct work *work, unsigned long operations)
{
	rounds_run(work, operations, last_round);
}

const struct test test_fault_copy = { .name = "fault_copy", .run = fault_copy_run };
const struct test test_fault_last = { .name = "fault_last", .run = fault_last_run };
