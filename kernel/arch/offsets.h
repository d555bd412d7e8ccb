/* offsets.h - numbers that entry.S shares with C structures; segments.c asserts each of them
 * SPDX-License-Identifier: MIT */
#ifndef KERNEL_ARCH_OFFSETS_H
#define KERNEL_ARCH_OFFSETS_H

#define R15    0
#define R14    8
#define R13    16
#define R12    24
#define RBP    32
#define RBX    40
#define R9     48
#define R8     56
#define R10    64
#define RDX    72
#define RSI    80
#define RDI    88
#define RAX    96
#define R11    104
#define RCX    112
#define VECTOR 120
#define ERROR  128
#define RIP    136
#define CS     144
#define RFLAGS 152
#define RSP    160
#define SS     168
#define REGISTERS_SIZE 176

#define STACKS_KERNEL_END    0x3000
#define STACKS_LANDING_END   0xd000

/* What a system call answers when its thread no longer runs. Outside Linux's results. */
#define RESULT_PARKED -65536

#endif
