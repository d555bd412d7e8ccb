/* thread_bomb.c - creates threads until it may not; they must all end again
 * SPDX-License-Identifier: MIT
 * Usage: thread-bomb MOST. Twice, to see that nothing is lost. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int released;        /* under mutex */
static unsigned long ended; /* under mutex */

static void *wait_for_release(void *nothing)
{
	pthread_mutex_lock(&mutex);
	while (!released)
		pthread_cond_wait(&changed, &mutex);
	ended++;
	pthread_mutex_unlock(&mutex);
	return nothing;
}

static unsigned long bomb(unsigned long most, pthread_t *threads)
{
	unsigned long count = 0;
	pthread_attr_t small;
	int error = 0;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	released = 0;
	ended = 0;
	while (count < most && !(error = pthread_create(&threads[count], &small, wait_for_release, NULL)))
		count++;
	if (error)
		printf("thread-bomb: refused after some: %s\n", strerror(error));
	pthread_mutex_lock(&mutex);
	released = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	for (unsigned long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	if (ended != count) {
		printf("thread-bomb: %lu of %lu threads ended\n", ended, count);
		exit(1);
	}
	return count;
}

int main(int argc, char **argv)
{
	unsigned long most = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000, first, second;
	pthread_t *threads = calloc(most, sizeof(*threads));

	if (!threads)
		return 1;
	first = bomb(most, threads);
	second = bomb(most, threads);
	printf("thread-bomb: %lu threads, then %lu, going on\n", first, second);
	return first == 0 || second + first / 10 < first;
}
