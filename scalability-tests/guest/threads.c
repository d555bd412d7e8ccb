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

static void *thread_worker(void *argument)
{
	struct work *work = argument;

	worker_warm_up(work);
	barrier_wait(expected);
	worker_measure(work);
	barrier_wait(2 * expected); /* printing and ending would disturb those who still measure */
	worker_report(work);
	return NULL;
}

void threads_run(const struct test *test, unsigned int workers, unsigned long operations)
{
	pthread_t threads[BENCH_CORES];
	unsigned int count = 0;

	for (unsigned int i = 0; i < workers; i++) {
		works[count] = (struct work){
			.test = test, .worker = i, .workers = workers, .core = i, .operations = operations,
		};
		if (assign_worker(&works[count]))
			count++;
	}
	expected = count;
	for (unsigned int i = 0; i < count; i++) {
		int error = pthread_create(&threads[i], NULL, thread_worker, &works[i]);

		if (error)
			fail("could not create a worker thread", error);
	}
	for (unsigned int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}
