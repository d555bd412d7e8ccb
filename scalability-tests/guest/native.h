/* native.h - Tessera's own calls from a Linux program
 * SPDX-License-Identifier: MIT
 * Results are 0 or more; errors negative errno values, ENOSYS on any other system. */
#ifndef GUEST_NATIVE_H
#define GUEST_NATIVE_H

#include "../../abi/native.h"
#include "bench.h"

#include <errno.h>

static inline long native_call(enum native_call call, long first, long second, long third)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(call), "D"(first), "S"(second), "d"(third)
			 : "rcx", "r11", "memory");
	return result;
}

static inline _Noreturn void native_fail(const char *what, long result)
{
	fail(result == -ENOSYS ? "this test needs Tessera's own calls" : what, result < 0 ? -result : 0);
}

enum { FARTHEST = 4 }; /* NATIVE_core_distance's largest answer */

/* The nearest core, by number, at this distance from `core`, or NO_PARTNER. */
int partner_at(long core, long distance, unsigned int workers);

/* The core whose replica of the name service serves a core: itself, or core 0 when there is but one. And whose
 * work a window around such calls must count. */
long replica_of(long core);
enum window replica_window(long core);

#endif
