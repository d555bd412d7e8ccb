/* ipc.c - programs call services that are domains of their own
 * SPDX-License-Identifier: MIT
 * Usage: ipc ROUNDS. Words go there and come back as they must, and nothing else does; what is not to be called is refused. Then threads on each
 * core call at once, some of them for longer than a slice, so that others find the door closed; and children are killed inside. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/clerk.h"
#include "abi/service.h"
#include "native_call.h"
#include "pin.h"

enum {
	THREADS = 4, /* on each core */
	CORES_MOST = 64,
	LONG = 5000, /* calls that a relay makes */
	KILLS = 40,
};

static _Atomic long wrong;
static unsigned long rounds;

static void expect(const char *what, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	printf("ipc: %s: %jd, not %jd\n", what, (intmax_t)found, (intmax_t)expected);
	wrong++;
}

static void call_echo(uint64_t seed)
{
	struct words words;
	uint64_t sum = 0, word[6];

	for (unsigned i = 0; i < 6; i++)
		sum += words.word[i] = word[i] = (seed = seed * 6364136223846793005 + 1442695040888963407);
	expect("echo's sum", ipc_call(SERVER_echo, &words), (int64_t)(sum >> 1));
	for (unsigned i = 1; i < 6; i++)
		expect("echo's words", (int64_t)words.word[i], (int64_t)word[i] + 1);
}

/* A call by number, without words: its result. What is in the registers then that no word is in, and had been set to -1. */
static int64_t call_and_keep(int64_t number, int64_t left)
{
	uint64_t kept[6];

	__asm__ volatile("push %%rbp\n\t"
			 "mov $-1, %%rbx\n\tmov %%rbx, %%rbp\n\tmov %%rbx, %%r12\n\tmov %%rbx, %%r13\n\tmov %%rbx, %%r14\n\tmov %%rbx, %%r15\n\t"
			 "push %1\n\t"
			 "syscall\n\t"
			 "pop %%rcx\n\t"
			 "mov %%rbx, (%%rcx)\n\tmov %%rbp, 8(%%rcx)\n\tmov %%r12, 16(%%rcx)\n\t"
			 "mov %%r13, 24(%%rcx)\n\tmov %%r14, 32(%%rcx)\n\tmov %%r15, 40(%%rcx)\n\t"
			 "pop %%rbp"
			 : "+a"(number)
			 : "c"(kept)
			 : "rbx", "rdi", "rsi", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
	for (unsigned i = 0; i < 6; i++)
		expect("what a call leaves in registers", (int64_t)kept[i], left);
	return number;
}

/* A call of the gate's loses them; every other one keeps them. */
static int64_t call_by_number(int64_t number)
{
	return call_and_keep(number, 0);
}

static void call_what_is_not_there(void)
{
	expect("a service that is not there", call_by_number(IPC_CALL + SERVER_COUNT), STATUS_NO_CALL);
	expect("a service that is for system calls", call_by_number(IPC_CALL + SERVER_fs), STATUS_NOT_ALLOWED);
	expect("the same, with memory", call_by_number(IPC_LEND + SERVER_fs), STATUS_NOT_ALLOWED);
	expect("the same, on another core", call_by_number(IPC_CALL_AT + SERVER_fs), STATUS_NOT_ALLOWED);
	expect("the last number", call_by_number(IPC_CALL + IPC_SERVERS - 1), STATUS_NO_CALL);
	expect("beyond the numbers", call_by_number(IPC_LEND + IPC_SERVERS), STATUS_NO_CALL);
	expect("beyond the gate's numbers", call_and_keep(IPC_AT_LAST + 1, -1), -ENOSYS);
	expect("a number that is one in its lower half", call_and_keep((INT64_C(1) << 32) + IPC_CALL, -1), -ENOSYS);
	expect("far beyond", call_and_keep(-1, -1), -ENOSYS);
	expect("a program that waits where it is not", call_by_number(IPC_WAIT), STATUS_NO_CALL);
	expect("one that wakes there", call_by_number(IPC_WAKE), STATUS_NO_CALL);
	expect("a return from nowhere", call_by_number(IPC_RETURN), STATUS_NO_CALL);
}

/* What lies in lent memory, and that nothing beside it changes. */
static int64_t tell_clerk(enum clerk what, void *lent, uint64_t size, uint64_t offset, uint64_t length, uint64_t own)
{
	struct words words = { { what, offset, length, own, (uint64_t)lent, size } };

	return ipc_lend(SERVER_clerk, &words);
}

static void lend(void)
{
	enum { SIZE = 50000, ROOM = 16 * 4096 };
	unsigned char *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *lent = room + 77;
	int64_t sum = 0;

	for (unsigned i = 0; i < SIZE; i++)
		sum += lent[i] = (unsigned char)(i * 7 + i / 256);
	room[76] = lent[SIZE] = 99;
	expect("a sum of lent bytes", tell_clerk(CLERK_SUM, lent, SIZE, 0, SIZE, 0), sum);
	expect("lent bytes are written", tell_clerk(CLERK_WRITE, lent, SIZE | IPC_WRITABLE, 300, SIZE - 600, 0), 0);
	for (unsigned i = 300; i < SIZE - 300; i++)
		expect("a lent byte", lent[i], i % 251);
	expect("before it", lent[299], (unsigned char)(299 * 7 + 1));
	expect("behind it", lent[SIZE - 300], (unsigned char)((SIZE - 300) * 7 + (SIZE - 300) / 256));
	expect("a write to what may be read", tell_clerk(CLERK_WRITE, lent, SIZE, 0, 8, 0), STATUS_NOT_ALLOWED);
	expect("one byte too many", tell_clerk(CLERK_SUM, lent, SIZE, 1, SIZE, 0), STATUS_BAD_ARGUMENT);
	expect("an offset beyond the end", tell_clerk(CLERK_SUM, lent, SIZE, SIZE + 1, 0, 0), STATUS_BAD_ARGUMENT);
	expect("an offset and a size that wrap around", tell_clerk(CLERK_TAKE, lent, SIZE, UINT64_MAX - 7, 16, 0x500000), STATUS_BAD_ARGUMENT);
	expect("nothing, at the end", tell_clerk(CLERK_SUM, lent, SIZE, SIZE, 0, 0), 0);
	expect("nothing is lent", tell_clerk(CLERK_SUM, lent, 0, 0, 1, 0), STATUS_BAD_ARGUMENT);
	expect("what is not mapped", tell_clerk(CLERK_SUM, (void *)4096, SIZE, 0, 8, 0), STATUS_BAD_ADDRESS);
	expect("what is the kernel's", tell_clerk(CLERK_SUM, (void *)0xffffffff80100000, SIZE, 0, 8, 0), STATUS_BAD_ADDRESS);
	expect("what is the kernel's, to write", tell_clerk(CLERK_WRITE, (void *)0xffffffffc0000000, SIZE | IPC_WRITABLE, 0, 8, 0), STATUS_BAD_ADDRESS);
	expect("into the service's code", tell_clerk(CLERK_TAKE, lent, SIZE, 0, 8, 0x401000), STATUS_BAD_ADDRESS);
	expect("into the kernel", tell_clerk(CLERK_TAKE, lent, SIZE, 0, 8, 0xffffffffc0000000), STATUS_BAD_ADDRESS);
	expect("out of the kernel", tell_clerk(CLERK_GIVE, lent, SIZE | IPC_WRITABLE, 0, 8, 0xffffffffc0000000), STATUS_BAD_ADDRESS);
	munmap(room + ROOM - 2 * 4096, 2 * 4096);
	expect("lent memory with a hole", tell_clerk(CLERK_WRITE, lent, ROOM | IPC_WRITABLE, 0, ROOM - 100, 0), STATUS_BAD_ADDRESS);
	expect("a call without a loan", call_by_number(IPC_COPY_IN), STATUS_BAD_ARGUMENT);
	expect("the same, out", call_by_number(IPC_COPY_OUT), STATUS_BAD_ARGUMENT);
	munmap(room, ROOM);
}

static void *call_often(void *argument)
{
	long place = (long)argument;
	struct words words = { { LONG } };

	pin(place / THREADS);
	for (unsigned long i = 0; i < rounds; i++) {
		call_echo((uint64_t)place << 32 | i);
		if (place % THREADS == 2 && i % 100 == 0)
			lend();
		if (place % THREADS == 1 && i % 64 == 0)
			expect("a relay's calls", ipc_call(SERVER_relay, &words), LONG);
	}
	return NULL;
}

static void call_together(long cores)
{
	static pthread_t thread[CORES_MOST * THREADS];

	for (long i = 0; i < cores * THREADS; i++)
		if (pthread_create(&thread[i], NULL, call_often, (void *)i))
			exit(1);
	for (long i = 0; i < cores * THREADS; i++)
		pthread_join(thread[i], NULL);
}

static void kill_inside(void)
{
	for (unsigned i = 0; i < KILLS; i++) {
		pid_t child = fork();
		int status;

		if (child < 0)
			exit(1);
		while (!child) {
			struct words words = { { LONG } };

			ipc_call(i % 2 ? SERVER_relay : SERVER_echo, &words);
		}
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 + i * 300000 }, NULL);
		call_echo(i);
		kill(child, SIGKILL);
		expect("a killed child", waitpid(child, &status, 0), child);
		expect("how it ended", status, SIGKILL);
		call_echo(i);
	}
}

int main(int argc, char **argv)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0);

	rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (!rounds)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	call_echo(1);
	expect("an empty call", call_by_number(IPC_CALL + SERVER_echo) < 0, 0);
	call_what_is_not_there();
	lend();
	call_together(cores < CORES_MOST ? cores : CORES_MOST);
	kill_inside();
	printf("ipc: %ld wrong\n", (long)wrong);
	return wrong != 0;
}
