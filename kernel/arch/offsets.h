/* offsets.h - numbers that entry.S shares with C structures; segments.c asserts each of them
 * SPDX-License-Identifier: MIT */
#ifndef KERNEL_ARCH_OFFSETS_H
#define KERNEL_ARCH_OFFSETS_H

#define R9     48
#define R8     56
#define R10    64
#define RDX    72
#define RSI    80
#define RDI    88
#define VECTOR 120
#define RIP    136
#define CS     144
#define RFLAGS 152
#define RSP    160
#define REGISTERS_SIZE 176

#define STACKS_KERNEL_END 0x3000

/* What a system call answers when its thread no longer runs. Outside Linux's results. */
#define RESULT_PARKED -65536

#endif
