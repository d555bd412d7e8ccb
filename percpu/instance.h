/* instance.h - one core's kernel: its memory, its page tables, and how it comes to life
 * SPDX-License-Identifier: MIT
 * Every writable variable of the kernel lies in the instance section, at the same virtual address on
 * every core and in different memory: a plain `static` is per core, and this is the reason that the kernel has
 * no per-core accessors. Variables here are set once, at birth, by the core itself.
 * I1 an instance's memory lies in its own partition, physically contiguous from machine.memory[core].instance
 * I2 other cores map it read-only (percpu/far.h) */
#ifndef PERCPU_INSTANCE_H
#define PERCPU_INSTANCE_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/arch/offsets.h"
#include "kernel/arch/paging.h"

struct birth {
	uint32_t core;        /* index in machine.acpi.core */
	uint64_t root;        /* page-table root with no program in it */
	uint64_t first_free;  /* physical: private memory from here on is unused */
	uint64_t entered;     /* TSC when the core left the boot tables */
};

extern struct birth birth;

static inline unsigned this_core(void)
{
	return birth.core;
}

struct stacks {
	uint8_t guard_kernel[PAGE_SIZE];
	uint8_t kernel[2 * PAGE_SIZE];
	uint8_t guard_exception[PAGE_SIZE];
	uint8_t exception[PAGE_SIZE];
	uint8_t guard_nmi[PAGE_SIZE];
	uint8_t nmi[PAGE_SIZE];
	uint8_t guard_double_fault[PAGE_SIZE];
	uint8_t double_fault[PAGE_SIZE];
	uint8_t guard_machine_check[PAGE_SIZE];
	uint8_t machine_check[PAGE_SIZE];
	uint8_t guard_landing[PAGE_SIZE];
	uint8_t landing[PAGE_SIZE];
};

_Static_assert(offsetof(struct stacks, guard_exception) == STACKS_KERNEL_END, "offsets.h");
_Static_assert(sizeof(struct stacks) == STACKS_LANDING_END, "offsets.h");

extern struct stacks stacks;

/* Boot core, on the boot tables: builds the tables that all instances share. */
void instance_prepare_common(paging_allocate allocate, void *allocator);

/* On the boot tables: makes the core's instance and continues in `main` on its stack. */
_Noreturn void instance_enter(unsigned core, void (*main)(void));

#endif
