/* context.S - see context.h
 * SPDX-License-Identifier: MIT
 * System V x86-64 ABI, 3.2.1: rbx, rbp, r12 to r15, the x87 control word and MXCSR's control bits belong to the caller.
 * Offsets are those of struct context: stack 0, thread_base 8. */
	.text

	.macro save_registers
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	sub $8, %rsp
	stmxcsr (%rsp)
	fnstcw 4(%rsp)
	mov %rsp, (%rdi)
	rdfsbase %rax
	mov %rax, 8(%rdi)
	.endm

	.globl context_switch
	.hidden context_switch
	.type context_switch, @function
context_switch:
	save_registers
	mov (%rsi), %rsp
	mov 8(%rsi), %rax
	wrfsbase %rax
	ldmxcsr (%rsp)
	fldcw 4(%rsp)
	add $8, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret
	.size context_switch, . - context_switch

/* From the store of 1 on, the carrier may use this stack: nothing below touches it. */
	.globl context_board
	.hidden context_board
	.type context_board, @function
context_board:
	save_registers
	lea stopped_stack_top(%rip), %rsp
	mov %rdx, %rdi
	movl $1, (%rsi)
	lock incl (%rdi)
	mov $202, %eax		/* futex */
	mov $129, %esi		/* FUTEX_WAKE | FUTEX_PRIVATE_FLAG */
	mov $1, %edx
	syscall
1:	mov $34, %eax		/* pause: no signal is for this thread, but one would come here */
	syscall
	jmp 1b
	.size context_board, . - context_board

	.local stopped_stack
	.comm stopped_stack, 65536, 16
	.set stopped_stack_top, stopped_stack + 65536

	.section .note.GNU-stack, "", @progbits
