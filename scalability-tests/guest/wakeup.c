/* wakeup.c - futex ping-pong between two threads of one process
 * SPDX-License-Identifier: MIT
 * Each pair has a word of its own: 1 is the answerer's turn, 0 the worker's. A side changes it, wakes the
 * other and sleeps until it changes back, so two wake-ups make a round. Pairs sit on neighbouring cores; with
 * one core both sides share it. Answerers never end: the process ends them. */
#include "bench.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAIRS = BENCH_CORES / 2, WAKE_UPS_PER_ROUND = 2 };

/* Linux's futex operations, with the bit that says the word is this process's own. */
enum { FUTEX_WAIT_PRIVATE = 0 | 128, FUTEX_WAKE_PRIVATE = 1 | 128 };

enum turn { TURN_WORKER, TURN_ANSWERER };

/* A page a pair, as a program that cares for memory nodes would have it: the core that touches it first, the
 * answerer's, is where Tessera keeps who waits for its words. */
struct pair {
	_Alignas(4096) atomic_uint turn;
};

static struct pair pairs[PAIRS];
static unsigned int answerer_core[PAIRS];

static void turn_give(struct pair *pair, enum turn turn)
{
	atomic_store(&pair->turn, turn);
	if (syscall(SYS_futex, &pair->turn, FUTEX_WAKE_PRIVATE, 1, NULL) < 0)
		fail("could not wake the other thread", errno);
}

static void turn_await(struct pair *pair, enum turn turn)
{
	while (atomic_load(&pair->turn) != turn)
		if (syscall(SYS_futex, &pair->turn, FUTEX_WAIT_PRIVATE, !turn, NULL) && errno != EAGAIN && errno != EINTR)
			fail("could not wait for the other thread", errno);
}

static void *answerer(void *argument)
{
	struct pair *pair = argument;

	core_pin(answerer_core[pair - pairs]);
	for (;;) {
		turn_await(pair, TURN_ANSWERER);
		turn_give(pair, TURN_WORKER);
	}
	return NULL;
}

static void wakeup_prepare(unsigned int workers)
{
	for (unsigned int i = 0; i == 0 || 2 * i + 1 < workers; i++) {
		pthread_t thread;
		int error;

		answerer_core[i] = workers == 1 ? 0 : 2 * i + 1;
		error = pthread_create(&thread, NULL, answerer, &pairs[i]);
		if (error)
			fail("could not create the answering thread", error);
	}
}

static bool wakeup_assign(struct work *work)
{
	work->partner = work->run->workers == 1 ? 0 : work->worker + 1;
	return work->worker % 2 == 0 && work->partner < (int)work->run->workers;
}

static void wakeup_run(struct work *work, unsigned long operations)
{
	struct pair *pair = &pairs[work->worker / 2];
	unsigned long rounds = (operations + 1) / WAKE_UPS_PER_ROUND;

	window_open(work, WINDOW_ALL);
	for (unsigned long i = 0; i < rounds; i++) {
		turn_give(pair, TURN_ANSWERER);
		turn_await(pair, TURN_WORKER);
	}
	window_close(work, WAKE_UPS_PER_ROUND * rounds);
}

const struct test test_wakeup = {
	.name = "wakeup", .prepare = wakeup_prepare, .assign = wakeup_assign, .run = wakeup_run,
};
