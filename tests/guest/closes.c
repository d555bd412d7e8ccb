/* closes.c - a file that nobody has open any more is closed at the service without a call of anybody's there
 * SPDX-License-Identifier: MIT
 * Usage: closes ROUNDS. Files without a name, of FILE_SIZE bytes each, made on the last core. They are closed on core 0, or by the end of the process that has them,
 * or that process is killed at any moment while the core's replica of the service is ended, too. Nobody calls the service on that core afterwards: its
 * frames must come back all the same. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/ipc.h"
#include "native_call.h"
#include "pin.h"

enum {
	FILE_SIZE = 4 << 20,
	PAGES = FILE_SIZE / 4096,
	SLACK = 48,   /* frames that a core may have taken for good: nodes, records, threads */
	SECONDS = 10, /* until what does not come is said not to come */
	PIECE = 64 << 10,
};

static long cores, home, wrong;
static char piece[PIECE];
static volatile long *loops;

static long used(void)
{
	return native_call(NATIVE_kernel_count, COUNTER_frames_used, home, 0);
}

static void fault(const char *what)
{
	wrong++;
	printf("closes: %s: %s\n", what, strerror(errno));
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A file without a name, on this core. */
static int make_file(long size)
{
	char name[32];
	int file;

	snprintf(name, sizeof(name), "/tmp/c-%d", (int)getpid());
	file = open(name, O_CREAT | O_RDWR | O_EXCL, 0600);
	if (file < 0 || unlink(name))
		return -1;
	for (long done = 0; done < size; done += PIECE)
		if (write(file, piece, PIECE) != PIECE)
			return -1;
	return file;
}

static void await_frames(const char *what, long before)
{
	double end = now() + SECONDS;

	while (used() > before + SLACK && now() < end)
		sched_yield();
	if (used() > before + SLACK) {
		printf("closes: %s: %ld frames before, %ld now\n", what, before, used());
		wrong++;
	}
}

static void closed_elsewhere(long before)
{
	int file;

	pin(home);
	file = make_file(FILE_SIZE);
	if (file < 0)
		fault("make a file");
	pin(0);
	if (used() < before + PAGES - SLACK)
		fault("the file takes no frames");
	if (close(file))
		fault("close");
	await_frames("closed on another core", before);
}

static pid_t begin(void (*what)(void))
{
	pid_t child = fork();

	if (!child) {
		pin(home);
		what();
		_exit(0);
	}
	return child;
}

static void end(pid_t child, int signal)
{
	int status;

	if (waitpid(child, &status, 0) != child || (signal ? !WIFSIGNALED(status) : !WIFEXITED(status) || WEXITSTATUS(status)))
		fault("a child's end");
}

static void leave_open(void)
{
	if (make_file(FILE_SIZE) < 0)
		_exit(1);
}

static void open_and_close(void)
{
	for (;;) {
		if (close(make_file(4 * PIECE)))
			_exit(1);
		++*loops;
	}
}

static void killed(long before, unsigned seed)
{
	pid_t child = begin(open_and_close);
	long begun = *loops, turns = seed % 20000;
	double late = now() + SECONDS;

	while (*loops == begun && now() < late)
		sched_yield();
	while (turns-- > 0)
		__asm__ volatile("pause");
	if (seed & 1)
		native_call(NATIVE_server_end, SERVER_fs, home, 0);
	kill(child, SIGKILL);
	if (!(seed & 1))
		native_call(NATIVE_server_end, SERVER_fs, home, 0);
	end(child, SIGKILL);
	await_frames("killed", before);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 10, before;
	unsigned seed = 1;

	cores = sysconf(_SC_NPROCESSORS_ONLN);
	home = cores - 1;
	loops = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (loops == MAP_FAILED)
		return 1;
	pin(home);
	for (int i = 0; i < 2; i++) /* what the home keeps for good, it has from now on */
		close(make_file(FILE_SIZE));
	pin(0);
	before = used();
	for (long round = 0; round < rounds && cores > 1; round++)
		closed_elsewhere(before);
	for (long round = 0; round < rounds; round++) {
		end(begin(leave_open), 0);
		await_frames("closed by the end of a process", before);
	}
	for (long round = 0; round < rounds; round++) {
		seed = seed * 1103515245 + 12345;
		killed(before, seed >> 8);
	}
	printf("closes: %ld cores, %ld rounds, %ld closed by those who were killed, %ld wrong\n", cores, rounds, *loops, wrong);
	return wrong != 0;
}
