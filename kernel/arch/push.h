/* push.h - the registers of a system call onto its thread's, for assembly
 * SPDX-License-Identifier: MIT
 * The stack pointer is at the end of struct registers (abi/registers.h), and user_stack holds the caller's. */
#ifndef KERNEL_ARCH_PUSH_H
#define KERNEL_ARCH_PUSH_H

	.macro PUSH_SYSTEM_CALL
	push $SELECTOR_USER_DATA
	push user_stack(%rip)
	push %r11                         /* rflags */
	push $SELECTOR_USER_CODE
	push %rcx                         /* rip */
	push %rax                         /* the call's number, for a restart */
	sub $32, %rsp                     /* vector, rcx, r11: lost to the instruction; rax: the result */
	push %rdi
	push %rsi
	push %rdx
	push %r10
	push %r8
	push %r9
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	.endm

#endif
