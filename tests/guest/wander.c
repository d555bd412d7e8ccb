/* wander.c - a process that maps and unmaps for a long time needs no more memory than after a short time
 * SPDX-License-Identifier: MIT
 * Usage: wander ROUNDS. A few mappings of random sizes come and go, each with one page in use. Their addresses may not wander through
 * the whole arena: each 2 MiB of it that was ever used costs a page table and a node of slots until the process ends. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "native_call.h"
#include "pin.h"
#include "region.h"

enum {
	MAPPINGS = 6,
	LARGEST = 1500, /* pages */
	TABLES = 100,   /* frames: two for each leaf of the 64 MiB that are passed before the search begins anew, and some of its own */
};

int main(int argc, char **argv)
{
	static struct {
		unsigned char *base;
		size_t size;
	} mapping[MAPPINGS];
	uint64_t random = 1;
	uintptr_t lowest = UINTPTR_MAX, highest = 0;
	long before, after;

	pin(0);
	before = native_call(NATIVE_kernel_count, COUNTER_frames_used, 0, 0);
	for (int round = argc > 1 ? atoi(argv[1]) : 1000; round; round--) {
		int i = random_below(&random, MAPPINGS);

		if (mapping[i].base && munmap(mapping[i].base, mapping[i].size))
			return 1;
		mapping[i].size = (1 + random_below(&random, random_below(&random, 2) ? LARGEST : 20)) * PAGE;
		mapping[i].base = mmap(NULL, mapping[i].size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (mapping[i].base == MAP_FAILED) {
			printf("wander: refused, %d rounds before the end\n", round);
			return 1;
		}
		mapping[i].base[0] = 1;
		lowest = (uintptr_t)mapping[i].base < lowest ? (uintptr_t)mapping[i].base : lowest;
		highest = (uintptr_t)mapping[i].base > highest ? (uintptr_t)mapping[i].base : highest;
	}
	after = native_call(NATIVE_kernel_count, COUNTER_frames_used, 0, 0);
	printf("wander: %ld frames more than at the beginning, %lu MiB of addresses\n", after - before, (highest - lowest) >> 20);
	return after - before > TABLES;
}
