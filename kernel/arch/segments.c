/* segments.c - see segments.h
 * SPDX-License-Identifier: MIT
 * Source: Intel SDM vol. 3A, 3.4.5 (descriptors), 6.14 (gates), 7.7 (task state), 2.5 (CR4). */
#include "kernel/arch/segments.h"

#include <stddef.h>

#include "abi/domain.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/keys.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/offsets.h"

_Static_assert(offsetof(struct registers, r15) == R15, "offsets.h");
_Static_assert(offsetof(struct registers, r14) == R14, "offsets.h");
_Static_assert(offsetof(struct registers, r13) == R13, "offsets.h");
_Static_assert(offsetof(struct registers, r12) == R12, "offsets.h");
_Static_assert(offsetof(struct registers, rbp) == RBP, "offsets.h");
_Static_assert(offsetof(struct registers, rbx) == RBX, "offsets.h");
_Static_assert(offsetof(struct registers, rax) == RAX, "offsets.h");
_Static_assert(offsetof(struct registers, r11) == R11, "offsets.h");
_Static_assert(offsetof(struct registers, rcx) == RCX, "offsets.h");
_Static_assert(offsetof(struct registers, error) == ERROR, "offsets.h");
_Static_assert(offsetof(struct registers, ss) == SS, "offsets.h");
_Static_assert(offsetof(struct registers, r9) == R9, "offsets.h");
_Static_assert(offsetof(struct registers, r8) == R8, "offsets.h");
_Static_assert(offsetof(struct registers, r10) == R10, "offsets.h");
_Static_assert(offsetof(struct registers, rdx) == RDX, "offsets.h");
_Static_assert(offsetof(struct registers, rsi) == RSI, "offsets.h");
_Static_assert(offsetof(struct registers, rdi) == RDI, "offsets.h");
_Static_assert(offsetof(struct registers, vector) == VECTOR, "offsets.h");
_Static_assert(offsetof(struct registers, rip) == RIP, "offsets.h");
_Static_assert(offsetof(struct registers, cs) == CS, "offsets.h");
_Static_assert(offsetof(struct registers, rflags) == RFLAGS, "offsets.h");
_Static_assert(offsetof(struct registers, rsp) == RSP, "offsets.h");
_Static_assert(sizeof(struct registers) == REGISTERS_SIZE, "offsets.h");

enum {
	GATE_PRESENT_INTERRUPT = 0x8e,
	GATE_USER = 0x60,
	EXCEPTIONS = 32,
	VECTORS = 256,
};

struct gate {
	uint16_t offset_low, selector;
	uint8_t stack, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};

static uint64_t landing, kernel_stack; /* where interrupts of services in ring 0 save the registers, and of the idle loop */

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

extern const uint64_t exception_entry[EXCEPTIONS], timer_entry, doorbell_entry, stray_entry, spurious_entry;
extern uint64_t thread_registers_end;
void system_call_entry(void);

/* A page of its own, since services in ring 0 must be able to read it, or they could not be interrupted. */
struct gate interrupt_table[VECTORS] __attribute__((section(".sealed"), aligned(PAGE_SIZE)));

_Static_assert(sizeof(interrupt_table) == PAGE_SIZE, "nothing lies beside it");
_Static_assert(offsetof(struct task_state, stack[STACK_INTERRUPT - 1]) + GATE_TASK_STATE == GATE_INTERRUPT_STACK, "keys.h");


static void set_gate(unsigned vector, uint64_t entry, unsigned stack, unsigned rights)
{
	interrupt_table[vector] = (struct gate){
		.offset_low = (uint16_t)entry,
		.offset_middle = (uint16_t)(entry >> 16),
		.offset_high = (uint32_t)(entry >> 32),
		.selector = SELECTOR_KERNEL_CODE,
		.stack = (uint8_t)stack,
		.type = (uint8_t)(GATE_PRESENT_INTERRUPT | (defence_holds(DEFENCE_vectors) ? rights : GATE_USER)),
	};
}

void segments_build_interrupt_table(void)
{
	for (unsigned vector = 0; vector < EXCEPTIONS; vector++)
		set_gate(vector, exception_entry[vector], STACK_EXCEPTION, 0);
	for (unsigned vector = EXCEPTIONS; vector < VECTORS; vector++)
		set_gate(vector, stray_entry, STACK_INTERRUPT, 0);
	set_gate(VECTOR_BREAKPOINT, exception_entry[VECTOR_BREAKPOINT], STACK_EXCEPTION, GATE_USER);
	set_gate(VECTOR_NMI, exception_entry[VECTOR_NMI], STACK_NMI, 0);
	set_gate(VECTOR_DOUBLE_FAULT, exception_entry[VECTOR_DOUBLE_FAULT], STACK_DOUBLE_FAULT, 0);
	set_gate(VECTOR_MACHINE_CHECK, exception_entry[VECTOR_MACHINE_CHECK], STACK_MACHINE_CHECK, 0);
	set_gate(VECTOR_TIMER, timer_entry, STACK_INTERRUPT, 0);
	set_gate(VECTOR_DOORBELL, doorbell_entry, STACK_INTERRUPT, 0);
	set_gate(VECTOR_SPURIOUS, spurious_entry, STACK_INTERRUPT, 0);
}

static void load_tables(const struct entry_stacks *stacks)
{
	struct task_state *task_state = &gate_page.task_state;
	uint64_t *descriptors = gate_page.descriptors;
	uint64_t base = GATE_PAGE + GATE_TASK_STATE;
	struct table_pointer gdt = { sizeof(gate_page.descriptors) - 1, GATE_PAGE + offsetof(struct gate_page, descriptors) };
	struct table_pointer idt = { sizeof(interrupt_table) - 1, (uint64_t)interrupt_table };

	task_state->stack[STACK_EXCEPTION - 1] = (uint64_t)stacks->exception;
	task_state->stack[STACK_NMI - 1] = (uint64_t)stacks->nmi;
	task_state->stack[STACK_DOUBLE_FAULT - 1] = (uint64_t)stacks->double_fault;
	task_state->stack[STACK_MACHINE_CHECK - 1] = (uint64_t)stacks->machine_check;
	task_state->io_map = sizeof(*task_state);
	landing = (uint64_t)stacks->landing;
	kernel_stack = (uint64_t)stacks->kernel;
	segments_set_idle();
	descriptors[SELECTOR_TSS / 8] = (sizeof(*task_state) - 1) | (base & 0xffffff) << 16 |
					UINT64_C(0x89) << 40 | (base >> 24 & 0xff) << 56;
	descriptors[SELECTOR_TSS / 8 + 1] = base >> 32;

	__asm__ volatile("lgdt %0\n\t"
			 "lidt %1\n\t"
			 "push %2\n\t"
			 "lea 1f(%%rip), %%rax\n\t"
			 "push %%rax\n\t"
			 "lretq\n"
			 "1:\n\t"
			 "mov %3, %%ss\n\t"
			 "mov %4, %%ds\n\t"
			 "mov %4, %%es\n\t"
			 "lldt %w4\n\t"
			 "ltr %w5"
			 : : "m"(gdt), "m"(idt), "i"(SELECTOR_KERNEL_CODE), "r"(SELECTOR_KERNEL_DATA),
			     "r"(0), "r"(SELECTOR_TSS)
			 : "rax", "memory");
}

static void enable_protection(void)
{
	bool from_programs = defence_holds(DEFENCE_smap) && defence_holds(DEFENCE_pages); /* which makes the kernel's pages those of programs */
	uint32_t structured[4], basic[4];
	uint64_t cr4 = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	cpu_cpuid(1, 0, basic);
	cpu_cpuid(7, 0, structured);
	if (structured[1] & 1 << 7 && from_programs)
		cr4 |= CR4_SMEP;
	if (structured[1] & 1 << 20 && from_programs)
		cr4 |= CR4_SMAP;
	if (structured[2] & 1 << 2 && defence_holds(DEFENCE_umip))
		cr4 |= CR4_UMIP;
	if (basic[2] & 1 << 26)
		cr4 |= CR4_OSXSAVE;
	cpu_write_cr4(cr4);
	keys_open();
	cpu_write_cr0((cpu_read_cr0() & ~(uint64_t)(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE | CR0_WP);
}

void segments_load(const struct entry_stacks *stacks)
{
	load_tables(stacks);
	enable_protection();
	segments_load_system_call();
}

void segments_load_system_call(void)
{
	cpu_write_msr(MSR_EFER, cpu_read_msr(MSR_EFER) | EFER_SYSCALL | EFER_NX);
	cpu_write_msr(MSR_STAR, (uint64_t)SELECTOR_USER_BASE << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
	cpu_write_msr(MSR_LSTAR, (uint64_t)system_call_entry);
	cpu_write_msr(MSR_FMASK, defence_holds(DEFENCE_flags) ? RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC : RFLAGS_IF);
}

void segments_set_registers(struct registers *registers)
{
	thread_registers_end = (uint64_t)(registers + 1);
	gate_page.task_state.stack[STACK_INTERRUPT - 1] = registers->cs & 3 ? thread_registers_end : landing;
}

void segments_set_idle(void)
{
	gate_page.task_state.stack[STACK_INTERRUPT - 1] = kernel_stack;
}
