/* inner.h - how a service in ring 0 jumps to the gate, for assembly (abi/domain.h)
 * SPDX-License-Identifier: MIT
 * A jump has GATE_JUMP_SIZE bytes, and what it leads back to lies behind it. Services may come back with the direction flag set. */
#ifndef RUNTIME_INNER_H
#define RUNTIME_INNER_H

#include "abi/domain.h"
#include "abi/ipc.h"

	/* int64_t serve(struct words *) gets the words of the call and leaves those of the answer in their place. Before the entry, a jump to serve: the kernel
	 * learns from it where that is. */
	.macro START way
	.text
	.global _start
	.balign 16
	.byte 0xe9                        /* a jump to serve */
	.long serve - _start
_start:
	cld
	push %r9
	push %r8
	push %r10
	push %r15
	push %rsi
	push %rdi
	mov %rsp, %rdi
	call serve
	pop %rdi
	pop %rsi
	pop %r15
	pop %r10
	pop %r8
	pop %r9
	mov %rax, %rdi
	xor %ebx, %ebx
	xor %ebp, %ebp
	xor %r12d, %r12d
	xor %r13d, %r13d
	jmp *GATE_PAGE + \way
	ud2
	.section .note.GNU-stack, "", @progbits
	.endm

	.macro SAVE_KEPT
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	.endm

	.macro RESTORE_KEPT
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	.endm

	/* The words at rsi, to the service whose number r14 holds. r13 is the time of a call of another core. */
	.macro CALL_BY_WORDS way
	xor %r13d, %r13d
	CALL_ANY_BY_WORDS \way
	.endm

	.macro CALL_ANY_BY_WORDS way
	mov (%rsi), %rdi
	mov 16(%rsi), %r15
	mov 24(%rsi), %r10
	mov 32(%rsi), %r8
	mov 40(%rsi), %r9
	mov 8(%rsi), %rsi
	xor %ebx, %ebx
	xor %ebp, %ebp
	xor %r12d, %r12d
	lea 1f(%rip), %r11
	jmp *GATE_PAGE + \way
1:	cld
	.endm

	/* ipc_call_at and ipc_call_at_once of abi/service.h: edi the core, esi the service, rdx the words, rcx the time. */
	.macro CALL_AT way
	.text
	.global ipc_call_at, ipc_call_at_once
ipc_call_at_once:
	or $0x80000000, %edi
ipc_call_at:
	SAVE_KEPT
	push %rdx
	mov %edi, %r14d
	shl $32, %r14
	lea IPC_CALL_AT(%rsi), %eax
	or %rax, %r14
	mov %rcx, %r13
	mov %rdx, %rsi
	CALL_ANY_BY_WORDS \way
	pop %rcx
	STORE_ANSWER %rcx
	RESTORE_KEPT
	ret
	.endm

	.macro STORE_ANSWER words
	mov %rsi, 8(\words)
	mov %r15, 16(\words)
	mov %r10, 24(\words)
	mov %r8, 32(\words)
	mov %r9, 40(\words)
	.endm

	/* ipc_ask of abi/service.h; and ipc_ask_all, of services/runtime/ask.h. */
	.macro ASK way
	.text
	.global ipc_ask_all
ipc_ask_all:
	SAVE_KEPT
	push %rsi
	mov %rdi, %r14
	mov (%rsi), %rdi
	mov 16(%rsi), %r15
	mov 24(%rsi), %r10
	mov 32(%rsi), %r8
	mov 8(%rsi), %rsi
	xor %r9d, %r9d
	lea 1f(%rip), %r11
	jmp *GATE_PAGE + \way
1:	cld
	pop %rcx
	mov %rsi, 8(%rcx)
	mov %r15, 16(%rcx)
	RESTORE_KEPT
	ret
	.text
	.global ipc_ask
ipc_ask:
	SAVE_KEPT
	mov %rdi, %r14
	mov %rsi, %rdi
	mov %rdx, %rsi
	mov %rcx, %r15
	xor %r10d, %r10d
	xor %r8d, %r8d
	xor %r9d, %r9d
	lea 1f(%rip), %r11
	jmp *GATE_PAGE + \way
1:	cld
	RESTORE_KEPT
	ret
	.section .note.GNU-stack, "", @progbits
	.endm

#endif
