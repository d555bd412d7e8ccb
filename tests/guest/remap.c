/* remap.c - all cores use pages that one of them takes back: nobody may see the old ones afterwards
 * SPDX-License-Identifier: MIT
 * Each round every core writes and reads the same pages; then one core, another each round, takes them away in one of
 * three ways; then every core must find zeros. A stale mapping or TLB entry would show what was there. */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "native_call.h"
#include "pin.h"

enum { ROUNDS = 60, PAGES = 40, PAGE = 4096, CORES_MOST = 64 };

static long cores;
static unsigned char *memory;
static pthread_barrier_t barrier;
static unsigned long stale;

static void take_back(int round)
{
	void *result = memory;

	if (round % 3 == 0)
		result = mmap(memory, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	else if (round % 3 == 1)
		result = madvise(memory, PAGES * PAGE, MADV_DONTNEED) ? NULL : memory;
	else if (munmap(memory, PAGES * PAGE) == 0)
		result = mmap(memory, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (result != memory) {
		printf("remap: way %d failed in round %d\n", round % 3, round);
		exit(1);
	}
}

static void *use(void *argument)
{
	long self = (long)argument;

	pin(self);
	for (int round = 0; round < ROUNDS; round++) {
		for (int page = 0; page < PAGES; page++) {
			if (memory[page * PAGE + self])
				__atomic_fetch_add(&stale, 1, __ATOMIC_RELAXED);
			memory[page * PAGE + self] = 1 + round % 200;
		}
		pthread_barrier_wait(&barrier);
		if (round % cores == self)
			take_back(round);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

int main(void)
{
	static pthread_t threads[CORES_MOST];

	cores = native_call(NATIVE_core_count, 0, 0, 0);
	if (cores > CORES_MOST)
		cores = CORES_MOST;
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || pthread_barrier_init(&barrier, NULL, cores))
		return 1;
	for (long core = 0; core < cores; core++) {
		if (pthread_create(&threads[core], NULL, use, (void *)core)) {
			printf("remap: the thread for core %ld could not be created\n", core);
			return 1;
		}
	}
	for (long core = 0; core < cores; core++)
		pthread_join(threads[core], NULL);
	printf("remap: %d rounds on %ld cores, %lu stale bytes\n", ROUNDS, cores, stale);
	return stale != 0;
}
