/* pthread.c - threads that take turns: mutex, condition variable, thread-local storage
 * SPDX-License-Identifier: MIT
 * Built with each libc. The output is the same on every system and every run. */
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, ROUNDS = 4 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned int turn, sum;               /* under mutex */
static _Thread_local unsigned int own = 100; /* each thread starts with a fresh one */

static void *take_turns(void *argument)
{
	unsigned int self = *(unsigned int *)argument;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		own += self + round;
		pthread_mutex_lock(&mutex);
		while (turn % THREADS != self)
			pthread_cond_wait(&changed, &mutex);
		sum += own;
		printf("thread %u: own %u, sum %u\n", self, own, sum);
		turn++;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	unsigned int numbers[THREADS];

	for (unsigned int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, take_turns, &numbers[i])) {
			printf("thread %u could not be created\n", i);
			return 1;
		}
	}
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%u threads, sum %u, own %u\n", THREADS, sum, own);
	return own == 100 ? 0 : 1;
}
