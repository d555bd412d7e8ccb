/* file_access.c - files that all cores use, and file data: file_pread, file_stat, file_create, file_write
 * SPDX-License-Identifier: MIT
 * One process on each core, with descriptors of its own. What is shared is a file's content, a name, or a directory. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_LENGTH = 48,
	FILE_MODE = 0600,
	DIRECTORY_MODE = 0700,
	PIECE = 4096,
	PIECES = 16, /* of a file */
};

static const char shared[] = "/tmp/shared", directory[] = "/tmp/directory";
static char piece[PIECE];

static int file_open(const char *path, int flags)
{
	int file = open(path, flags, FILE_MODE);

	if (file < 0)
		fail("could not open a file in /tmp", errno);
	return file;
}

static void shared_prepare(unsigned int workers)
{
	int file = file_open(shared, O_WRONLY | O_CREAT | O_TRUNC);

	(void)workers;
	for (unsigned int i = 0; i < PIECES; i++)
		if (write(file, piece, PIECE) != PIECE)
			fail("could not write a file in /tmp", errno);
	close(file);
}

static void pread_run(struct work *work, unsigned long operations)
{
	int file = file_open(shared, O_RDONLY);

	for (unsigned int i = 0; i < PIECES; i++) /* whoever comes first makes it known to this core */
		if (pread(file, piece, PIECE, i * PIECE) != PIECE)
			fail("could not read a file in /tmp", errno);
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		if (pread(file, piece, PIECE, (off_t)(i % PIECES) * PIECE) != PIECE)
			fail("could not read a file in /tmp", errno);
	window_close(work, operations);
	close(file);
}

static void stat_run(struct work *work, unsigned long operations)
{
	struct stat known;

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		if (stat(shared, &known))
			fail("could not look at a file in /tmp", errno);
	window_close(work, operations);
}

static void create_prepare(unsigned int workers)
{
	(void)workers;
	if (mkdir(directory, DIRECTORY_MODE) && errno != EEXIST)
		fail("could not make a directory in /tmp", errno);
}

static void path_format(char path[PATH_LENGTH], const struct work *work, unsigned long number)
{
	snprintf(path, PATH_LENGTH, "%s/%u-%lu", directory, work->worker, number);
}

static void create_run(struct work *work, unsigned long operations)
{
	char path[PATH_LENGTH];

	window_open(work, WINDOW_ALL);
	for (unsigned long i = 0; i < operations; i++) {
		path_format(path, work, i);
		close(file_open(path, O_WRONLY | O_CREAT | O_EXCL));
	}
	window_close(work, operations);
	for (unsigned long i = 0; i < operations; i++) {
		path_format(path, work, i);
		if (unlink(path))
			fail("could not remove a file in /tmp", errno);
	}
}

static int own_open(const struct work *work, int flags)
{
	char path[PATH_LENGTH];

	snprintf(path, PATH_LENGTH, "/tmp/own-%u", work->worker);
	return file_open(path, O_WRONLY | O_CREAT | flags);
}

static void write_piece(int file, unsigned long number)
{
	if (pwrite(file, piece, PIECE, (off_t)(number % PIECES) * PIECE) != PIECE)
		fail("could not write a file in /tmp", errno);
}

static void write_run(struct work *work, unsigned long operations)
{
	int file = own_open(work, O_TRUNC);

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		if (i % PIECES == 0 && ftruncate(file, 0))
			fail("could not truncate a file in /tmp", errno);
		write_piece(file, i);
	}
	window_close(work, operations);
	close(file);
}

static void rewrite_run(struct work *work, unsigned long operations)
{
	int file = own_open(work, 0);

	for (unsigned int i = 0; i < PIECES; i++)
		write_piece(file, i);
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		write_piece(file, i);
	window_close(work, operations);
	close(file);
}

const struct test test_file_pread = { .name = "file_pread", .prepare = shared_prepare, .run = pread_run };
const struct test test_file_stat = { .name = "file_stat", .prepare = shared_prepare, .run = stat_run };
const struct test test_file_create = { .name = "file_create", .prepare = create_prepare, .run = create_run };
const struct test test_file_write = { .name = "file_write", .run = write_run };
const struct test test_file_rewrite = { .name = "file_rewrite", .run = rewrite_run };
