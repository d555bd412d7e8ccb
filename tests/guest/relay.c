/* relay.c - threads on all cores hand a token round by futex: a lost wake-up stops it for ever
 * SPDX-License-Identifier: MIT
 * Two tokens run against each other, so that cores wake each other both ways at once. */
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "native_call.h"
#include "pin.h"

enum { ROUNDS = 300, CORES_MOST = 64, TOKENS = 2 };
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_PRIVATE_FLAG = 128 };

/* turn: how often the token has come here, written by the one that hands it on. */
static struct place {
	_Alignas(64) unsigned turn;
} places[TOKENS][CORES_MOST];
static long cores;

static void wait_for(unsigned *word, unsigned value)
{
	unsigned now;

	while ((now = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != value)
		syscall(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, now, NULL, NULL, 0);
}

static void hand_on(unsigned *word)
{
	__atomic_fetch_add(word, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}

static void run(struct place *places_of_token, long self, long next)
{
	for (unsigned round = 1; round <= ROUNDS; round++) {
		wait_for(&places_of_token[self].turn, round);
		hand_on(&places_of_token[next].turn);
	}
}

static void *clockwise(void *argument)
{
	long self = (long)argument;

	pin(self);
	run(places[0], self, (self + 1) % cores);
	return NULL;
}

static void *anticlockwise(void *argument)
{
	long self = (long)argument;

	pin(self);
	run(places[1], self, (self + cores - 1) % cores);
	return NULL;
}

int main(void)
{
	static pthread_t threads[TOKENS][CORES_MOST];

	cores = native_call(NATIVE_core_count, 0, 0, 0);
	if (cores > CORES_MOST)
		cores = CORES_MOST;
	for (long core = 0; core < cores; core++) {
		if (pthread_create(&threads[0][core], NULL, clockwise, (void *)core) ||
		    pthread_create(&threads[1][core], NULL, anticlockwise, (void *)core)) {
			printf("relay: threads for core %ld could not be created\n", core);
			return 1;
		}
	}
	for (int token = 0; token < TOKENS; token++)
		hand_on(&places[token][0].turn);
	for (long core = 0; core < cores; core++)
		for (int token = 0; token < TOKENS; token++)
			pthread_join(threads[token][core], NULL);
	printf("relay: %d rounds over %ld cores, both ways\n", ROUNDS, cores);
	return 0;
}
