/* mapped_chaos.c - many processes have files as memory, on all cores, and are killed at random moments
 * SPDX-License-Identifier: MIT
 * Usage: mapped-chaos PROCESSES ROUNDS SEED. Every third one is killed. The same seed gives the same plans, but not the same interleaving. */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mapped_work.h"
#include "region.h"

enum {
	PROCESSES_MOST = 200,
	NAP = 40000000, /* ns, at most, until one is killed */
	ENDED = 5,
};

static void move(uint64_t *random, unsigned cores)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(random_below(random, cores), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static _Noreturn void work(uint64_t random, unsigned rounds, unsigned cores)
{
	for (unsigned i = 0; i < rounds; i++) {
		move(&random, cores);
		if (!file_chaos(&random))
			wrong("a child of its own was killed", NULL, i, 0);
	}
	_exit(ENDED);
}

static bool is_killed(unsigned process)
{
	return process % 3 == 2;
}

int main(int argc, char **argv)
{
	unsigned processes = argc == 4 ? atoi(argv[1]) : 0, rounds = argc == 4 ? atoi(argv[2]) : 0, killed = 0, bad = 0;
	uint64_t random = argc == 4 ? strtoull(argv[3], NULL, 0) : 0;
	pid_t child[PROCESSES_MOST];
	cpu_set_t all;

	if (!processes || processes > PROCESSES_MOST || sched_getaffinity(0, sizeof(all), &all))
		return 2;
	for (unsigned i = 0; i < processes; i++) {
		uint64_t seed = random_next(&random);

		child[i] = fork();
		if (child[i] == 0)
			work(seed, rounds, CPU_COUNT(&all));
	}
	for (unsigned i = 0; i < processes; i++) {
		if (!is_killed(i))
			continue;
		nanosleep(&(struct timespec){ .tv_nsec = (long)random_below(&random, NAP) }, NULL);
		kill(child[i], SIGKILL);
	}
	for (unsigned i = 0; i < processes; i++) {
		int status;

		if (waitpid(child[i], &status, 0) != child[i])
			bad++;
		else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && is_killed(i))
			killed++;
		else
			bad += !WIFEXITED(status) || WEXITSTATUS(status) != ENDED;
	}
	printf("mapped-chaos: %u processes, %u killed, %u wrong\n", processes, killed, bad);
	return bad != 0;
}
