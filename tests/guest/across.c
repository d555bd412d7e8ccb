/* across.c - calls of services' replicas on other cores
 * SPDX-License-Identifier: MIT
 * Usage: across ROUNDS. What must not be called is refused; each replica answers for its core; who waits too long hears so. Then threads on every core have the
 * twins ask one another, all at once and round and round, while others end replicas and kill callers: every call is answered, nobody waits for ever. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/fickle.h"
#include "abi/service.h"
#include "abi/twin.h"
#include "child.h"
#include "native_call.h"
#include "pin.h"

enum {
	CORES_MOST = 64,
	CALLERS = 4,     /* on each core */
	OUT_MOST = 8,    /* calls of one service from one core to another (ipc/remote.h) */
	LONG = 300000000, /* ns */
	PATIENCE = 5000, /* ms */
	SLOW_ANSWER = 7,
};

static _Atomic long wrong, answered, died, busy;
static _Atomic int over;
static long cores;

static void expect(const char *what, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	printf("across: %s: %jd, not %jd\n", what, (intmax_t)found, (intmax_t)expected);
	wrong++;
}

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

static int64_t call_at(long core, unsigned server, uint64_t first, uint64_t second, uint64_t third, uint64_t time)
{
	struct words words = { { first, second, third } };

	return ipc_call_at((unsigned)core, server, &words, time);
}

/* One that may be away for a while since it has failed, or busy. */
static int64_t call_when_there(long core, unsigned server, uint64_t first, uint64_t second, uint64_t third)
{
	int64_t result = STATUS_TIMED_OUT;

	for (int tries = 0; tries < PATIENCE; tries++) {
		result = call_at(core, server, first, second, third, 0);
		if (result != STATUS_DEAD && result != STATUS_BUSY)
			break;
		rest(1);
	}
	return result;
}

static void be_refused(void)
{
	expect("a core that is not there", call_at(cores, SERVER_echo, 0, 0, 0, 0), STATUS_BAD_ARGUMENT);
	expect("one far away", call_at(0x7fffffff, SERVER_echo, 0, 0, 0, 0), STATUS_BAD_ARGUMENT);
	expect("one before the first", call_at(-1, SERVER_echo, 0, 0, 0, 0), STATUS_BAD_ARGUMENT);
	expect("a service that is not there", call_at(0, SERVER_COUNT, 0, 0, 0, 0), STATUS_NO_CALL);
	expect("the last number", call_at(0, IPC_SERVERS - 1, 0, 0, 0, 0), STATUS_NO_CALL);
	for (long core = 0; core < cores; core++) {
		expect("a service that it may not call", call_at(core, SERVER_twin, TWIN_CALL, cores - 1, SERVER_relay, 0), STATUS_NOT_ALLOWED);
		expect("a core that it asks for", call_at(core, SERVER_twin, TWIN_CALL, cores, SERVER_echo, 0), STATUS_BAD_ARGUMENT);
		expect("itself", call_at(core, SERVER_twin, TWIN_THERE, core, TWIN_HERE, 0), STATUS_NOT_ALLOWED);
	}
}

static void call_each(void)
{
	for (long core = 0; core < cores; core++) {
		struct words words = { { TWIN_HERE, 1, UINT64_MAX, 3, 1000, 5 } };

		expect("which core answers", ipc_call_at((unsigned)core, SERVER_twin, &words, 0), core);
		for (unsigned i = 1; i < 6; i++)
			expect("a word", (int64_t)words.word[i], (int64_t[]){ 0, 2, 0, 4, 1001, 6 }[i]);
		for (long other = 0; other < cores; other++) {
			if (other != core)
				expect("whom it asks", call_at(core, SERVER_twin, TWIN_THERE, (uint64_t)other, TWIN_HERE, 0), other);
			words = (struct words){ { TWIN_CALL, (uint64_t)other, SERVER_echo, 21 << 1 } };
			expect("another service", ipc_call_at((unsigned)core, SERVER_twin, &words, 0), 21);
		}
	}
	expect("round and round", call_when_there(0, SERVER_twin, TWIN_ROUND, cores > 1 ? 6 : 0, (uint64_t)cores), cores > 1 ? 6 : 0);
}

static void wait_too_long(void)
{
	long other = cores - 1;
	struct words words = { { TWIN_SLOW, LONG } };

	if (cores == 1)
		return;
	expect("a slow answer", call_at(other, SERVER_twin, TWIN_SLOW, 1000000, 0, 0), SLOW_ANSWER);
	expect("one in time", call_at(other, SERVER_twin, TWIN_SLOW, 1000000, 0, LONG), SLOW_ANSWER);
	for (int i = 0; i < OUT_MOST; i++)
		expect("one that comes too late", call_at(other, SERVER_twin, TWIN_SLOW, LONG, 0, 1000000), STATUS_TIMED_OUT);
	expect("when there is no room", ipc_call_at_once((unsigned)other, SERVER_twin, &words, 0), STATUS_BUSY);
	expect("a wait for room", call_at(other, SERVER_twin, TWIN_HERE, 0, 0, 1000000), STATUS_TIMED_OUT);
	expect("another service meanwhile", call_at(other, SERVER_echo, 84, 0, 0, 0), 42);
	expect("when there is room again", call_at(other, SERVER_twin, TWIN_HERE, 0, 0, 0), other);
	words = (struct words){ { TWIN_HERE } };
	expect("at once", ipc_call_at_once((unsigned)other, SERVER_twin, &words, 0), other);
	/* a service that waits for one; its own time */
	words = (struct words){ { TWIN_THERE, 0, TWIN_SLOW, LONG, 0, 1000000 } };
	expect("a service that waits too long", ipc_call_at((unsigned)other, SERVER_twin, &words, 0), STATUS_TIMED_OUT);
}

static void fail_elsewhere(void)
{
	for (long core = 0; core < cores; core++) {
		expect("a service that fails there", call_when_there(core, SERVER_fickle, FICKLE_NOTHING, 0, 0), 0);
		expect("its failure", call_at(core, SERVER_fickle, FICKLE_READ, 0, 0, 0), STATUS_DEAD);
		expect("the next call", call_when_there(core, SERVER_fickle, FICKLE_NOTHING, 0, 0), 0);
		expect("a twin that fails", call_at(core, SERVER_twin, TWIN_FAULT, 0, 0, 0), STATUS_DEAD);
		expect("the next twin", call_when_there(core, SERVER_twin, TWIN_HERE, 0, 0), core);
	}
}

static void kill_callers(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		pid_t child = fork();
		int status;

		if (!child) {
			pin(i % cores);
			for (;;) /* until it is killed */
				call_at(cores - 1, SERVER_twin, i % 3 ? TWIN_SLOW : TWIN_THERE, i % 3 ? 50000000 : 0, TWIN_HERE, 0);
		}
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 + i * 100000 }, NULL);
		kill(child, SIGKILL);
		expect("a killed caller", waitpid(child, &status, 0), child);
		expect("how it ended", status, SIGKILL);
	}
}

static void count(int64_t result, int64_t expected)
{
	if (result == STATUS_DEAD || result == STATUS_TIMED_OUT)
		died++;
	else if (result == STATUS_BUSY)
		busy++;
	else
		expect("an answer", result, expected);
	if (result == STATUS_DEAD || result == STATUS_BUSY)
		rest(1);
	answered++;
}

static void *call_on(void *argument)
{
	long place = (long)argument, core = place / CALLERS;
	uint64_t random = (uint64_t)place + 1;

	pin(core);
	while (!over) {
		long to, next;

		random = random * 6364136223846793005 + 1442695040888963407;
		to = (long)((random >> 33) % (uint64_t)cores);
		next = (to + 1 + (long)(random >> 50) % (cores > 1 ? cores - 1 : 1)) % cores;
		switch (random >> 60) {
		case 0: case 1: case 2:
			count(call_at(to, SERVER_twin, TWIN_HERE, 0, 0, 0), to);
			break;
		case 3: case 4: case 5: case 6: case 7:
			count(call_at(to, SERVER_twin, TWIN_ROUND, cores > 1 ? 5 : 0, (uint64_t)cores, 0), cores > 1 ? 5 : 0);
			break;
		case 8: case 9:
			count(call_at(to, SERVER_echo, 84, 0, 0, 0), 42);
			break;
		case 10:
			count(call_at(to, SERVER_twin, TWIN_HERE, 0, 0, 20000), to);
			break;
		case 11:
			count(call_at(to, SERVER_twin, TWIN_SLOW, 100000, 0, 0), SLOW_ANSWER);
			break;
		default:
			if (next != to)
				count(call_at(to, SERVER_twin, TWIN_THERE, (uint64_t)next, TWIN_HERE, 0), next);
		}
	}
	return NULL;
}

static pthread_t thread[CORES_MOST * CALLERS];

static void start_callers(void)
{
	over = 0;
	for (long i = 0; i < cores * CALLERS; i++)
		if (pthread_create(&thread[i], NULL, call_on, (void *)i))
			exit(1);
}

static void stop_callers(void)
{
	over = 1;
	for (long i = 0; i < cores * CALLERS; i++)
		pthread_join(thread[i], NULL);
}

/* All cores call all others; first with nobody who disturbs them. */
static void call_all_at_once(int rounds)
{
	start_callers();
	rest(10 * rounds);
	stop_callers();
	expect("deaths when nothing fails but time", died <= answered / 4, 1);
	start_callers();
	for (int round = 0; round < rounds; round++) {
		expect("the end of a replica", native_call(NATIVE_server_end, round % 3 ? SERVER_twin : SERVER_echo, round % cores, 0), 0);
		rest(5);
	}
	kill_callers(rounds / 5);
	stop_callers();
}

int main(int argc, char **argv)
{
	int rounds = argc == 2 ? atoi(argv[1]) : 0;

	cores = native_call(NATIVE_core_count, 0, 0, 0);
	if (!rounds || cores > CORES_MOST)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	pin(0);
	be_refused();
	call_each();
	wait_too_long();
	fail_elsewhere();
	kill_callers(rounds / 5);
	call_all_at_once(rounds);
	for (long core = 0; core < cores; core++)
		expect("in the end, each twin", call_when_there(core, SERVER_twin, TWIN_HERE, 0, 0), core);
	printf("across: %ld answered on %ld cores, %ld of them too late or by none, %ld busy, %ld wrong\n", (long)answered, cores, (long)died, (long)busy, (long)wrong);
	return wrong != 0;
}
