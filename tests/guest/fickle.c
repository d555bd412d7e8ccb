/* fickle.c - services go wrong, and their callers go on
 * SPDX-License-Identifier: MIT
 * Usage: fickle ROUNDS. A service faults, runs out of its stack, loops, or tries what it may not, as it is told: its caller hears that it has died,
 * and the next call finds a new one. One that fails too often is served for by the neighbour. Then, on each core, threads call services by way of others, while one core after the other ends theirs:
 * every call is answered, with what is right or with DEAD. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/fickle.h"
#include "abi/service.h"
#include "native_call.h"
#include "pin.h"

enum {
	CORES_MOST = 64,
	CALLERS = 3, /* on each core */
	INSIDE = 300, /* calls that a relay makes */
	PATIENCE = 5000, /* ms */
	TRIES = 12, /* each time the service stays away twice as long */
};

static _Atomic long wrong;
static _Atomic int over;
static _Atomic long answered, died;

static void expect(const char *what, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	printf("fickle: %s: %jd, not %jd\n", what, (intmax_t)found, (intmax_t)expected);
	wrong++;
}

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

/* On this core: who does not say so is served by the neighbour while the service stays away (served_elsewhere). */
static int64_t tell_at(long core, enum fickle what, uint64_t address, uint64_t *calls)
{
	struct words words = { { what, address } };
	int64_t result = ipc_call_at((unsigned)core, SERVER_fickle, &words, 0);

	*calls = words.word[1];
	return result;
}

static int64_t tell(enum fickle what, uint64_t address, uint64_t *calls)
{
	return tell_at(sched_getcpu(), what, address, calls);
}

/* It may stay away for a while when it has failed too often. */
static int64_t tell_when_there(enum fickle what, uint64_t address, uint64_t *calls)
{
	for (int tries = 0; tries < PATIENCE; tries++) {
		int64_t result = tell(FICKLE_NOTHING, 0, calls);

		if (result != STATUS_DEAD)
			return tell(what, address, calls);
		rest(1);
	}
	return STATUS_TIMED_OUT;
}

static void go_wrong(const char *how, enum fickle what, uint64_t address)
{
	uint64_t calls;

	expect(how, tell_when_there(what, address, &calls), STATUS_DEAD);
	expect("the next call", tell_when_there(FICKLE_NOTHING, 0, &calls), 0);
	expect("how often it was called", (int64_t)calls, 2); /* one to see that it is there */
}

static void go_wrong_alone(void)
{
	static uint64_t word = 7;
	uint64_t calls, kernel = 0xffffffff80100000, direct = 0xffff800000000000, instance = 0xffffffffc0000000;

	go_wrong("a read at 0", FICKLE_READ, 0);
	go_wrong("a read of its caller's memory", FICKLE_READ, (uint64_t)&word);
	go_wrong("a write to its caller's memory", FICKLE_WRITE, (uint64_t)&word);
	go_wrong("a jump into its caller", FICKLE_JUMP, (uint64_t)&go_wrong);
	go_wrong("a read of the kernel", FICKLE_READ, kernel);
	go_wrong("a write to the kernel", FICKLE_WRITE, kernel);
	go_wrong("a write to the instance", FICKLE_WRITE, instance);
	go_wrong("a jump into the kernel", FICKLE_JUMP, kernel);
	go_wrong("a read of memory itself", FICKLE_READ, direct);
	go_wrong("a write to an address that is none", FICKLE_WRITE, UINT64_C(1) << 63 | 1 << 20);
	go_wrong("a write to its code", FICKLE_WRITE, 0x401000);
	expect("a stack that is large enough", tell_when_there(FICKLE_RECURSE, 20, &calls), 19 * 20 / 2);
	go_wrong("a stack that is used up", FICKLE_RECURSE, 1000);
	expect("its caller's memory", (int64_t)word, 7);
	expect("getppid by a service", tell_when_there(FICKLE_CALL, 110, &calls), STATUS_NO_CALL);
	expect("exit_group by a service", tell_when_there(FICKLE_CALL, 231, &calls), STATUS_NO_CALL);
	expect("a service that it may call", tell_when_there(FICKLE_CALL, IPC_CALL + SERVER_echo, &calls) >= 0, 1);
	expect("one that it may not", tell_when_there(FICKLE_CALL, IPC_CALL + SERVER_relay, &calls), STATUS_NOT_ALLOWED);
	expect("one that is not there", tell_when_there(FICKLE_CALL, IPC_CALL + SERVER_COUNT, &calls), STATUS_NO_CALL);
}

/* Beside others, a service that does not come back is ended; and a program that is to end does not wait for it for ever, even alone. */
static void loop(void)
{
	pid_t other = fork(), child;
	uint64_t calls;
	int status;

	while (!other) /* until it is killed */
		;
	expect("a loop beside others", tell_when_there(FICKLE_LOOP, 0, &calls), STATUS_DEAD);
	kill(other, SIGKILL);
	waitpid(other, &status, 0);
	child = fork();
	if (!child) {
		tell_when_there(FICKLE_LOOP, 0, &calls);
		_exit(0);
	}
	rest(50);
	kill(child, SIGKILL);
	expect("a child that is in a loop", waitpid(child, &status, 0), child);
	expect("how it ended", status, SIGKILL);
}

/* So it is with nobody beside them but who waits at its door. */
static void loop_before_others(void)
{
	pid_t inside = fork(), waiting;
	uint64_t calls;
	int status;

	if (!inside) {
		pin(0);
		tell_when_there(FICKLE_LOOP, 0, &calls);
		_exit(0);
	}
	waiting = fork();
	if (!waiting)
		pin(0);
	while (!waiting) { /* until it is killed */
		tell(FICKLE_NOTHING, 0, &calls);
		rest(1);
	}
	expect("a child that is in a loop before others", waitpid(inside, &status, 0), inside);
	kill(waiting, SIGKILL);
	waitpid(waiting, &status, 0);
}

static void *call_on(void *argument)
{
	long place = (long)argument;

	pin(place / CALLERS);
	while (!over) {
		struct words words = { { place % CALLERS ? INSIDE : 42 << 1 } };
		int64_t result = ipc_call(place % CALLERS ? SERVER_relay : SERVER_echo, &words);

		if (result == STATUS_DEAD) {
			died++;
			rest(1);
			continue;
		}
		if (place % CALLERS)
			expect("a relay's answer", result >= 0 && result <= INSIDE, 1);
		else
			expect("an answer", result, 42);
		answered++;
	}
	return NULL;
}

static void end_again_and_again(long cores, int rounds)
{
	static pthread_t thread[CORES_MOST * CALLERS];

	for (long i = 0; i < cores * CALLERS; i++)
		if (pthread_create(&thread[i], NULL, call_on, (void *)i))
			exit(1);
	for (int round = 0; round < rounds; round++) {
		expect("the end of a replica", native_call(NATIVE_server_end, round % 2 ? SERVER_relay : SERVER_echo, round / 2 % cores, 0), 0);
		rest(5);
	}
	over = 1;
	for (long i = 0; i < cores * CALLERS; i++)
		pthread_join(thread[i], NULL);
}

/* A service that fails again and again here: its neighbour serves those who do not say where, and then it is back. */
static void served_elsewhere(long core, long neighbour)
{
	uint64_t calls, there;
	bool moved = false;

	pin(core);
	for (int tries = 0; tries < TRIES && !moved; tries++) {
		struct words words = { { FICKLE_NOTHING } };

		expect("the neighbour's", tell_at(neighbour, FICKLE_NOTHING, 0, &there), 0);
		expect("the end of one that reads nowhere", tell_when_there(FICKLE_READ, 0, &calls), STATUS_DEAD);
		expect("a call of what may stay away", ipc_call(SERVER_fickle, &words), 0);
		moved = words.word[1] == there + 1;
	}
	expect("that it was the neighbour's", moved, true);
	expect("that it is back", tell_when_there(FICKLE_NOTHING, 0, &calls), 0);
}

int main(int argc, char **argv)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0);
	int rounds = argc == 2 ? atoi(argv[1]) : 0;

	if (!rounds)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	expect("a service that is not there", native_call(NATIVE_server_end, SERVER_COUNT, 0, 0), -22);
	expect("a core that is not there", native_call(NATIVE_server_end, 0, cores, 0), -22);
	go_wrong_alone();
	loop();
	loop_before_others();
	if (cores > 1)
		served_elsewhere(0, 1);
	if (cores > 2 && cores % 2)
		served_elsewhere(cores - 1, cores - 2); /* who has no other neighbour */
	end_again_and_again(cores < CORES_MOST ? cores : CORES_MOST, rounds);
	printf("fickle: %ld answered, %ld died, %ld wrong\n", (long)answered, (long)died, (long)wrong);
	return wrong || !died || !answered;
}
