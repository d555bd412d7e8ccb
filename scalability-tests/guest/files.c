/* files.c - files of one's own: open_separate, open_separate_processes
 * SPDX-License-Identifier: MIT
 * No file is opened by two workers. Threads share the descriptor table, where each open must find the lowest number; this
 * is the measurement of opens on separate files (fdbench) of A. T. Clements, "The Scalable Commutativity Rule" (MIT,
 * 2014). Processes share no more than the folder that the files lie in. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_LENGTH = 32, FILE_MODE = 0600 };

static void path_format(char path[PATH_LENGTH], unsigned int worker)
{
	snprintf(path, PATH_LENGTH, "/tmp/open-%u", worker);
}

static void file_open_close(const char *path, int flags)
{
	int fd = open(path, flags, FILE_MODE);

	if (fd < 0)
		fail("could not open a worker's file in /tmp", errno);
	if (close(fd))
		fail("could not close a worker's file", errno);
}

static void open_separate_prepare(unsigned int workers)
{
	char path[PATH_LENGTH];

	for (unsigned int i = 0; i < workers; i++) {
		path_format(path, i);
		file_open_close(path, O_RDWR | O_CREAT);
	}
}

static void open_separate_run(struct work *work, unsigned long operations)
{
	char path[PATH_LENGTH];

	path_format(path, work->worker);
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		file_open_close(path, O_RDONLY);
	window_close(work, operations);
}

const struct test test_open_separate = {
	.name = "open_separate", .prepare = open_separate_prepare, .run = open_separate_run,
};
const struct test test_open_separate_processes = {
	.name = "open_separate_processes", .prepare = open_separate_prepare, .run = open_separate_run,
};
