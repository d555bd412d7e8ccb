/* exhaust.c - a process takes all memory of its core while others work there and on all other cores
 * SPDX-License-Identifier: MIT
 * Usage: exhaust ROUNDS. On each core lives a worker that maps, writes, checks and unmaps without pause, and a keeper that has all its
 * pages already and looks at them. In each round a hog eats a core's memory until it is ended; in the last one a hog on every core does.
 * Nobody may ever see other memory than its own. Workers on other cores and all keepers live through it; a worker on the hog's core may
 * be ended, when the frame it needs is not there (signal 9), and then there is a new one. Every hog gets about as much as the first on
 * its core. exhaust work|keep|eat CORE SEED is one of them; the hog's core's mark says how many pages it has. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "child.h"
#include "native_call.h"
#include "pin.h"
#include "region.h"

enum {
	CORES_MOST = 64,
	REGIONS = 4,
	KEPT = 200,    /* pages */
	LARGEST = 1500, /* pages: what a worker needs has a limit, though the nodes of its slots stay (slots.h) */
	PIECE = 512,   /* pages that a hog maps at a time: what tables and slots cost is small */
};

enum role { WORK, KEEP, EAT, ROLES };

static char *const name[ROLES] = { "work", "keep", "eat" };
static long cores;
static pid_t living[ROLES][CORES_MOST];
static long first_meal[CORES_MOST];
static unsigned long lost; /* workers */

static _Noreturn void work(uint64_t random)
{
	struct region region[REGIONS] = {};

	for (;;) {
		struct region *one = &region[random_below(&random, REGIONS)];

		if (!one->base && !region_map(one, &random, LARGEST, 0))
			continue;
		switch (random_below(&random, 4)) {
		case 0: region_unmap(one); break;
		case 1: region_discard(one, &random); break;
		case 2: region_write(one, &random); break;
		default: region_check(one, &random);
		}
	}
}

static _Noreturn void keep(uint64_t seed)
{
	uint64_t *memory = mmap(NULL, KEPT * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		wrong("mmap", NULL, errno, 0);
	for (uint64_t i = 0; i < KEPT * PAGE / 8; i++)
		memory[i] = seed + i;
	for (;;) {
		for (uint64_t i = 0; i < KEPT * PAGE / 8; i++)
			if (((volatile uint64_t *)memory)[i] != seed + i)
				wrong("kept memory", &memory[i], memory[i], seed + i);
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
}

static int eat(void)
{
	for (long eaten = 0;;) {
		unsigned char *piece = mmap(NULL, PIECE * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (piece == MAP_FAILED)
			return errno == ENOMEM ? 0 : 1;
		for (unsigned page = 0; page < PIECE; page++) {
			if (*(volatile unsigned char *)&piece[page * PAGE])
				wrong("a fresh page is not zero", &piece[page * PAGE], piece[page * PAGE], 0);
			piece[page * PAGE] = 1;
			native_call(NATIVE_core_mark_set, ++eaten, 0, 0);
		}
	}
}

static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}

/* On its core from its first page on. */
static bool start(enum role role, long core)
{
	char number[12], seed[12];
	char *const arguments[] = { "/bin/exhaust", name[role], number, seed, NULL };
	static unsigned starts;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return false;
	snprintf(number, sizeof(number), "%ld", core);
	snprintf(seed, sizeof(seed), "%u", ++starts);
	living[role][core] = child_start(arguments[0], arguments);
	return living[role][core] > 0;
}

/* Where a hog has just ended there is soon memory again. */
static void start_surely(enum role role, long core)
{
	for (int tries = 0; !start(role, core); tries++) {
		if (tries == 100) {
			printf("exhaust: %s cannot be started on core %ld: %s\n", name[role], core, strerror(errno));
			exit(1);
		}
		rest();
	}
}

static void judge_meal(long core, int status)
{
	long meal = native_call(NATIVE_core_mark, core, 0, 0);

	printf("exhaust: the hog on core %ld had %ld pages, and ended with 0x%x\n", core, meal, status);
	if (!first_meal[core])
		first_meal[core] = meal;
	if (meal < first_meal[core] - first_meal[core] / 8) {
		printf("exhaust: that is less than the %ld before\n", first_meal[core]);
		exit(1);
	}
	if (status != 0 && status != SIGKILL) {
		printf("exhaust: so should it not\n");
		exit(1);
	}
}

/* A child has ended, while there was a hog on cores [first, last). 1: it was a hog. */
static int judge(pid_t child, int status, long first, long last)
{
	for (int role = 0; role < ROLES; role++) {
		for (long core = 0; core < cores; core++) {
			if (living[role][core] != child)
				continue;
			living[role][core] = 0;
			if (role == EAT) {
				judge_meal(core, status);
				return 1;
			}
			if (role == WORK && core >= first && core < last && status == SIGKILL) {
				lost++;
				return 0;
			}
			printf("exhaust: %s on core %ld ended with 0x%x\n", name[role], core, status);
			exit(1);
		}
	}
	printf("exhaust: %d is no child\n", child);
	exit(1);
}

/* Until no hog is left on cores [first, last). */
static void wait_for_hogs(long first, long last)
{
	pid_t child;
	int status;

	for (long hogs = last - first; hogs > 0; hogs -= judge(child, status, first, last))
		child = wait(&status);
	rest();
	while ((child = waitpid(-1, &status, WNOHANG)) > 0) /* ended just before there was memory again */
		judge(child, status, first, last);
	for (long core = first; core < last; core++)
		if (!living[WORK][core])
			start_surely(WORK, core);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 3;

	if (argc == 4) {
		pin(atol(argv[2]));
		if (!strcmp(argv[1], name[EAT]))
			return eat();
		if (!strcmp(argv[1], name[KEEP]))
			keep(atol(argv[3]));
		work(atol(argv[3]));
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	cores = native_call(NATIVE_core_count, 0, 0, 0);
	for (long core = 0; core < cores; core++) {
		start_surely(KEEP, core);
		start_surely(WORK, core);
	}
	for (int round = 0; round < rounds * cores; round++) {
		start_surely(EAT, round % cores);
		wait_for_hogs(round % cores, round % cores + 1);
	}
	for (long core = 0; core < cores; core++)
		start_surely(EAT, core);
	wait_for_hogs(0, cores);
	printf("exhaust: %ld hogs, %lu workers starved beside them, all others went on\n", rounds * cores + cores, lost);
	return 0;
}
