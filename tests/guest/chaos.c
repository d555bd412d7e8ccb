/* chaos.c - many processes fault, map, move, give birth and end on all cores, and are killed at random moments
 * SPDX-License-Identifier: MIT
 * Usage: chaos PROCESSES SECONDS SEED. A third of the time is a warm-up. After it, and at the end, all are killed, and as many frames must be
 * in use as before: what the kernel keeps for the next time (pages of records) has a limit, what is lost has none.
 * By hand, at full size: make run SMP=16 MEM=4096 INITRD=build/guest-tests.cpio INIT="/bin/chaos 200 60 1"
 * chaos -plan SEED DEPTH CORES is one process of it. The same seed gives the same plans, but not the same interleaving. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chaos_work.h"
#include "native_call.h"
#include "region.h"

enum {
	PROCESSES_MOST = 1000,
	LEFT_OVER = 3,   /* frames for each core */
	PATIENCE = 60,   /* seconds for the last ones to end */
	KILL_PAUSE = 60, /* a process lives so many ms on average, unless it ends by itself; divided among all */
	KEEPERS = 16,    /* threads that start processes and wait for them */
	STARTING = -1,
};

struct place {
	volatile int32_t id; /* of the process here; 0: none, or STARTING. It writes that itself, before its creator knows */
	volatile int32_t killed; /* the process that a signal was sent to */
	int status;
};

static const char *program;
static struct place place[PROCESSES_MOST];
static unsigned places, cores;
static struct {
	unsigned long started, refused, killed, ended, starved, wrong;
	unsigned long living, most_living;
} count; /* of several threads */
static volatile double last_moment, phase_end;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

static void nap(long nanoseconds)
{
	nanosleep(&(struct timespec){ .tv_nsec = nanoseconds }, NULL);
}

static void roam(uint64_t *random)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(random_below(random, cores), &set);
	if (sched_setaffinity(0, sizeof(set), &set) && errno != ENOMEM)
		wrong("the supervisor cannot move", NULL, errno, 0);
}

static void kill_at(struct place *at)
{
	int32_t id = at->id;

	if (id <= 0)
		return;
	at->killed = id;
	kill(id, SIGKILL);
}

static void report_stuck(void)
{
	for (unsigned i = 0; i < places; i++)
		if (place[i].id > 0)
			printf("chaos: process %d is still there%s\n", place[i].id, place[i].killed == place[i].id ? ", killed" : "");
	printf("chaos: nothing ends any more\n");
	_exit(1);
}

static void add(unsigned long *to, long amount)
{
	__atomic_fetch_add(to, amount, __ATOMIC_SEQ_CST);
}

/* The thread that kills; few enough that most places stay taken. */
static void *kill_some(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	while (now() < last_moment + PATIENCE) {
		nap((long)random_below(&random, 2000000L * KILL_PAUSE / places));
		if (random_below(&random, 16) == 0)
			roam(&random);
		if (now() < phase_end && count.living > places / 4 * 3)
			kill_at(&place[random_below(&random, places)]);
	}
	report_stuck();
	return NULL;
}

/* A free place, now taken; NULL: none. */
static struct place *take_place(void)
{
	for (unsigned i = 0; i < places; i++) {
		int32_t none = 0;

		if (__atomic_compare_exchange_n(&place[i].id, &none, STARTING, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return &place[i];
	}
	return NULL;
}

static bool start(struct place *at, uint64_t *random)
{
	struct plan plan = { random_next(random), 0, cores };

	at->status = plan_status(&plan);
	add(&count.living, 1);
	if (plan_start(program, &plan, &at->id) > 0) {
		add(&count.started, 1);
		if (count.living > count.most_living)
			count.most_living = count.living;
		return true;
	}
	if (errno != EAGAIN && errno != ENOMEM)
		wrong("a process cannot be started", NULL, errno, ENOMEM);
	add(&count.refused, 1);
	add(&count.living, -1);
	at->id = 0;
	return false;
}

static unsigned long *verdict(const struct place *at, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == at->status)
		return &count.ended;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STARVED)
		return &count.starved;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return at->killed == at->id ? &count.killed : &count.starved;
	printf("chaos: process %d ended with status 0x%x, not 0x%x\n", at->id, status, at->status << 8);
	return &count.wrong;
}

/* False: there is nobody to wait for. Children of children may come, too, on Linux: their parents are gone. */
static bool reap(int flags)
{
	int status;
	pid_t id = waitpid(-1, &status, flags);

	for (unsigned i = 0; id > 0 && i < places; i++) {
		if (place[i].id == id) {
			add(verdict(&place[i], status), 1);
			add(&count.living, -1);
			__atomic_store_n(&place[i].id, 0, __ATOMIC_SEQ_CST);
		}
	}
	return id > 0;
}

static void *keep_places(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	while (now() < phase_end) {
		struct place *free = take_place();

		if (random_below(&random, 4) == 0)
			roam(&random);
		if (!free)
			reap(0);
		else if (!start(free, &random) && !reap(WNOHANG))
			nap(1000000);
	}
	while (count.living) {
		for (unsigned i = 0; i < places; i++)
			kill_at(&place[i]);
		reap(0);
	}
	return NULL;
}

static void keep_alive_until(double end, uint64_t *random)
{
	unsigned keepers = cores < KEEPERS ? cores : KEEPERS;
	pthread_t keeper[KEEPERS];

	phase_end = end;
	for (unsigned i = 0; i < keepers; i++)
		if (pthread_create(&keeper[i], NULL, keep_places, (void *)random_next(random)))
			wrong("no thread", NULL, errno, 0);
	for (unsigned i = 0; i < keepers; i++)
		pthread_join(keeper[i], NULL);
}

static long frames_used(void)
{
	long sum = 0;

	for (unsigned core = 0; core < cores; core++)
		sum += native_call(NATIVE_kernel_count, COUNTER_frames_used, core, 0);
	return sum;
}

/* Children of the killed may still be there: until nothing changes any more. */
static long frames_at_rest(void)
{
	long before = frames_used(), after;

	for (int quiet = 0; quiet < 10; quiet = before == after ? quiet + 1 : 0, before = after) {
		nap(50000000);
		after = frames_used();
	}
	return before;
}

int main(int argc, char **argv)
{
	uint64_t random;
	double begin = now(), seconds;
	long before, after;
	pthread_t killer;
	cpu_set_t all;

	if (argc == 5 && !strcmp(argv[1], "-plan")) {
		struct plan plan = { strtoull(argv[2], NULL, 0), atoi(argv[3]), atoi(argv[4]) };

		plan_carry_out(argv[0], &plan);
	}
	if (argc != 4 || sched_getaffinity(0, sizeof(all), &all))
		return 2;
	program = argv[0];
	setvbuf(stdout, NULL, _IOLBF, 0);
	cores = CPU_COUNT(&all);
	places = atoi(argv[1]);
	seconds = atof(argv[2]);
	random = strtoull(argv[3], NULL, 0);
	if (!places || places > PROCESSES_MOST)
		return 2;
	last_moment = begin + seconds;
	if (pthread_create(&killer, NULL, kill_some, (void *)random_next(&random)))
		return 1;
	printf("chaos: %u processes on %u cores, seed %s\n", places, cores, argv[3]);
	keep_alive_until(begin + seconds / 3, &random);
	before = frames_at_rest();
	printf("chaos: warm: %lu started, %lu killed, %lu ended by themselves\n", count.started, count.killed, count.ended);
	keep_alive_until(begin + seconds, &random);
	after = frames_at_rest();
	printf("chaos: %ld frames in use before, %ld after; %lu alive at most, %lu refused, %lu starved\n", before, after,
	       count.most_living, count.refused, count.starved);
	printf("chaos: %.0f s, %lu started, %lu killed, %lu ended by themselves, %lu wrong\n", seconds, count.started, count.killed,
	       count.ended, count.wrong);
	return count.wrong || after > before + (long)(LEFT_OVER * cores);
}
