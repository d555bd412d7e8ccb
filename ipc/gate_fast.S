/* gate_fast.S - into a service and back, by the thread that calls: the hot path
 * SPDX-License-Identifier: MIT
 * Reached from system_call_entry, on the caller's stack, which is not touched; interrupts are off, and exceptions have stacks of their own.
 * Nothing is saved but where the caller goes on, and nothing of one domain is left in registers for the other but the words of the call.
 * Whatever is not simple goes the slow way, with the registers as they came (gate.c). */
#include "abi/ipc.h"
#include "ipc/gate_macros.h"
#include "ipc/gate_offsets.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/offsets.h"
#include "kernel/arch/push.h"

	.text
	.global gate, gate_slow
	.balign 64
gate:                                     /* flags: of the number with IPC_RETURN */
	je gate_return
	cmp $IPC_LAST, %rax
	ja gate_at
	mov thread_current(%rip), %rbx
	mov THREAD_ACTIVATION(%rbx), %rbp
	lea -IPC_CALL(%rax), %r12
	cmp $IPC_SERVERS, %r12
	jae gate_slow
	mov ACTIVATION_REPLICA(%rbp), %r13
	mov REPLICA_CALLEES(%r13), %r13
	bt %r12, %r13
	jnc gate_slow
	mov replicas(, %r12, 8), %r12
	mov REPLICA_DOOR(%r12), %r14
	mov ACTIVATION_ABOVE(%rbp), %r15
	test %r14, %r14
	jle gate_fast_inner               /* a stack in the kernel's half, or none */
	test %r15, %r15
	jz gate_slow
	movq $0, REPLICA_DOOR(%r12)
	mov %rbx, REPLICA_INSIDE(%r12)
	incq REPLICA_CALLS(%r12)
	mov %rcx, RIP(%rbp)
	mov %rsp, RSP(%rbp)
	mov REPLICA_VIEW(%r12), %rcx
	mov %r12, ACTIVATION_REPLICA(%r15)
	mov %r14, ACTIVATION_STACK(%r15)
	mov %rcx, ACTIVATION_VIEW(%r15)
	GO_TO %r15, %rcx
	mov REPLICA_ENTRY(%r12), %rcx
	mov %r14, %rsp
	mov $SERVICE_FLAGS, %r11d
	FORGET_REGISTERS
	sysretq

gate_return:
	mov thread_current(%rip), %rbx
	mov THREAD_ACTIVATION(%rbx), %rbp
	cmpq $0, ACTIVATION_ON_RETURN(%rbp)
	jne gate_return_inner
	mov ACTIVATION_REPLICA(%rbp), %r12
	mov ACTIVATION_STACK(%rbp), %r14
	mov ACTIVATION_BELOW(%rbp), %rbp
	mov %r14, REPLICA_DOOR(%r12)
	mov ACTIVATION_VIEW(%rbp), %rcx
	GO_TO %rbp, %rcx
	mov %rdi, %rax
	mov RIP(%rbp), %rcx
	mov RSP(%rbp), %rsp
	mov $SERVICE_FLAGS, %r11d
	FORGET_REGISTERS
	sysretq

/* With words in rbx and r12, too. */
gate_at:
	cmp $IPC_AT_LAST, %rax
	ja system_call_plain              /* no call of the gate's */
	jmp gate_save

/* The registers into the activation's, as for any other system call, and to C. */
gate_slow:
	FORGET_REGISTERS
gate_save:
	mov %rsp, user_stack(%rip)
	mov thread_registers_end(%rip), %rsp
	PUSH_SYSTEM_CALL
	mov %rsp, %rdi
	mov $stacks + STACKS_KERNEL_END, %rsp
	call gate_system_call             /* kernel/entry/events.c */
	FORGET_REGISTERS
	jmp system_call_leave
