/* entry.S - the ways into the kernel from a program, and the ways out
 * SPDX-License-Identifier: MIT
 * System calls and interrupts push the user's registers straight into the running thread's
 * `struct registers` (abi/registers.h): `thread_registers_end` holds its end, and an entry of the
 * interrupt stack table the same. Then they go to the one kernel stack, at a constant address. Exceptions use a
 * stack of their own and leave by it. Interrupts are off from entry to exit.
 * C functions keep rbx, rbp, r12 to r15, so the short way out of a system call restores only the rest. */
#include "abi/ipc.h"
#include "abi/domain.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/keys.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/offsets.h"
#include "kernel/arch/push.h"

	.macro RESTORE_ALL
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	pop %r9
	pop %r8
	pop %r10
	pop %rdx
	pop %rsi
	pop %rdi
	pop %rax
	pop %r11
	pop %rcx
	add $16, %rsp
	iretq
	.endm

	/* A word of the registers to the landing. */
	.macro LAND field, place
	mov \field(%rsp), %rax
	mov %rax, stacks + STACKS_LANDING_END - 64 + \place(%rip)
	.endm

	.text
	.global system_call_entry
	.balign 64
system_call_entry:
	cmp $IPC_RETURN, %rax
	jae gate                          /* ipc/gate_fast.S */
	.global system_call_plain
system_call_plain:
	mov %rsp, user_stack(%rip)
	mov thread_registers_end(%rip), %rsp
	PUSH_SYSTEM_CALL
	mov %rsp, %rdi
	mov $stacks + STACKS_KERNEL_END, %rsp
	call system_call                  /* (struct registers *) -> result, or PARKED */
	.global system_call_leave
system_call_leave:
	mov thread_registers_end(%rip), %rsp
	cmp $RESULT_PARKED, %rax
	je 1f
	cmpb $0, backed_missed(%rip)
	jne 2f
	mov R9 - REGISTERS_SIZE(%rsp), %r9
	mov R8 - REGISTERS_SIZE(%rsp), %r8
	mov R10 - REGISTERS_SIZE(%rsp), %r10
	mov RDX - REGISTERS_SIZE(%rsp), %rdx
	mov RSI - REGISTERS_SIZE(%rsp), %rsi
	mov RDI - REGISTERS_SIZE(%rsp), %rdi
	mov RIP - REGISTERS_SIZE(%rsp), %rcx
	mov RFLAGS - REGISTERS_SIZE(%rsp), %r11
	mov RSP - REGISTERS_SIZE(%rsp), %rsp
	sysretq
1:	mov $stacks + STACKS_KERNEL_END, %rsp
	jmp call_parked
2:	mov %rax, %rdi
	mov $stacks + STACKS_KERNEL_END, %rsp
	call backed_call_ends
	jmp call_parked

/* _Noreturn void registers_resume(const struct registers *): to user code, all registers; but for rcx and r11 after a system call, which
 * has lost them anyway, and which goes back by SYSRET, the cheaper way: its RIP is an address of the program's. */
	.global registers_resume
registers_resume:
	mov %rdi, %rsp
	testb $3, CS(%rsp)
	jz resume_inner
	cmpl $VECTOR_SYSTEM_CALL, VECTOR(%rsp)
	jne restore_all
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	pop %r9
	pop %r8
	pop %r10
	pop %rdx
	pop %rsi
	pop %rdi
	pop %rax
	mov RIP - 13 * 8(%rsp), %rcx
	mov RFLAGS - 13 * 8(%rsp), %r11
	mov RSP - 13 * 8(%rsp), %rsp
	sysretq
restore_all:
	RESTORE_ALL

/* To ring 0: what is loaded behind the service's rights comes from the landing, which it may read. */
resume_inner:
	cmpl $VECTOR_SYSTEM_CALL, VECTOR(%rsp)
	je gate_resume                    /* ipc/gate_inner.S */
	LAND RDX, 0
	LAND RCX, 8
	LAND RAX, 16
	LAND RIP, 24
	LAND CS, 32
	LAND RFLAGS, 40
	LAND RSP, 48
	LAND SS, 56
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	pop %r9
	pop %r8
	pop %r10
	add $8, %rsp
	pop %rsi
	pop %rdi
	add $8, %rsp
	pop %r11
	mov $stacks + STACKS_LANDING_END - 64, %rsp
	mov gate_page + GATE_RIGHTS(%rip), %eax
	test %eax, %eax
	jz 1f
	xor %edx, %edx
	mov $MSR_PKRS, %ecx
	.global resume_lower
resume_lower:
	wrmsr
	DEFENDED
	test $RIGHTS_NEVER_TAKEN, %al
	jnz gate_broken
	cmp $MSR_PKRS, %ecx
	jne gate_broken
	cmp GATE_PAGE + GATE_RIGHTS, %eax
	jne gate_broken
	DEFENDED_BY DEFENCE_recheck
1:	pop %rdx
	pop %rcx
	pop %rax
	iretq

/* _Noreturn void event_loop_enter(void): leaves whatever was running on the kernel stack. */
	.global event_loop_enter
event_loop_enter:
	mov $stacks + STACKS_KERNEL_END, %rsp
	xor %ebp, %ebp
	jmp event_loop

/* _Noreturn void event_loop_after(void (*first)(void)): the same, but calls `first` on the way. */
	.global event_loop_after
event_loop_after:
	mov $stacks + STACKS_KERNEL_END, %rsp
	xor %ebp, %ebp
	call *%rdi
	jmp event_loop

	.macro SAVE_ALL
	push %rcx
	push %r11
	push %rax
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
	cld
	clac
	.endm

/* Exceptions: on the exception's own stack. The handler returns to go back where it came from. */
	.macro EXCEPTION vector, has_error
	.balign 16
exception_\vector:
	.if \has_error == 0
	push $0
	.endif
	push $\vector
	jmp exception_common
	.endm

	.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 31
	EXCEPTION \vector, 0
	.endr
	.irp vector, 8, 10, 11, 12, 13, 17, 21, 29, 30
	EXCEPTION \vector, 1
	.endr

	.balign 16
exception_14:                             /* the page fault, which is hot */
	push $VECTOR_PAGE_FAULT
exception_common:
	SAVE_ALL
	testb $3, CS(%rsp)
	jz exception_inside
1:	mov %rsp, %rdi
	call exception
	RESTORE_ALL

/* In ring 0: the kernel's own, or of a service with the kernel's key, which keeps its rights; or of one with a key, which ends there. What lies on this
 * stack the service may have written itself (it may have jumped here), but for its being the one that runs. */
exception_inside:
	cmpl $0, GATE_PAGE + GATE_KEYS_ON
	je 1b
	mov $MSR_PKRS, %ecx
	rdmsr
	test %eax, %eax
	jz 1b
	mov %rsp, %r12
	mov $MSR_PKRS, %ecx
	xor %eax, %eax
	xor %edx, %edx
	.global exception_raise
exception_raise:
	wrmsr
	cli
	DEFENDED
	xor $MSR_PKRS, %ecx
	or %eax, %ecx
	jnz gate_broken
	DEFENDED_BY DEFENCE_recheck
	cld
	clac
	xor %ebp, %ebp
	mov $stacks + STACKS_KERNEL_END, %rsp
	mov %r12, %rdi
	call exception_of_domain          /* kernel/entry/fault.c */
	jmp event_loop

/* Interrupts: from user code onto the thread's registers. In ring 0 from a service onto the landing, from which C takes them (interrupt_inside); from the
 * idle loop, which has nothing to go back to, onto the kernel stack: the event loop begins anew. A service that jumps here with another stack than the
 * landing gets no rights. */
	.macro INTERRUPT vector
	.balign 16
interrupt_\vector:
	testb $3, 8(%rsp)
	jz 1f
	push $0
	push $\vector
	SAVE_ALL
2:	mov $\vector, %edi
	mov $stacks + STACKS_KERNEL_END, %rsp
	call interrupt
	jmp event_loop
1:	cmp $stacks + STACKS_LANDING_END - 40, %rsp
	jne 2b
	push $0
	push $\vector
	jmp interrupt_in_ring0
	.endm

	INTERRUPT 32                      /* VECTOR_TIMER */
	INTERRUPT 33                      /* VECTOR_DOORBELL */
	INTERRUPT 34                      /* VECTOR_STRAY */

	.balign 16
interrupt_in_ring0:
	SAVE_ALL
	cmpl $0, GATE_PAGE + GATE_KEYS_ON
	je 1f
	mov $MSR_PKRS, %ecx
	xor %eax, %eax
	xor %edx, %edx
	.global interrupt_raise
interrupt_raise:
	wrmsr
	cli
	DEFENDED
	xor $MSR_PKRS, %ecx
	or %eax, %ecx
	jnz gate_broken
	DEFENDED_BY DEFENCE_recheck
	cld
	clac
1:	xor %ebp, %ebp
	mov $stacks + STACKS_KERNEL_END, %rsp
	call interrupt_inside             /* kernel/entry/events.c */
	jmp event_loop

	.balign 16
interrupt_spurious:
	iretq

/* size_t fixup_copy(void *to, const void *from, size_t size): bytes left when a page was missing. */
	.global fixup_copy
fixup_copy:
	mov %rdx, %rcx
	shr $3, %rcx
	and $7, %edx
1:	rep movsq
	mov %edx, %ecx
2:	rep movsb
	xor %eax, %eax
	ret
3:	lea (%rdx, %rcx, 8), %rax
	ret
4:	mov %rcx, %rax
	ret

/* int fixup_write(void *to, uint8_t value): 0, or 1 when the write faulted. */
	.global fixup_write
fixup_write:
5:	mov %sil, (%rdi)
	xor %eax, %eax
	ret
6:	mov $1, %eax
	ret

/* int fixup_read32(uint32_t *to, const uint32_t *from): 0, or 1 when the read faulted. */
	.global fixup_read32
fixup_read32:
7:	mov (%rsi), %eax
	mov %eax, (%rdi)
	xor %eax, %eax
	ret

	.section .fixups, "a"
	.quad 1b, 3b, 2b, 4b, 5b, 6b, 7b, 6b

	.section .rodata
	.balign 8
	.global exception_entry, timer_entry, doorbell_entry, stray_entry, spurious_entry
exception_entry:
	.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.quad exception_\vector
	.endr
	.irp vector, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	.quad exception_\vector
	.endr
timer_entry:
	.quad interrupt_32
doorbell_entry:
	.quad interrupt_33
stray_entry:
	.quad interrupt_34
spurious_entry:
	.quad interrupt_spurious

	.bss
	.balign 8
	.global thread_registers_end, user_stack
thread_registers_end:
	.quad 0
user_stack:
	.quad 0
	.section .note.GNU-stack, "", @progbits
