/* apic.c - see apic.h
 * SPDX-License-Identifier: MIT */
#include "kernel/arch/apic.h"

#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"

enum {
	REGISTER_ID = 0x20,
	REGISTER_END_OF_INTERRUPT = 0xb0,
	REGISTER_SPURIOUS = 0xf0,
	REGISTER_COMMAND_LOW = 0x300,
	REGISTER_COMMAND_HIGH = 0x310,
	REGISTER_TIMER = 0x320,
	REGISTER_PIN0 = 0x350,
	REGISTER_PIN1 = 0x360,
	REGISTER_TIMER_INITIAL = 0x380,
	REGISTER_TIMER_CURRENT = 0x390,
	REGISTER_TIMER_DIVIDER = 0x3e0,

	SOFTWARE_ENABLE = 1 << 8,
	MASKED = 1 << 16,
	DIVIDE_BY_1 = 0xb,
	COMMAND_PENDING = 1 << 12,
	COMMAND_NMI = 4 << 8,
	COMMAND_INIT = 5 << 8 | 1 << 14,
	COMMAND_STARTUP = 6 << 8 | 1 << 14,
	COMMAND_TO_OTHERS = 3 << 18,

	BASE_ENABLE = 1 << 11,
	BASE_X2 = 1 << 10,
	CPUID_1_ECX_X2APIC = 1 << 21,
};

static bool x2_mode __attribute__((section(".sealed")));

static volatile uint32_t *memory_register(unsigned reg)
{
	return (volatile uint32_t *)(APIC_BASE + reg);
}

static uint32_t apic_read(unsigned reg)
{
	return x2_mode ? (uint32_t)cpu_read_msr(MSR_X2APIC + (reg >> 4)) : *memory_register(reg);
}

static void apic_write(unsigned reg, uint32_t value)
{
	if (x2_mode)
		cpu_write_msr(MSR_X2APIC + (reg >> 4), value);
	else
		*memory_register(reg) = value;
}

static void apic_command(uint32_t target, uint32_t command)
{
	if (x2_mode) {
		/* Earlier stores must be seen before the interrupt: this write does not serialise. */
		__asm__ volatile("mfence; lfence" : : : "memory");
		cpu_write_msr(MSR_X2APIC + (REGISTER_COMMAND_LOW >> 4), (uint64_t)target << 32 | command);
		return;
	}
	while (*memory_register(REGISTER_COMMAND_LOW) & COMMAND_PENDING)
		cpu_pause();
	*memory_register(REGISTER_COMMAND_HIGH) = target << 24;
	*memory_register(REGISTER_COMMAND_LOW) = command;
}

bool apic_x2_available(void)
{
	uint32_t basic[4];

	cpu_cpuid(1, 0, basic);
	return basic[2] & CPUID_1_ECX_X2APIC;
}

bool apic_x2_enabled(void)
{
	return apic_x2_available() && (cpu_read_msr(MSR_APIC_BASE) & BASE_X2);
}

void apic_choose_mode(bool x2)
{
	x2_mode = x2;
}

void apic_open(void)
{
	cpu_write_msr(MSR_APIC_BASE, cpu_read_msr(MSR_APIC_BASE) | BASE_ENABLE);
	if (x2_mode)
		cpu_write_msr(MSR_APIC_BASE, cpu_read_msr(MSR_APIC_BASE) | BASE_X2);
	apic_write(REGISTER_SPURIOUS, SOFTWARE_ENABLE | VECTOR_SPURIOUS);
	apic_write(REGISTER_PIN0, MASKED);
	apic_write(REGISTER_PIN1, MASKED);
	apic_write(REGISTER_TIMER_DIVIDER, DIVIDE_BY_1);
	apic_write(REGISTER_TIMER, VECTOR_TIMER);
	apic_timer_start(0);
}

uint32_t apic_id(void)
{
	uint32_t id = apic_read(REGISTER_ID);

	return x2_mode ? id : id >> 24;
}

void apic_end_of_interrupt(void)
{
	apic_write(REGISTER_END_OF_INTERRUPT, 0);
}

void apic_send(uint32_t target, unsigned vector)
{
	apic_command(target, vector);
}

void apic_send_nmi_to_others(void)
{
	apic_command(0, COMMAND_TO_OTHERS | COMMAND_NMI);
}

void apic_send_init_to_others(void)
{
	apic_command(0, COMMAND_TO_OTHERS | COMMAND_INIT);
}

void apic_send_startup_to_others(uint64_t address)
{
	apic_command(0, COMMAND_TO_OTHERS | COMMAND_STARTUP | (uint32_t)(address >> 12));
}

void apic_timer_start(uint32_t ticks)
{
	apic_write(REGISTER_TIMER_INITIAL, ticks);
}

uint32_t apic_timer_left(void)
{
	return apic_read(REGISTER_TIMER_CURRENT);
}
