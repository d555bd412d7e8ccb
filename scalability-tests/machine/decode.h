/* decode.h - which guest instructions the model treats apart
 * SPDX-License-Identifier: MIT
 * Reads just enough of an x86-64 instruction (Intel SDM vol. 2: 2.1 prefixes, 2.2 REX) to know those that cost more than
 * their memory accesses, that order memory, or that wait. Everything else is OPERATION_PLAIN.
 * Context: pure. Tested by tests/unit/decode_test.c */
#ifndef MACHINE_DECODE_H
#define MACHINE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum operation {
	OPERATION_PLAIN,
	OPERATION_MARKER,     /* abi/marker.h; `event` says which */
	OPERATION_SYSCALL,
	OPERATION_SYSRET,
	OPERATION_IRET,
	OPERATION_WRMSR,
	OPERATION_RDMSR,
	OPERATION_WRITE_CR3,
	OPERATION_WRITE_CR,   /* of another control register */
	OPERATION_INVLPG,
	OPERATION_INVPCID,
	OPERATION_SWAPGS,
	OPERATION_FSGSBASE,   /* wrfsbase, wrgsbase, rdfsbase, rdgsbase */
	OPERATION_WRPKRU,
	OPERATION_CPUID,
	OPERATION_RDTSC,
	OPERATION_PAUSE,
	OPERATION_HLT,
	OPERATION_PORT,       /* in, out and their string forms */
	OPERATION_FENCE,      /* mfence; lfence and sfence are plain */
	OPERATION_SAVE_STATE, /* fxsave, fxrstor, xsave and its kin */
};

struct decoded {
	enum operation operation;
	bool locked; /* a read-modify-write that no other access may come between */
	bool string; /* rep-prefixed: runs again for each element */
	uint32_t event;
};

struct decoded decode(const uint8_t *bytes, size_t size);

#endif
