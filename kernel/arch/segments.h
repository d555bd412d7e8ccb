/* segments.h - descriptor tables, task state, system-call registers, and protection bits
 * SPDX-License-Identifier: MIT
 * The interrupt table is built once and sealed; descriptors and task state are each core's own,
 * because the processor writes to them. */
#ifndef KERNEL_ARCH_SEGMENTS_H
#define KERNEL_ARCH_SEGMENTS_H

#include <stdint.h>

#include "abi/domain.h"
#include "abi/registers.h"
#include "kernel/arch/layout.h"

/* The tops of the instance's stacks. */
struct entry_stacks {
	void *exception, *nmi, *double_fault, *machine_check;
	void *landing; /* of interrupts of services in ring 0 */
	void *kernel;
};

/* Boot core, on the boot tables. */
void segments_build_interrupt_table(void);

/* Each core, once, in its instance: tables loaded, SYSCALL enabled, NX, WP, SMEP, SMAP and UMIP
 * on where the processor has them. */
void segments_load(const struct entry_stacks *stacks);

/* What SYSCALL goes by, once more: somebody may have changed it. */
void segments_load_system_call(void);

/* Where the next entry saves the registers, which are what runs next; and while nothing does. */
void segments_set_registers(struct registers *registers);
void segments_set_idle(void);

/* The call that has saved these is made anew, by the same number, when they are loaded. */
static inline void registers_call_anew(struct registers *registers)
{
	registers->rip -= registers->cs & 3 ? SYSTEM_CALL_SIZE : GATE_JUMP_SIZE;
	registers->rax = registers->error;
	if (!(registers->cs & 3))
		registers->vector = 0; /* the jump's registers are not lost yet */
}

/* Goes on with them, in their ring; in ring 0 with gate_page.rights. */
_Noreturn void registers_resume(const struct registers *registers);

/* Leave whatever was running on this or the kernel stack; `first` is called on the fresh one. */
_Noreturn void event_loop_enter(void);
_Noreturn void event_loop_after(void (*first)(void));

#endif
