/* call.S - ipc_call, ipc_lend and ipc_call_at in ring 0, class 0: abi/service.h
 * SPDX-License-Identifier: MIT
 * A service of the same class is called directly, on this stack and with these words, if its door is open. */
#include "services/runtime/inner.h"

	.text
	.global ipc_call, ipc_lend
ipc_call:
	SAVE_KEPT
	push %rdi
	push %rsi
	mov %rsi, %rdi
	mov 8(%rsp), %esi
	lea 2f(%rip), %r15
	call *GATE_PAGE + GATE_DIRECT_0   /* the words lie where the gate looks for them */
	jc 3f
	add $16, %rsp
	RESTORE_KEPT
	ret
2:	cld
	add $8, %rsp
	jmp 4f
3:	mov (%rsp), %rsi
	mov 8(%rsp), %r14d
	add $IPC_CALL, %r14d
	CALL_BY_WORDS GATE_CALL_0
4:	pop %rcx
	STORE_ANSWER %rcx
	pop %rcx
	RESTORE_KEPT
	ret

ipc_lend:
	SAVE_KEPT
	push %rdi
	push %rsi
	lea IPC_LEND(%rdi), %r14d
	CALL_BY_WORDS GATE_CALL_0
	jmp 4b
	CALL_AT GATE_CALL_0
	.section .note.GNU-stack, "", @progbits
