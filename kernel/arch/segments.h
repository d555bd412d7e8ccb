/* segments.h - descriptor tables, task state, system-call registers, and protection bits
 * SPDX-License-Identifier: MIT
 * The interrupt table is built once and sealed; descriptors and task state are each core's own,
 * because the processor writes to them. */
#ifndef KERNEL_ARCH_SEGMENTS_H
#define KERNEL_ARCH_SEGMENTS_H

#include <stdint.h>

#include "abi/registers.h"

/* The tops of the instance's stacks. */
struct entry_stacks {
	void *exception, *nmi, *double_fault, *machine_check;
};

/* Boot core, on the boot tables. */
void segments_build_interrupt_table(void);

/* Each core, once, in its instance: tables loaded, SYSCALL enabled, NX, WP, SMEP, SMAP and UMIP
 * on where the processor has them. */
void segments_load(const struct entry_stacks *stacks);

/* Where the next entry from user code saves the registers. */
void segments_set_registers(struct registers *registers);

_Noreturn void registers_resume(const struct registers *registers);

/* Leave whatever was running on this or the kernel stack; `first` is called on the fresh one. */
_Noreturn void event_loop_enter(void);
_Noreturn void event_loop_after(void (*first)(void));

#endif
