/* inside.c - many threads wait inside one service, which has few stacks
 * SPDX-License-Identifier: MIT
 * Usage: inside THREADS ROUNDS. THREADS threads, spread over the cores, call the device of their core, ROUNDS times each; it takes each of them another time.
 * Every call is answered, with what it asked for; also when a child has taken all memory that there is. Then threads wait for numbers and others wake
 * them, and some are killed meanwhile. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/device.h"
#include "abi/service.h"
#include "child.h"
#include "native_call.h"
#include "pin.h"

enum {
	THREADS_MOST = 2000,
	KILLS = 20,
	SLEEPERS = 5,
	LONG = 2000000000, /* ns */
	PAGE = 4096,
};

enum {
	ALL = 1 << 30, /* bytes: more than there is */
};

static _Atomic long wrong, most_inside;
static pthread_barrier_t ready, memory_is_full;
static long cores, rounds;

static void expect(const char *what, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	printf("inside: %s: %jd, not %jd\n", what, (intmax_t)found, (intmax_t)expected);
	wrong++;
}

static int64_t tell(enum device what, uint64_t first, uint64_t second, uint64_t *answer)
{
	struct words words = { { what, first, second } };
	int64_t result = ipc_call(SERVER_device, &words);

	if (answer)
		*answer = words.word[1];
	return result;
}

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_nsec = milliseconds * 1000000 }, NULL);
}

/* A program of its own: a fork would have this one's pages copied when they are written. Its core's mark says that it is done; then it is killed. */
static _Noreturn void take_all_memory(void)
{
	char *memory = mmap(NULL, ALL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (long page = 0; page < ALL / PAGE && getrandom(memory + page * PAGE, 1, 0) == 1; page++)
		;
	native_call(NATIVE_core_mark_set, 1, 0, 0);
	for (;;)
		rest(100);
}

static pid_t start_hog(void)
{
	char *arguments[] = { "/bin/inside", "hog", NULL };
	pid_t child = child_start(arguments[0], arguments);

	while (child > 0 && !native_call(NATIVE_core_mark, sched_getcpu(), 0, 0))
		rest(1);
	return child;
}

static void *work(void *argument)
{
	uint64_t place = (uint64_t)argument, random = place;

	pin((long)(place % (uint64_t)cores));
	tell(DEVICE_WORK, 1000, place, NULL); /* all that it will need is there now */
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&memory_is_full);
	for (long round = 0; round < rounds; round++) {
		uint64_t beside;

		random = random * 6364136223846793005 + 1442695040888963407;
		expect("the device's answer", tell(DEVICE_WORK, 10000 + (random >> 32) % 1000000, place, &beside), (int64_t)place * 3 + 1);
		if ((long)beside > most_inside)
			most_inside = (long)beside;
	}
	return NULL;
}

static void work_together(long threads)
{
	static pthread_t thread[THREADS_MOST];
	pthread_attr_t small;
	pid_t hog;

	pthread_barrier_init(&ready, NULL, (unsigned)threads + 1);
	pthread_barrier_init(&memory_is_full, NULL, (unsigned)threads + 1);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	for (long i = 0; i < threads; i++)
		if (pthread_create(&thread[i], &small, work, (void *)i)) {
			printf("inside: no thread %ld\n", i);
			exit(1);
		}
	pthread_barrier_wait(&ready);
	hog = start_hog();
	expect("a child that takes all memory", hog > 0, 1);
	pthread_barrier_wait(&memory_is_full);
	for (long i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	kill(hog, SIGKILL);
	waitpid(hog, NULL, 0);
}

static void *sleep_inside(void *key)
{
	expect("who is woken hears so", tell(DEVICE_WAIT, (uint64_t)key, LONG, NULL), 0);
	return NULL;
}

static void wake_all(void)
{
	pthread_t thread[SLEEPERS];
	long woken = 0;

	for (long i = 0; i < SLEEPERS; i++)
		pthread_create(&thread[i], NULL, sleep_inside, (void *)(7 + i % 2));
	while (woken < SLEEPERS) {
		expect("nobody waits for that", tell(DEVICE_WAKE, 6, 100, NULL), 0);
		woken += tell(DEVICE_WAKE, 7, 1, NULL) + tell(DEVICE_WAKE, 8, 100, NULL);
		rest(1);
	}
	for (long i = 0; i < SLEEPERS; i++)
		pthread_join(thread[i], NULL);
	expect("who waits in vain", tell(DEVICE_WAIT, 9, 1000000, NULL), STATUS_TIMED_OUT);
}

static void kill_sleepers(void)
{
	for (int i = 0; i < KILLS; i++) {
		pid_t child = fork();
		int status;

		if (!child) {
			tell(DEVICE_WAIT, 11, 0, NULL);
			_exit(1);
		}
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 + i * 100000 }, NULL);
		kill(child, SIGKILL);
		expect("a killed sleeper", waitpid(child, &status, 0), child);
		expect("how it ended", status, SIGKILL);
	}
}

static void end_with_sleepers(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		expect("who sleeps in a service that is ended", tell(DEVICE_WAIT, 12, 0, NULL), STATUS_DEAD);
		_exit(wrong ? 1 : 7);
	}
	rest(20);
	expect("the end of a device", native_call(NATIVE_server_end, SERVER_device, sched_getcpu(), 0), 0);
	expect("who slept in it", waitpid(child, &status, 0), child);
	expect("how it ended", status, 7 << 8);
	expect("the next device", tell(DEVICE_WORK, 1000, 5, NULL), 16);
}

int main(int argc, char **argv)
{
	long threads = argc == 3 ? atol(argv[1]) : 0;

	if (argc == 2)
		take_all_memory();
	rounds = argc == 3 ? atol(argv[2]) : 0;
	cores = native_call(NATIVE_core_count, 0, 0, 0);
	if (threads < 1 || threads > THREADS_MOST || rounds < 1)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	pin(0);
	tell(DEVICE_WORK, 1000, 5, NULL);
	work_together(threads);
	wake_all();
	kill_sleepers();
	end_with_sleepers();
	printf("inside: %ld threads, %ld calls, %ld inside at once, %ld wrong\n", threads, threads * rounds, (long)most_inside, (long)wrong);
	return wrong != 0;
}
