/* call.S - ipc_call, ipc_lend and ipc_call_at in ring 0, class 1: abi/service.h
 * SPDX-License-Identifier: MIT */
#include "services/runtime/inner.h"

	.text
	.global ipc_call, ipc_lend
ipc_lend:
	add $IPC_LEND - IPC_CALL, %edi
ipc_call:
	SAVE_KEPT
	push %rsi
	lea IPC_CALL(%rdi), %r14d
	CALL_BY_WORDS GATE_CALL
	pop %rcx
	STORE_ANSWER %rcx
	RESTORE_KEPT
	ret
	CALL_AT GATE_CALL
	.section .note.GNU-stack, "", @progbits
