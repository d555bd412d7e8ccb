/* clock.c - see clock.h
 * SPDX-License-Identifier: MIT
 * Source: ACPI specification 6.5, 4.8.3.3 (power management timer, 3.579545 MHz). */
#include "percpu/clock.h"

#include "kernel/arch/apic.h"
#include "kernel/arch/cpu.h"
#include "percpu/machine.h"

enum {
	PM_HERTZ = 3579545,
	PM_WINDOW = PM_HERTZ / 200, /* 5 ms */
	SAMPLES = 8,
};

struct sample {
	uint32_t pm, apic;
	uint64_t timestamp, uncertainty;
};

static uint64_t armed_for;

/* The three clocks at one moment: of several readings the one least disturbed in between. */
static struct sample take_sample(void)
{
	struct sample best = { .uncertainty = UINT64_MAX };

	for (unsigned i = 0; i < SAMPLES; i++) {
		uint64_t before = cpu_timestamp();
		uint32_t pm = cpu_in32(machine.acpi.pm_timer_port);
		uint32_t apic = apic_timer_left();
		uint64_t after = cpu_timestamp();

		if (after - before < best.uncertainty)
			best = (struct sample){ pm, apic, before, after - before };
	}
	return best;
}

status_t clock_calibrate(void)
{
	uint32_t mask = machine.acpi.pm_timer_32bit ? UINT32_MAX : 0xffffff;
	struct sample start, end;
	uint64_t passed;

	if (!machine.acpi.pm_timer_port)
		return STATUS_UNSUPPORTED;
	apic_timer_start(UINT32_MAX);
	start = take_sample();
	do /* bounded: the timer counts */
		passed = (cpu_in32(machine.acpi.pm_timer_port) - start.pm) & mask;
	while (passed < PM_WINDOW);
	end = take_sample();
	passed = (end.pm - start.pm) & mask;
	machine.timestamp_khz = (end.timestamp - start.timestamp) * PM_HERTZ / passed / 1000;
	machine.apic_timer_khz = (uint64_t)(start.apic - end.apic) * PM_HERTZ / passed / 1000;
	apic_timer_start(0);
	if (!machine.timestamp_khz || !machine.apic_timer_khz)
		return STATUS_UNSUPPORTED;
	machine.timestamp_scale = (UINT64_C(1000000) << 32) / machine.timestamp_khz;
	machine.apic_timer_scale = (machine.apic_timer_khz << 32) / 1000000;
	return STATUS_OK;
}

uint64_t clock_from_timestamp(uint64_t timestamp)
{
	return (uint64_t)((unsigned __int128)(timestamp - machine.boot_timestamp) * machine.timestamp_scale >> 32);
}

uint64_t clock_now(void)
{
	return clock_from_timestamp(cpu_timestamp());
}

void clock_arm(uint64_t deadline)
{
	uint64_t now, ticks;

	if (deadline == armed_for || (deadline == CLOCK_NEVER && !armed_for))
		return;
	if (deadline == CLOCK_NEVER) {
		armed_for = 0;
		apic_timer_start(0);
		return;
	}
	now = clock_now();
	ticks = deadline > now ? (uint64_t)((unsigned __int128)(deadline - now) * machine.apic_timer_scale >> 32) : 0;
	armed_for = deadline;
	apic_timer_start(ticks >= UINT32_MAX ? UINT32_MAX : (uint32_t)ticks + 1);
}

void clock_arm_by(uint64_t deadline)
{
	if (!armed_for || deadline < armed_for)
		clock_arm(deadline);
}

void clock_fired(void)
{
	armed_for = 0;
}
