/* fork.c - children that copy their parent's memory: what each has, and that it is its own from then on
 * SPDX-License-Identifier: MIT
 * Usage: fork [ROUNDS]. Pages that were written, only read, never touched, read-only, shared; children of children; and a process whose
 * other threads write, map and unmap on other cores all the while. A child's memory must not change by what its parent does. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/guest/pin.h"

enum {
	PAGE = 4096,
	PAGES = 300,
	GENERATIONS = 4,
	WRITERS = 3,
	WRITTEN = 24, /* pages that writers write */
	LOOKS = 20,
};

static unsigned wrong;

static void must(int holds, const char *what)
{
	if (holds)
		return;
	printf("fork: process %d: not so: %s (errno %d)\n", getpid(), what, errno);
	wrong++;
}

static char *map(size_t pages, int flags)
{
	char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);

	if (memory == MAP_FAILED) {
		perror("fork: mmap");
		exit(1);
	}
	return memory;
}

/* Exit status of the child; 255 when it was killed. */
static int end_of(pid_t child)
{
	int status = 0;

	must(child > 0, "a child could be made");
	if (child <= 0)
		return 255;
	must(waitpid(child, &status, 0) == child, "the child was waited for");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* Every third page is written, every third read, every third never touched. */
static void fill(char *memory, char mark)
{
	for (unsigned page = 0; page < PAGES; page++)
		if (page % 3 == 0)
			memory[page * PAGE + page] = mark;
		else if (page % 3 == 1)
			must(memory[page * PAGE + page] == 0, "a fresh page is zero");
}

static int holds(const char *memory, char mark)
{
	for (unsigned page = 0; page < PAGES; page++)
		if (memory[page * PAGE + page] != (page % 3 ? 0 : mark))
			return 0;
	return 1;
}

/* Each generation sees what its parent had, writes over it, and has a child that does the same. */
static void generations(char *memory, unsigned left)
{
	char before = (char)(10 + left), after = (char)(left + 9);
	pid_t child;

	if (!left)
		return;
	child = fork();
	if (child == 0) {
		must(holds(memory, before), "a child has its parent's memory");
		fill(memory, after);
		must(holds(memory, after), "a child's memory is its own");
		generations(memory, left - 1);
		_exit(wrong != 0);
	}
	fill(memory, 77);
	must(end_of(child) == 0, "the child found everything as it should be");
	must(holds(memory, 77), "the parent's memory is its own");
}

static void copies(void)
{
	char *memory = map(PAGES, MAP_PRIVATE);

	fill(memory, 10 + GENERATIONS);
	generations(memory, GENERATIONS);
	munmap(memory, PAGES * PAGE);
}

static void rights(void)
{
	char *memory = map(2, MAP_PRIVATE);
	pid_t child;

	memory[0] = 5;
	mprotect(memory, PAGE, PROT_READ);
	child = fork();
	if (child == 0) {
		must(memory[0] == 5, "a read-only page is copied");
		must(!mprotect(memory, PAGE, PROT_READ | PROT_WRITE), "a child may change its rights");
		memory[0] = 6;
		_exit(wrong != 0);
	}
	must(end_of(child) == 0, "a child may make its page writable");
	must(memory[0] == 5, "which does not change its parent's");
	child = fork();
	if (child == 0) {
		memory[0] = 7; /* still read-only here */
		_exit(0);
	}
	must(end_of(child) == 255, "a child may not write to what its parent has read-only");
	munmap(memory, 2 * PAGE);
}

static void shared(void)
{
	volatile atomic_int *memory = (void *)map(600, MAP_SHARED);
	pid_t child[4];

	memory[0] = 1; /* there before the children; the others are not */
	for (unsigned i = 0; i < 4; i++) {
		child[i] = fork();
		if (child[i] == 0) {
			for (unsigned page = 0; page < 600; page++)
				memory[page * (PAGE / sizeof(*memory))]++;
			madvise((void *)memory, 600 * PAGE, MADV_DONTNEED);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < 4; i++)
		must(end_of(child[i]) == 0, "a child with shared memory ends");
	for (unsigned page = 0; page < 600; page++)
		must(memory[page * (PAGE / sizeof(*memory))] == 4 + !page, "shared memory has what all have written");
	munmap((void *)memory, 600 * PAGE);
}

static struct {
	volatile unsigned long *pages;
	atomic_int stop;
} written;

static void *write_all_the_time(void *argument)
{
	pin((long)(uintptr_t)argument % sysconf(_SC_NPROCESSORS_ONLN));
	for (unsigned long n = 1; !written.stop; n++) {
		volatile char *own = map(3, MAP_PRIVATE);

		for (unsigned page = 0; page < WRITTEN; page++)
			written.pages[page * (PAGE / sizeof(long)) + (uintptr_t)argument] = n;
		own[PAGE] = 1;
		must(own[2 * PAGE] == 0, "a fresh page is zero");
		munmap((void *)own, 3 * PAGE);
	}
	return NULL;
}

static void copy_pages(unsigned long *to)
{
	for (unsigned page = 0; page < WRITTEN; page++)
		for (unsigned word = 0; word <= WRITERS; word++)
			*to++ = written.pages[page * (PAGE / sizeof(long)) + word];
}

static void look_at_what_is_not_written(void)
{
	static unsigned long first[WRITTEN * (WRITERS + 1)], again[WRITTEN * (WRITERS + 1)];

	copy_pages(first);
	for (unsigned i = 0; i < LOOKS; i++) {
		sched_yield();
		copy_pages(again);
		must(!memcmp(first, again, sizeof(first)), "a child's memory does not change by itself");
	}
	for (unsigned page = 0; page < WRITTEN; page++)
		written.pages[page * (PAGE / sizeof(long))] = page;
	_exit(wrong != 0);
}

static void beside_threads(unsigned rounds)
{
	pthread_t thread[WRITERS];

	written.pages = (void *)map(WRITTEN, MAP_PRIVATE);
	for (unsigned i = 0; i < WRITERS; i++)
		if (pthread_create(&thread[i], NULL, write_all_the_time, (void *)(uintptr_t)(i + 1)))
			must(0, "a thread could be made");
	for (unsigned round = 0; round < rounds; round++) {
		pid_t child = fork();

		if (child == 0)
			look_at_what_is_not_written();
		must(end_of(child) == 0, "a child of a process with threads ends well");
	}
	written.stop = 1;
	for (unsigned i = 0; i < WRITERS; i++)
		pthread_join(thread[i], NULL);
}

/* A thread sleeps on a word whose page is then copied, because a child has it, too: the wake-up must find it. */
static void *wait_for_post(void *semaphore)
{
	sem_wait(semaphore);
	return NULL;
}

static void sleepers(unsigned rounds)
{
	sem_t *semaphore = (void *)map(1, MAP_PRIVATE), *end = (void *)map(1, MAP_SHARED);

	sem_init(end, 1, 0);
	for (unsigned round = 0; round < rounds; round++) {
		pthread_t thread;
		pid_t child;

		sem_init(semaphore, 0, 0);
		must(!pthread_create(&thread, NULL, wait_for_post, semaphore), "a thread could be made");
		for (unsigned i = 0; i < round % 8; i++)
			sched_yield();
		child = fork();
		if (child == 0) {
			sem_wait(end); /* shared with the parent, which wakes it */
			_exit(0);
		}
		sem_post(semaphore);
		pthread_join(thread, NULL);
		sem_post(end);
		must(end_of(child) == 0, "a child that slept on a shared word was woken");
	}
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 30;

	setvbuf(stdout, NULL, _IOLBF, 0);
	copies();
	rights();
	shared();
	beside_threads(rounds);
	sleepers(rounds);
	printf("fork: %u rounds, %u wrong\n", rounds, wrong);
	return wrong != 0;
}
