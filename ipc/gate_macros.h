/* gate_macros.h - what the ways through the gate have in common, for assembly
 * SPDX-License-Identifier: MIT */
#ifndef IPC_GATE_MACROS_H
#define IPC_GATE_MACROS_H

#include "ipc/gate_offsets.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/keys.h"
#include "kernel/arch/offsets.h"

	.macro FORGET_REGISTERS
	DEFENDED
	xor %ebx, %ebx
	xor %ebp, %ebp
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	xor %r15d, %r15d
	DEFENDED_BY DEFENCE_registers
	.endm

/* The activation in \activation is the thread's from now on, and \view is loaded; clobbers \view. */
	.macro GO_TO activation, view
	mov \activation, THREAD_ACTIVATION(%rbx)
	lea REGISTERS_SIZE(\activation), %r13
	mov %r13, thread_registers_end(%rip)
	mov %r13, gate_page + GATE_INTERRUPT_STACK(%rip)
	mov \view, view_loaded(%rip)
	mov VIEW_ROOT(\view), \view
	mov \view, %cr3
	.endm

#endif
