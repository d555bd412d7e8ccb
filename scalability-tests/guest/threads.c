/* threads.c - workers that share an address space: one thread per core, meeting at a barrier
 * SPDX-License-Identifier: MIT */
#include "bench.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static struct work works[BENCH_CORES];
static atomic_uint arrived;
static unsigned int expected;

enum { SPINS = 20000 };

/* Waits in user code, so that neither wake-ups nor calls disturb those who measure; yields now and then, for
 * workers that share a core. */
static void barrier_wait(unsigned int arrivals)
{
	unsigned int spins = 0;

	atomic_fetch_add(&arrived, 1);
	while (atomic_load(&arrived) < arrivals)
		if (++spins % SPINS)
			__builtin_ia32_pause();
		else
			sched_yield();
}

static void threads_gather(const struct work *work, unsigned int number)
{
	(void)work;
	barrier_wait((number + 1) * expected);
}

static void *thread_worker(void *argument)
{
	worker_run(argument, threads_gather);
	return NULL;
}

void threads_run(const struct run *run)
{
	pthread_t threads[BENCH_CORES];

	for (unsigned int i = 0; i < run->workers; i++)
		if (worker_assign(&works[expected], run, i)) {
			marker(MARKER_WORKER);
			expected++;
		}
	for (unsigned int i = 0; i < expected; i++) {
		int error = pthread_create(&threads[i], NULL, thread_worker, &works[i]);

		if (error)
			fail("could not create a worker thread", error);
	}
	for (unsigned int i = 0; i < expected; i++)
		pthread_join(threads[i], NULL);
}
