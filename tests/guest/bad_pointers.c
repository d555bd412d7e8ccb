/* bad_pointers.c - every system call with addresses that are not the program's to use
 * SPDX-License-Identifier: MIT
 * Each number runs in a child of its own: a call may end it by a signal, and may not end more. The other
 * arguments are 1, so that no call waits long. Calls that end, signal or copy the caller are left out. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "child.h"
#include "native_call.h"

enum { LINUX_CALLS = 512, ARGUMENTS = 6, PAGE = 4096 };

static const long natives[] = {
#define X(name, number, arguments, meaning) number,
#include "../../abi/native.def"
#undef X
};

enum { NATIVE_CALLS = sizeof(natives) / sizeof(*natives) };

static int is_left_out(long number)
{
	static const long left_out[] = {
		SYS_exit, SYS_exit_group, SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo,
		SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal, SYS_reboot, SYS_fork, SYS_vfork, SYS_clone, SYS_pause,
		SYS_rt_sigsuspend, NATIVE_ring_echo, NATIVE_ring_stream, /* their arguments are counts, not addresses */
	};

	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (left_out[i] == number)
			return 1;
	return 0;
}

/* The last bytes before a page that may not be read: a structure that begins here ends in nothing. */
static uint64_t edge(void)
{
	uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || mprotect(pages + PAGE, PAGE, PROT_NONE))
		_exit(2);
	pages[PAGE - 1] = pages[PAGE - 2] = pages[PAGE - 3] = 'x';
	return (uint64_t)(pages + PAGE - 3);
}

/* Zeros that may be read and not written. */
static uint64_t read_only(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		_exit(2);
	return (uint64_t)page;
}

static int try_number(long number)
{
	uint64_t bad[] = {
		0, 8, edge(), read_only(),
		0x00007ffffffff000, 0x00007ffffffffff8, 0x0000800000000000, 0x1234567800000000,
		0xffff800000000000, 0xffffffff80100000, 0xffffffffc0000000, 0xffffffffc01fe000, 0xfffffffffffffff8,
		0xffffffffffffffff,
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (int position = 0; position <= ARGUMENTS; position++) {
			uint64_t argument[ARGUMENTS];

			for (int j = 0; j < ARGUMENTS; j++)
				argument[j] = j == position || position == ARGUMENTS ? bad[i] : 1;
			raw_call(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	int tried = 0, ended = 0;

	if (argc > 1)
		return try_number(strtol(argv[1], NULL, 0));
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (long i = 0; i < LINUX_CALLS + NATIVE_CALLS; i++) {
		long number = i < LINUX_CALLS ? i : natives[i - LINUX_CALLS];
		char text[12];
		char *arguments[] = { "/bin/bad-pointers", text, NULL };
		int status;

		if (is_left_out(number))
			continue;
		snprintf(text, sizeof(text), "%ld", number);
		status = child_run(arguments[0], arguments);
		if (status < 0) {
			printf("bad-pointers: call %ld: not started: error %d\n", number, errno);
			return 1;
		}
		tried++;
		ended += status >= 128;
	}
	printf("bad-pointers: %d calls tried, %d ended their caller, going on\n", tried, ended);
	return 0;
}
