/* start.S - the beginning and the end of a service's activation in ring 3
 * SPDX-License-Identifier: MIT
 * int64_t serve(struct words *) gets the words of the call and leaves those of the answer in their place. */
#include "abi/ipc.h"

	.text
	.global _start
_start:
	cld
	push %r9
	push %r8
	push %r10
	push %rdx
	push %rsi
	push %rdi
	mov %rsp, %rdi
	call serve
	pop %rdi
	pop %rsi
	pop %rdx
	pop %r10
	pop %r8
	pop %r9
	mov %rax, %rdi
	mov $IPC_RETURN, %eax
	syscall
	ud2
	.section .note.GNU-stack, "", @progbits
