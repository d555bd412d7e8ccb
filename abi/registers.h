/* registers.h - a thread's user registers, in the order in which kernel entry saves them
 * SPDX-License-Identifier: MIT
 * kernel/arch/entry.S writes this layout; kernel/arch/offsets.h names its offsets and checks them.
 * Owner: the thread's home core. */
#ifndef ABI_REGISTERS_H
#define ABI_REGISTERS_H

#include <stdint.h>

struct registers {
	uint64_t r15, r14, r13, r12, rbp, rbx; /* kept by C functions */
	uint64_t r9, r8, r10, rdx, rsi, rdi;   /* arguments of a system call, last to first */
	uint64_t rax, r11, rcx;                /* result; the two that the instruction destroys */
	uint64_t vector, error;                /* vector; error code, or the number of the system call */
	uint64_t rip, cs, rflags, rsp, ss;     /* pushed by the processor (Intel SDM vol. 3A, 6.14) */
};

_Static_assert(sizeof(struct registers) == 22 * 8, "entry.S pushes 22 words");

#endif
