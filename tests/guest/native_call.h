/* native_call.h - any system call, by number, with its raw result
 * SPDX-License-Identifier: MIT
 * Results below 0 are negative errno values; the C library and its errno stay out of it. */
#ifndef GUEST_NATIVE_CALL_H
#define GUEST_NATIVE_CALL_H

#include "abi/native.h"

static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall" : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long native_call(enum native_call call, long a, long b, long c)
{
	return raw_call(call, a, b, c, 0, 0, 0);
}

#endif
