/* native.h - numbers of Tessera's own calls and counters, from native.def and counter.def
 * SPDX-License-Identifier: MIT
 * For programs and for the shim that serves them. */
#ifndef ABI_NATIVE_H
#define ABI_NATIVE_H

enum native_call {
#define X(name, number, arguments, meaning) NATIVE_##name = number,
#include "native.def"
#undef X
	NATIVE_FIRST = 0x1000,
};

enum counter {
#define X(name, meaning) COUNTER_##name,
#include "counter.def"
#undef X
	COUNTER_COUNT,
};

#endif
