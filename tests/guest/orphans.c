/* orphans.c - processes are killed in the middle of file calls, and nothing of theirs is left
 * SPDX-License-Identifier: MIT
 * Usage: orphans SECONDS MEGABYTES. On each core processes come and go that open hundreds of files, write, rename and unlink, and are killed at any moment by another core's.
 * A file that is renamed to and fro must be there afterwards by one of its two names; what is renamed over, gone. In the end everything is removed; then as much
 * can be written as before. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pin.h"

enum { CORES_MOST = 64, OPEN = 150, OVER = 40, OVER_SIZE = 64 << 10, NAME = 64, PIECE = 256 << 10 };

struct shared {
	atomic_long wrong, killed;
	atomic_int renaming[CORES_MOST];
};

static struct shared *shared;
static long cores, seconds, megabytes;
static char piece[PIECE];

static void fault(const char *what, long core)
{
	if (shared->wrong++ < 20)
		printf("orphans: core %ld: %s: %s\n", core, what, strerror(errno));
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Until it is killed. */
static void be_victim(long core)
{
	char name[NAME], other[NAME];
	int file;

	for (int i = 0; i < OVER; i++) {
		snprintf(name, NAME, "o/%ld-s%d", core, i);
		snprintf(other, NAME, "o/%ld-over", core);
		if (i % 3 == 2)
			unlink(other);
		rename(name, other);
	}
	for (int i = 0; i < OPEN; i++) {
		snprintf(name, NAME, "o/%ld-%d", core, i);
		file = open(name, O_CREAT | O_RDWR, 0600);
		if (file >= 0 && i % 2)
			unlink(name);
	}
	for (int i = 0;; i++) {
		snprintf(name, NAME, "o/%ld-r%d", core, i & 1);
		snprintf(other, NAME, "o/%ld-r%d", core, ~i & 1);
		if (rename(name, other) && errno != ENOENT)
			_exit(1);
		snprintf(name, NAME, "o/%ld-big", core);
		file = open(name, O_CREAT | O_RDWR | O_TRUNC, 0600);
		unlink(name);
		if (write(file, piece, PIECE) < 0)
			_exit(2);
		close(file);
		snprintf(name, NAME, "o/%ld-t%d", core, i % 9);
		close(open(name, O_CREAT | O_RDWR, 0600));
		unlink(name);
	}
}

/* Files whose home is another core than the victim's. */
static void make_sources(long core)
{
	char name[NAME];

	for (int i = 0; i < OVER; i++) {
		int file;

		snprintf(name, NAME, "o/%ld-s%d", core, i);
		file = open(name, O_CREAT | O_RDWR | O_TRUNC, 0600);
		if (file < 0 || write(file, piece, OVER_SIZE) != OVER_SIZE)
			fault("make", core);
		close(file);
	}
}

static void remove_sources(long core)
{
	char name[NAME];
	int times = 0;

	snprintf(name, NAME, "o/%ld-over", core);
	while (!unlink(name))
		times++;
	if (times > 1) {
		printf("orphans: %ld: what was renamed over comes back %d times\n", core, times - 1);
		shared->wrong++;
	}
	for (int i = 0; i < OVER; i++) {
		snprintf(name, NAME, "o/%ld-s%d", core, i);
		unlink(name);
	}
}

/* What is there has space; what has none to its name must have none at all. */
static void remove_opened(long core)
{
	char name[NAME];

	for (int i = 0; i < OPEN; i++) {
		int file;

		snprintf(name, NAME, "o/%ld-%d", core, i);
		file = open(name, O_RDWR);
		if (file < 0)
			continue;
		if (write(file, piece, OVER_SIZE) != OVER_SIZE)
			fault("write", core);
		close(file);
		unlink(name);
	}
}

/* What the dead have begun is brought to its end by calls on their core. */
static void finish_there(long core)
{
	pin(core);
	for (int i = 0; i < 16; i++)
		close(open("o", O_RDONLY));
	pin((core + 1) % cores);
}

static void check_and_clean(long core)
{
	char name[NAME], other[NAME];
	struct stat stat_one;
	int there = 0;

	for (int i = 0; i < 2; i++) {
		snprintf(name, NAME, "o/%ld-r%d", core, i);
		there += !stat(name, &stat_one);
	}
	if (there != 1) {
		errno = 0;
		printf("orphans: %d files\n", there);
		fault("the file that is renamed", core);
	}
	snprintf(name, NAME, "o/%ld-r0", core);
	snprintf(other, NAME, "o/%ld-r1", core);
	close(open(name, O_CREAT | O_RDWR, 0600));
	unlink(other);
}

static void hunt(long core)
{
	unsigned seed = (unsigned)core * 7919 + 1;
	double end = now() + (double)seconds;
	char name[NAME];

	snprintf(name, NAME, "o/%ld-r0", core);
	close(open(name, O_CREAT | O_RDWR, 0600));
	pin((core + 1) % cores);
	while (now() < end) {
		pid_t victim[2];
		int status;

		make_sources(core);
		for (int i = 0; i < 2; i++) {
			victim[i] = fork();
			if (!victim[i]) {
				pin(core);
				be_victim(i ? core + 100 : core);
			}
		}
		seed = seed * 1103515245 + 12345;
		nanosleep(&(struct timespec){ 0, (long)(seed >> 8) % (seed & 64 ? 60000000 : 6000000) }, NULL);
		for (int i = 0; i < 2; i++)
			kill(victim[i], SIGKILL);
		for (int i = 0; i < 2; i++)
			if (waitpid(victim[i], &status, 0) != victim[i] || !WIFSIGNALED(status))
				fault("wait", core), printf("status %x\n", status);
		shared->killed += 2;
		finish_there(core);
		check_and_clean(core);
		remove_opened(core);
		remove_opened(core + 100);
		remove_sources(core);
	}
	_exit(0);
}

/* Kilobytes that fit. */
static long fill(void)
{
	int file = open("o/fill", O_CREAT | O_RDWR | O_EXCL, 0600);
	long done = 0, size = 0;

	while (done < megabytes << 20 && (size = write(file, piece, PIECE)) > 0)
		done += size;
	if (size <= 0 && errno != ENOSPC)
		fault("fill", 0);
	while (done < megabytes << 20 && (size = write(file, piece, 4096)) > 0)
		done += size;
	close(file);
	if (unlink("o/fill"))
		fault("remove", 0);
	return done >> 10;
}

static void remove_all(void)
{
	char name[NAME];

	for (long core = 0; core < 200; core++) {
		for (int i = 0; i < OPEN; i++) {
			snprintf(name, NAME, "o/%ld-%d", core, i);
			unlink(name);
		}
		for (int i = 0; i < 9; i++) {
			snprintf(name, NAME, i < 2 ? "o/%ld-r%d" : "o/%ld-big", core, i);
			unlink(name);
			snprintf(name, NAME, "o/%ld-t%d", core, i);
			unlink(name);
		}
	}
}

int main(int argc, char **argv)
{
	long before, after;

	seconds = argc > 1 ? atol(argv[1]) : 5;
	megabytes = argc > 2 ? atol(argv[2]) : 1000;
	cores = sysconf(_SC_NPROCESSORS_ONLN);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (cores > CORES_MOST || shared == MAP_FAILED || mkdir("o", 0700))
		return 1;
	before = fill();
	for (long core = 0; core < cores; core++)
		if (!fork())
			hunt(core);
	while (wait(NULL) > 0)
		;
	for (long core = 0; core < cores; core++) { /* what is closed late is closed by each core's next call */
		pin(core);
		for (int i = 0; i < 3; i++)
			close(open("/", O_RDONLY));
	}
	remove_all();
	after = fill();
	if (rmdir("o"))
		fault("what is left", -1);
	printf("orphans: %ld cores, %ld killed, %ld KiB before, %ld after, %ld wrong\n", cores, shared->killed, before, after, shared->wrong);
	return shared->wrong != 0 || after < before - 512 * cores;
}
