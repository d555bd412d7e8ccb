/* call.S - ipc_call and ipc_lend: abi/service.h
 * SPDX-License-Identifier: MIT */
#include "abi/ipc.h"

	.text
	.global ipc_call, ipc_lend
ipc_lend:
	add $IPC_LEND - IPC_CALL, %edi
ipc_call:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	push %rsi
	lea IPC_CALL(%rdi), %eax
	mov (%rsi), %rdi
	mov 16(%rsi), %rdx
	mov 24(%rsi), %r10
	mov 32(%rsi), %r8
	mov 40(%rsi), %r9
	mov 8(%rsi), %rsi
	syscall
	pop %rcx
	mov %rsi, 8(%rcx)
	mov %rdx, 16(%rcx)
	mov %r10, 24(%rcx)
	mov %r8, 32(%rcx)
	mov %r9, 40(%rcx)
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
	.section .note.GNU-stack, "", @progbits
