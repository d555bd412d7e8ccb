/* file_faults.c - first stores to pages of mapped files: file_fault, file_fault_known
 * SPDX-License-Identifier: MIT
 * One process on each core, with a file of its own. In the first test the file has a size and no pages, so each fault makes one, zeroed, in what the system keeps of
 * the file; in the second one they are there and only to be mapped. A round's first page is touched before the window opens, for the tables' upper levels. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	PATH_LENGTH = 48,
	PAGE_SIZE = 4096,
	ROUND_PAGES = 1024,
};

static int own_open(const struct work *work)
{
	char path[PATH_LENGTH];
	int file;

	snprintf(path, sizeof(path), "/tmp/mapped-%u", work->worker);
	file = open(path, O_RDWR | O_CREAT, 0600);
	if (file < 0)
		fail("could not open a file in /tmp", errno);
	return file;
}

/* A file of so many pages, which has none of them. */
static void empty(int file, size_t pages)
{
	if (ftruncate(file, 0) || ftruncate(file, (off_t)(pages * PAGE_SIZE)))
		fail("could not truncate a file in /tmp", errno);
}

static void fill(int file, size_t pages)
{
	static char page[PAGE_SIZE];

	for (size_t i = 0; i < pages; i++)
		if (pwrite(file, page, PAGE_SIZE, (off_t)(i * PAGE_SIZE)) != PAGE_SIZE)
			fail("could not write a file in /tmp", errno);
}

static volatile char *map(int file, size_t pages)
{
	volatile char *memory = mmap(NULL, pages * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	if (memory == MAP_FAILED)
		fail("could not map a file in /tmp", errno);
	return memory;
}

static void round_run(struct work *work, int file, unsigned long pages)
{
	volatile char *memory = map(file, pages + 1);

	memory[0] = 1;
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 1; i <= pages; i++)
		memory[i * PAGE_SIZE] = 1;
	window_close(work, pages);
	munmap((void *)memory, (pages + 1) * PAGE_SIZE);
}

static void faults_run(struct work *work, unsigned long operations, bool known)
{
	int file = own_open(work);

	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < ROUND_PAGES ? left : ROUND_PAGES;

		empty(file, pages + 1);
		if (known)
			fill(file, pages + 1);
		round_run(work, file, pages);
		left -= pages;
	}
	close(file);
}

static void file_fault_run(struct work *work, unsigned long operations)
{
	faults_run(work, operations, false);
}

static void file_fault_known_run(struct work *work, unsigned long operations)
{
	faults_run(work, operations, true);
}

const struct test test_file_fault = { .name = "file_fault", .run = file_fault_run };
const struct test test_file_fault_known = { .name = "file_fault_known", .run = file_fault_known_run };
