/* pin.h - binds the calling thread to a core
 * SPDX-License-Identifier: MIT */
#ifndef GUEST_PIN_H
#define GUEST_PIN_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static inline void pin(long core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) || sched_getcpu() != core) {
		printf("could not move to core %ld\n", core);
		exit(1);
	}
}

#endif
