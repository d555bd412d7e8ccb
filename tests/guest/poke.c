/* poke.c - writes to every other core's partition, from every core: the MMU must refuse
 * SPDX-License-Identifier: MIT */
#include <errno.h>

#include "native_call.h"
#include "pin.h"

int main(void)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0);
	int refused = 0, wrong = 0;

	for (long here = 0; here < cores; here++) {
		pin(here);
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
