/* poke.c - writes to every other core's partition, from every core: the MMU must refuse
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "native_call.h"

int main(void)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0);
	int refused = 0, wrong = 0;

	for (long here = 0; here < cores; here++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(here, &set);
		if (sched_setaffinity(0, sizeof(set), &set)) {
			printf("poke: could not move to core %ld\n", here);
			return 1;
		}
		for (long there = 0; there < cores; there++) {
			long result;

			if (there == here)
				continue;
			result = native_call(NATIVE_poke_foreign, there, 0, 0);
			if (result == -EFAULT) {
				refused++;
				continue;
			}
			printf("poke: core %ld wrote to core %ld's memory: %ld\n", here, there, result);
			wrong++;
		}
	}
	printf("poke: %d refused, %d went through\n", refused, wrong);
	return wrong || refused != cores * (cores - 1);
}
