/* storm.c - far more calls at once from every core to core 0's replica than a ring holds
 * SPDX-License-Identifier: MIT
 * What does not fit waits in the sender's backlog; every call must be answered, in the end. */
#include <pthread.h>

#include "native_call.h"
#include "pin.h"

enum { THREADS = 48, CALLS = 100, CORES_MOST = 16 };

static long cores;
static unsigned long answered, wrong;

static void *call(void *argument)
{
	pin((long)argument);
	for (int i = 0; i < CALLS; i++) {
		if (native_call(NATIVE_replica_call, 0, 0, 0) == 0)
			__atomic_fetch_add(&answered, 1, __ATOMIC_RELAXED);
		else
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

int main(void)
{
	static pthread_t threads[CORES_MOST * THREADS];
	unsigned long count = 0;
	pthread_attr_t small;

	cores = native_call(NATIVE_core_count, 0, 0, 0);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	for (long core = 0; core < cores && core < CORES_MOST; core++) {
		for (int i = 0; i < THREADS; i++) {
			if (pthread_create(&threads[count], &small, call, (void *)core)) {
				printf("storm: thread %lu could not be created\n", count);
				return 1;
			}
			count++;
		}
	}
	for (unsigned long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("storm: %lu threads, %lu calls answered, %lu wrong\n", count, answered, wrong);
	return answered != count * CALLS;
}
