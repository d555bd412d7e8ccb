/* kills.c - the file service is killed under load, and everything happens exactly once
 * SPDX-License-Identifier: MIT
 * Usage: kills SECONDS MILLISECONDS. One process on each core; two neighbours each want the same: to create a file that is not there, to rename it, to remove it; and both append
 * to one file. Meanwhile the replicas of the service are ended in turn, one each so many milliseconds. Of each pair exactly one must have had its will each time, and
 * each record must be in the log once, in its writer's order. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/ipc.h"
#include "native_call.h"
#include "pin.h"

enum {
	CORES_MOST = 64,
	PAIRS_MOST = CORES_MOST,
	RECORD = 16,
	STEPS_MOST = 1 << 16,
	NAME = 64,
};

/* What the processes share. */
struct shared {
	atomic_int over;
	atomic_long wrong, kills;
	atomic_int done[CORES_MOST];                /* thirds of steps that a worker has come to */
	atomic_int end[PAIRS_MOST];
	atomic_uchar created[PAIRS_MOST][STEPS_MOST]; /* by how many of the pair */
	atomic_uchar renamed[PAIRS_MOST][STEPS_MOST];
	atomic_uchar removed[PAIRS_MOST][STEPS_MOST];
};

static struct shared *shared;
static long cores, seconds, interval;

static void fault(const char *what, int worker, int step)
{
	if (shared->wrong++ < 20)
		printf("kills: worker %d, step %d: %s: %s\n", worker, step, what, strerror(errno));
}

/* Its partner is with it at the same step, or ahead. */
static void meet(int worker, int step)
{
	int partner = worker ^ 1;

	shared->done[worker] = step;
	while (partner < cores && shared->done[partner] < step)
		nanosleep(&(struct timespec){ 0, 1 }, NULL);
}

/* Both do the next step, or neither. */
static int go_on(int worker, int step)
{
	if (worker % 2 == 0 && (shared->over || step == STEPS_MOST - 1))
		shared->end[worker / 2] = 1;
	meet(worker, 3 * step + 3);
	return !shared->end[worker / 2];
}

static void append(int log, int worker, int step)
{
	char record[2 * RECORD];

	snprintf(record, sizeof(record), "%3d %10d ", worker, step);
	record[RECORD - 1] = '\n';
	if (write(log, record, RECORD) != RECORD)
		fault("append", worker, step);
}

/* One of two who want the same. What else may be the answer is `other`. */
static int one_of_two(const char *what, int result, int other, atomic_uchar *count, int worker, int step)
{
	if (result >= 0)
		(*count)++;
	else if (errno != other)
		fault(what, worker, step);
	return result >= 0;
}

static void step_once(int worker, int step, int log)
{
	int pair = worker / 2, file;
	char name[NAME], own[NAME], theirs[NAME];

	snprintf(name, NAME, "k/x-%d-%d", pair, step);
	snprintf(own, NAME, "k/y-%d-%d", worker, step);
	snprintf(theirs, NAME, "k/y-%d-%d", worker ^ 1, step);
	file = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (one_of_two("create", file, EEXIST, &shared->created[pair][step], worker, step) && close(file))
		fault("close", worker, step);
	append(log, worker, step);
	meet(worker, 3 * step + 4);
	one_of_two("rename", rename(name, own), ENOENT, &shared->renamed[pair][step], worker, step);
	meet(worker, 3 * step + 5);
	one_of_two("remove", unlink(own), ENOENT, &shared->removed[pair][step], worker, step);
	one_of_two("remove the other's", unlink(theirs), ENOENT, &shared->removed[pair][step], worker, step);
}

static void work(int worker)
{
	char name[NAME];
	int log, step = 0;

	pin(worker);
	snprintf(name, NAME, "k/log-%d", worker / 2);
	log = open(name, O_CREAT | O_APPEND | O_WRONLY, 0600);
	if (log < 0)
		fault("open the log", worker, 0);
	while (go_on(worker, step))
		step_once(worker, step++, log);
	_exit(0);
}

/* Each core's in turn. */
static void kill_replicas(void)
{
	struct timespec begin, now, pause = { interval / 1000, interval % 1000 * 1000000 };
	long core = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		nanosleep(&pause, NULL);
		native_call(NATIVE_server_end, SERVER_fs, core, 0);
		shared->kills++;
		core = (core + 1) % cores;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begin.tv_sec < seconds);
	shared->over = 1;
}

static int check_pair(int pair)
{
	int partners = 2 * pair + 1 < cores ? 2 : 1, steps = 0;

	for (int step = 0; step < STEPS_MOST; step++) {
		int all = shared->created[pair][step] == 1 && shared->renamed[pair][step] == 1 && shared->removed[pair][step] == 1;

		if (!shared->created[pair][step])
			break;
		if (!all) {
			printf("kills: pair %d of %d, step %d: %d created, %d renamed, %d removed\n", pair, partners, step,
			       shared->created[pair][step], shared->renamed[pair][step], shared->removed[pair][step]);
			shared->wrong++;
		}
		steps++;
	}
	return steps;
}

/* Each of its writers' records once, in order. */
static void check_log(int pair, int steps)
{
	int next[CORES_MOST] = { 0 }, worker, step;
	char name[NAME], record[RECORD + 1];
	FILE *log;

	snprintf(name, NAME, "k/log-%d", pair);
	log = fopen(name, "r");
	while (log && fread(record, 1, RECORD, log) == RECORD) {
		record[RECORD] = 0;
		if (sscanf(record, "%d %d", &worker, &step) != 2 || worker / 2 != pair || step != next[worker]++) {
			printf("kills: pair %d, a record that is not next: '%.*s'\n", pair, RECORD - 1, record);
			shared->wrong++;
		}
	}
	for (worker = 2 * pair; worker < 2 * pair + 2 && worker < cores; worker++)
		if (next[worker] != steps) {
			printf("kills: worker %d has %d records in its log, of %d\n", worker, next[worker], steps);
			shared->wrong++;
		}
	if (log)
		fclose(log);
	unlink(name);
}

int main(int argc, char **argv)
{
	long steps = 0;

	seconds = argc > 1 ? atol(argv[1]) : 3;
	interval = argc > 2 ? atol(argv[2]) : 50;
	cores = sysconf(_SC_NPROCESSORS_ONLN);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (cores > CORES_MOST || shared == MAP_FAILED || mkdir("k", 0700))
		return 1;
	for (int worker = 0; worker < cores; worker++)
		if (!fork())
			work(worker);
	kill_replicas();
	while (wait(NULL) > 0)
		;
	for (int pair = 0; pair < (cores + 1) / 2; pair++) {
		int done = check_pair(pair);

		check_log(pair, done);
		steps += done;
	}
	if (rmdir("k"))
		fault("what is left in the directory", -1, 0);
	printf("kills: %ld cores, %ld replicas ended, %ld steps of pairs, %ld wrong\n", cores, shared->kills, steps, shared->wrong);
	return shared->wrong != 0 || !steps;
}
