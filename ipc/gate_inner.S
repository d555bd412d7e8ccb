/* gate_inner.S - the gate of services in ring 0: their calls and returns, with a protection key in place of an address space
 * SPDX-License-Identifier: MIT
 * A service in ring 0 comes by a jump, which it may make to any instruction, with anything in its registers. So:
 * - PKRS is raised to all rights where what follows takes everything from constant addresses: the thread, its activation, the stacks. A word of the
 *   call that is no good gets no other treatment than from ring 3.
 * - Behind each WRMSR, what was written is held against what it should be: 0 where rights are raised, else gate_page.rights, which the services can
 *   read and not write. Another register than PKRS, or another value: gate_broken.
 * - Interrupts are on until the CLI behind the WRMSR. Who is interrupted before it begins anew at the way in, which loses nothing until then
 *   (kernel/entry/inner.c); and behind the STI of the way out. Whoever is interrupted anywhere else in the kernel has come there by no way in, and is ended.
 * Services with the kernel's key have ways in of their own, which write no key.
 * Registers: what a service has in those that it need not give away it clears itself; the gate clears what it has put there. There are as many
 * activations as the longest chain of calls needs (kernel/entry/classes.c).
 * On the way r14 is the number, r11 where to go on, r15 the third word; rdi, rsi, r10, r8, r9 the others. A call of another core has the core in the upper half of
 * r14, so that it goes the slow way, and its time in r13. */
#include "abi/domain.h"
#include "abi/ipc.h"
#include "ipc/gate_macros.h"
#include "ipc/gate_offsets.h"
#include "kernel/arch/keys.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/offsets.h"

	/* All rights. Up to the second label who is interrupted begins anew. */
	.macro RAISE begin
	.global \begin, \begin\()_write, \begin\()_taken
	.balign 16
\begin:
	mov $MSR_PKRS, %ecx
	xor %eax, %eax
	xor %edx, %edx
\begin\()_write:
	wrmsr
\begin\()_taken:
	cli
	DEFENDED
	xor $MSR_PKRS, %ecx
	or %eax, %ecx
	jnz gate_broken
	DEFENDED_BY DEFENCE_recheck
	.endm

	/* Those of the service that runs from now on, in eax. Without some no exception could be taken, so these are looked at before memory is. */
	.macro LOWER label
	mov %eax, gate_page + GATE_RIGHTS(%rip)
	xor %edx, %edx
	mov $MSR_PKRS, %ecx
	.ifnb \label
	.global \label
\label:
	.endif
	wrmsr
	DEFENDED
	test $RIGHTS_NEVER_TAKEN, %al
	jnz gate_broken
	cmp $MSR_PKRS, %ecx
	jne gate_broken
	cmp GATE_PAGE + GATE_RIGHTS, %eax
	jne gate_broken
	DEFENDED_BY DEFENCE_recheck
	.endm

	.macro FORGET_THE_GATES
	DEFENDED
	xor %ebx, %ebx
	xor %ebp, %ebp
	xor %r12d, %r12d
	DEFENDED_BY DEFENCE_registers
	.endm

	/* Into a service in ring 0, or back to it: where in r11. Interrupts come before the jump (inner.c knows it), or behind it: QEMU 7.2 does not look
	 * for them behind one that STI keeps them from. */
	.macro GO_INNER
	sti
	xor %r14d, %r14d
	jmp *%r11
	.endm

	.text
	.global gate_inner_start, gate_inner_end
gate_inner_start:
	RAISE gate_call_keyed
	.macro CALL_SERVICE
	mov thread_current(%rip), %rbx
	mov THREAD_ACTIVATION(%rbx), %rbp
	lea -IPC_CALL(%r14), %r12
	cmp $IPC_SERVERS, %r12
	jae gate_inner_slow
	mov ACTIVATION_REPLICA(%rbp), %rax
	mov REPLICA_CALLEES(%rax), %rax
	bt %r12, %rax
	jnc gate_inner_slow
	mov replicas(, %r12, 8), %r12
	mov ACTIVATION_ABOVE(%rbp), %rdx
	mov REPLICA_DOOR(%r12), %rcx
	test %rcx, %rcx
	jz gate_inner_slow
	jns gate_call_outer
	movq $0, REPLICA_DOOR(%r12)
	mov %rbx, REPLICA_INSIDE(%r12)
	incq REPLICA_CALLS(%r12)
	mov %r11, RIP(%rbp)
	mov %rsp, RSP(%rbp)
	mov %r12, ACTIVATION_REPLICA(%rdx)
	mov %rcx, ACTIVATION_STACK(%rdx)
	mov %rdx, THREAD_ACTIVATION(%rbx)
	mov %rcx, %rsp
	mov REPLICA_ENTRY(%r12), %r11
	mov REPLICA_RIGHTS(%r12), %eax
	FORGET_THE_GATES
	.endm
	CALL_SERVICE
	LOWER gate_lower
	GO_INNER

	RAISE gate_return_keyed
	.macro RETURN_TO_CALLER
	mov thread_current(%rip), %rbx
	mov THREAD_ACTIVATION(%rbx), %rbp
	cmpq $0, ACTIVATION_ON_RETURN(%rbp)
	jne gate_inner_return_slow
	mov ACTIVATION_REPLICA(%rbp), %r12
	mov ACTIVATION_STACK(%rbp), %r14
	mov ACTIVATION_BELOW(%rbp), %rbp
	mov RIP(%rbp), %r11
	mov %r14, REPLICA_DOOR(%r12)
	mov %rbp, THREAD_ACTIVATION(%rbx)
	mov ACTIVATION_REPLICA(%rbp), %r12
	mov RSP(%rbp), %rsp
	cmpq $0, REPLICA_PLACE(%r12)      /* not by where it wants to go on: that was the caller's word */
	je gate_return_outer
	mov REPLICA_RIGHTS(%r12), %eax
	FORGET_THE_GATES
	.endm
	RETURN_TO_CALLER
	LOWER
	mov %rdi, %rax
	GO_INNER

/* The same of those with the kernel's key, who may call and come back to some with keys. */
	.global gate_call_plain, gate_return_plain
	.balign 16
gate_call_plain:
	cli
	CALL_SERVICE
gate_go_plainly:
	test %eax, %eax
	jnz gate_go_keyed
	GO_INNER
gate_go_keyed:
	LOWER
	GO_INNER

	.balign 16
gate_return_plain:
	cli
	RETURN_TO_CALLER
	test %eax, %eax
	jnz 1f
	mov %rdi, %rax
	GO_INNER
1:	LOWER
	mov %rdi, %rax
	GO_INNER

/* From a service in ring 0 to one in ring 3: rbx the thread, rbp its activation, r12 the callee, rcx its stack, rdx its activation. */
gate_call_outer:
	movq $0, REPLICA_DOOR(%r12)
	mov %rbx, REPLICA_INSIDE(%r12)
	incq REPLICA_CALLS(%r12)
	mov %r11, RIP(%rbp)
	mov %rsp, RSP(%rbp)
	mov %rcx, %rsp
	mov REPLICA_VIEW(%r12), %rax
	mov %r12, ACTIVATION_REPLICA(%rdx)
	mov %rcx, ACTIVATION_STACK(%rdx)
	mov %rax, ACTIVATION_VIEW(%rdx)
	movq $ON_RETURN_INNER_BIT, ACTIVATION_ON_RETURN(%rdx)
	GO_TO %rdx, %rax
	mov REPLICA_ENTRY(%r12), %rcx
	mov %r15, %rdx
	mov $SERVICE_FLAGS, %r11d
	xor %eax, %eax
	FORGET_REGISTERS
	sysretq

/* From a service in ring 0 back to ring 3: rbx the thread, rbp its activation, r11 where to. It has been in the view that is loaded. */
gate_return_outer:
	lea REGISTERS_SIZE(%rbp), %r13
	mov %r13, thread_registers_end(%rip)
	mov %r13, gate_page + GATE_INTERRUPT_STACK(%rip)
	mov %rdi, %rax
	mov %r15, %rdx
	mov %r11, %rcx
	mov $SERVICE_FLAGS, %r11d
	FORGET_REGISTERS
	sysretq

/* From ring 3 (gate_fast.S, its registers) into a service in ring 0, whose stack r14 is; or there is none. */
	.global gate_fast_inner, gate_return_inner
gate_fast_inner:
	jz gate_slow
	test %r15, %r15
	jz gate_slow
	movq $0, REPLICA_DOOR(%r12)
	mov %rbx, REPLICA_INSIDE(%r12)
	incq REPLICA_CALLS(%r12)
	mov %rcx, RIP(%rbp)
	mov %rsp, RSP(%rbp)
	mov %r12, ACTIVATION_REPLICA(%r15)
	mov %r14, ACTIVATION_STACK(%r15)
	mov %r15, THREAD_ACTIVATION(%rbx)
	movq $stacks + STACKS_LANDING_END, gate_page + GATE_INTERRUPT_STACK(%rip)
	mov %r14, %rsp
	mov %rdx, %r15
	mov REPLICA_ENTRY(%r12), %r11
	mov REPLICA_RIGHTS(%r12), %eax
	FORGET_THE_GATES
	jmp gate_go_plainly

/* From ring 3 back to ring 0, or something else is to be done. rbx the thread, rbp its activation. */
gate_return_inner:
	cmpq $ON_RETURN_INNER_BIT, ACTIVATION_ON_RETURN(%rbp)
	jne gate_slow
	movq $0, ACTIVATION_ON_RETURN(%rbp)
	mov ACTIVATION_REPLICA(%rbp), %r12
	mov ACTIVATION_STACK(%rbp), %r14
	mov ACTIVATION_BELOW(%rbp), %rbp
	mov %r14, REPLICA_DOOR(%r12)
	mov %rbp, THREAD_ACTIVATION(%rbx)
	movq $stacks + STACKS_LANDING_END, gate_page + GATE_INTERRUPT_STACK(%rip)
	mov %rbp, %r14
1:	mov ACTIVATION_BELOW(%r14), %r14  /* to the nearest that has a view, as thread_view */
	cmpq $0, ACTIVATION_STACK(%r14)
	jl 1b                             /* bounded: programs have one */
	mov ACTIVATION_VIEW(%r14), %rcx
	test %rcx, %rcx
	jz 1b
	mov %rcx, view_loaded(%rip)
	mov VIEW_ROOT(%rcx), %rcx
	.global gate_tables
gate_tables:
	mov %rcx, %cr3
	mov RIP(%rbp), %r11
	mov RSP(%rbp), %rsp
	mov ACTIVATION_REPLICA(%rbp), %r12
	mov REPLICA_RIGHTS(%r12), %eax
	mov %rdx, %r15
	FORGET_THE_GATES
	test %eax, %eax
	jz 2f
	LOWER
2:	mov %rdi, %rax
	GO_INNER

/* The slow way, in C, with the registers in the activation's, as if an interrupt had saved them behind the jump. */
gate_inner_return_slow:
	mov $IPC_RETURN, %r14d
gate_inner_slow:
	cld
	clac
	mov thread_current(%rip), %rbx
	mov THREAD_ACTIVATION(%rbx), %rax
	movq %r15, R15(%rax)
	movq %r14, R14(%rax)
	movq %r13, R13(%rax)
	movq $0, R12(%rax)
	movq $0, RBP(%rax)
	movq $0, RBX(%rax)
	movq %r9, R9(%rax)
	movq %r8, R8(%rax)
	movq %r10, R10(%rax)
	movq %r15, RDX(%rax)
	movq %rsi, RSI(%rax)
	movq %rdi, RDI(%rax)
	movq %r11, R11(%rax)
	movq %r14, ERROR(%rax)
	movq $VECTOR_SYSTEM_CALL, VECTOR(%rax)
	movq %r11, RIP(%rax)
	movq $SELECTOR_KERNEL_CODE, CS(%rax)
	movq $SERVICE_FLAGS, RFLAGS(%rax)
	movq %rsp, RSP(%rax)
	movq $SELECTOR_KERNEL_DATA, SS(%rax)
	mov %rax, %rdi
	xor %ebp, %ebp
	mov $stacks + STACKS_KERNEL_END, %rsp
	call gate_call_from_inner         /* kernel/entry/inner.c; does not return */

/* From C into a service, or back to it behind a call, which has lost what is not a word (entry.S): the registers at rdi. Cheaper than IRET. */
	.global gate_resume
gate_resume:
	mov R15(%rdi), %r15
	mov R9(%rdi), %r9
	mov R8(%rdi), %r8
	mov R10(%rdi), %r10
	mov RSI(%rdi), %rsi
	mov RAX(%rdi), %rbx
	mov RIP(%rdi), %r11
	mov RSP(%rdi), %rsp
	mov RDI(%rdi), %rdi
	xor %ebp, %ebp
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	mov gate_page + GATE_RIGHTS(%rip), %eax
	test %eax, %eax
	jz 1f
	LOWER
1:	mov %rbx, %rax
	xor %ebx, %ebx
	GO_INNER

/* A call among services with the kernel's key, on the caller's stack (abi/domain.h). */
	.global gate_direct, gate_direct_taken, gate_direct_call, gate_direct_back
	.global gate_direct_done, gate_direct_refused, gate_broken
	.balign 64
gate_direct:
	mov thread_current(%rip), %rbx
	mov THREAD_ACTIVATION(%rbx), %rbp
	mov replicas_direct(, %rsi, 8), %r12
gate_direct_taken:
	cli
	mov REPLICA_DOOR(%r12), %r13
	mov ACTIVATION_ABOVE(%rbp), %r14
	test %r13, %r13
	jz 1f
	movq $0, REPLICA_DOOR(%r12)
	mov %rbx, REPLICA_INSIDE(%r12)
	incq REPLICA_CALLS(%r12)
	mov %rsp, RSP(%rbp)
	mov %r15, RIP(%rbp)
	mov %r12, ACTIVATION_REPLICA(%r14)
	mov %r13, ACTIVATION_STACK(%r14)
	sti                               /* from behind the next instruction on */
	mov %r14, THREAD_ACTIVATION(%rbx)
gate_direct_call:
	call *REPLICA_SERVE(%r12)         /* keeps rbx, rbp, r12 to r15 */
gate_direct_back:
	cli
	cmpq $0, ACTIVATION_ON_RETURN(%r14) /* carry clear */
	jne 2f
	mov %r13, REPLICA_DOOR(%r12)
	sti
	mov %rbp, THREAD_ACTIVATION(%rbx)
gate_direct_done:
	ret
1:	sti
	stc
gate_direct_refused:
	ret
	/* Somebody waits at the door, or the caller has died: the caller gets the answer in registers, and its words are what the service made of them. */
2:	mov %rax, %rdi
	mov RSP(%rbp), %rax
	mov 8(%rax), %rax                 /* its words (services/runtime/class0/call.S) */
	mov 8(%rax), %rsi
	mov 16(%rax), %r15
	mov 24(%rax), %r10
	mov 32(%rax), %r8
	mov 40(%rax), %r9
	mov $IPC_RETURN, %r14d
	xor %r11d, %r11d
	xor %r13d, %r13d
	jmp gate_inner_slow

/* What was written to a register is not what the way through the gate writes. All rights, then C (ipc/inner.h). */
	.balign 16
gate_broken:
	mov %eax, %r12d
	mov $MSR_PKRS, %ecx
	rdmsr
	mov %eax, %r13d
	mov $MSR_PKRS, %ecx
	xor %eax, %eax
	xor %edx, %edx
	wrmsr
	cli
	xor $MSR_PKRS, %ecx
	or %eax, %ecx
	jnz gate_broken
	cld
	clac
	xor %ebp, %ebp
	mov $stacks + STACKS_KERNEL_END, %rsp
	mov %r12d, %edi
	mov %r13d, %esi
	call gate_is_broken               /* kernel/entry/inner.c; does not return */
gate_inner_end:

/* What attacks of the kernel's code go for, that harm nobody when they go through: a return, and eight bytes that are no code. */
	.global spare_return, spare_code
spare_return:
	ret
	.balign 8
spare_code:
	.quad 0

	.section .note.GNU-stack, "", @progbits
