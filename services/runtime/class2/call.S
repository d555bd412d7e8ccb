/* call.S - ipc_call, ipc_lend, ipc_call_at: abi/service.h
 * SPDX-License-Identifier: MIT */
#include "abi/ipc.h"

	.text
	.global ipc_call, ipc_lend, ipc_call_at, ipc_call_at_once
ipc_call_at_once:
	mov %edi, %r8d
	mov $IPC_AT_ONCE, %rax
	or %rax, %r8
	jmp 1f
ipc_call_at:
	mov %edi, %r8d
1:	lea IPC_CALL_AT - IPC_CALL(%rsi), %edi
	mov %rdx, %rsi
	jmp ipc_any
ipc_lend:
	add $IPC_LEND - IPC_CALL, %edi
ipc_call:
ipc_any:                                  /* edi: the number, less IPC_CALL; rsi: the words; r8 and rcx: the core and the time */
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	push %rsi
	mov %r8, %rbx
	mov %rcx, %r12
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
