/* file_footprint.c - memory that files take: their data, what the system knows of them, and of their pages in a program
 * SPDX-License-Identifier: MIT
 * By what sysinfo(2) says is free before, and while the files are open and mapped; nobody else runs. One result line, with bytes as operations. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

enum {
	PATH_LENGTH = 48,
	PAGE_SIZE = 4096,
	PAGES = 16, /* of a file */
	FILES = 512,
};

struct held {
	int file;
	volatile char *memory;
};

static bool alone(struct work *work)
{
	return work->worker == 0;
}

static unsigned long free_bytes(void)
{
	struct sysinfo info;

	if (sysinfo(&info))
		fail("could not ask how much memory is free", errno);
	return info.freeram * info.mem_unit;
}

static void path_format(char path[PATH_LENGTH], unsigned int number)
{
	snprintf(path, PATH_LENGTH, "/tmp/held-%u", number);
}

static struct held hold(unsigned int number)
{
	static char page[PAGE_SIZE];
	char path[PATH_LENGTH];
	struct held held;

	path_format(path, number);
	held.file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (held.file < 0)
		fail("could not make a file in /tmp", errno);
	for (unsigned int i = 0; i < PAGES; i++)
		if (write(held.file, page, PAGE_SIZE) != PAGE_SIZE)
			fail("could not write a file in /tmp", errno);
	held.memory = mmap(NULL, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, held.file, 0);
	if (held.memory == MAP_FAILED)
		fail("could not map a file in /tmp", errno);
	for (unsigned int i = 0; i < PAGES; i++)
		(void)held.memory[i * PAGE_SIZE];
	return held;
}

static void let_go(const struct held *held, unsigned int number)
{
	char path[PATH_LENGTH];

	path_format(path, number);
	if (munmap((void *)held->memory, PAGES * PAGE_SIZE) || close(held->file) || unlink(path))
		fail("could not remove a file in /tmp", errno);
}

/* What the first ones take: what a system keeps for the next ones it takes but once. */
static void file_footprint_run(struct work *work, unsigned long operations)
{
	static struct held held[FILES];
	static unsigned long taken;
	unsigned long before = free_bytes();
	uint64_t start = clock_now();

	(void)operations;
	for (unsigned int i = 0; i < FILES; i++)
		held[i] = hold(i);
	if (!work->measuring)
		taken = before - free_bytes();
	else
		result_line(work, work->core, taken, clock_now() - start);
	for (unsigned int i = 0; i < FILES; i++)
		let_go(&held[i], i);
}

const struct test test_file_footprint = { .name = "file_footprint", .assign = alone, .run = file_footprint_run };
