/* finish.c - see finish.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/finish.h"

#include "kernel/arch/cpu.h"
#include "kernel/arch/serial.h"
#include "kernel/entry/audit.h"
#include "lib/format.h"
#include "percpu/clock.h"
#include "percpu/log.h"
#include "percpu/machine.h"

enum {
	DEBUG_EXIT_PORT = 0xf4, /* QEMU's isa-debug-exit as the runner configures it */
	DEBUG_EXIT_FAILURE = 1,
	ACPI_ENABLED = 1,
};

#define PATIENCE UINT64_C(2000000000) /* ns: power does not go away at once */

static void power_off(void)
{
	const struct acpi_machine *acpi = &machine.acpi;

	if (!acpi->power_off_port)
		return;
	if (acpi->acpi_enable_port && !(cpu_in32(acpi->power_off_port) & ACPI_ENABLED))
		cpu_out8(acpi->acpi_enable_port, acpi->acpi_enable_value);
	cpu_out16(acpi->power_off_port, acpi->power_off_value);
	if (acpi->power_off_port_b)
		cpu_out16(acpi->power_off_port_b, acpi->power_off_value_b);
}

_Noreturn void finish(int status)
{
	char report[16];

	audit_frames();
	for (unsigned core = 0; core < machine_cores(); core++)
		if (core != LOG_CORE)
			log_collect(core);
	serial_write(SERIAL_REPORT, report, format(report, sizeof(report), "%d\n", status));
	power_off();
	for (uint64_t deadline = clock_now() + PATIENCE; clock_now() < deadline;)
		cpu_pause();
	log_line("entry", "this machine does not power off by ACPI: turn it off by hand");
	cpu_stop();
}

_Noreturn void finish_in_failure(void)
{
	serial_write(SERIAL_REPORT, "panic\n", 6);
	cpu_out32(DEBUG_EXIT_PORT, DEBUG_EXIT_FAILURE);
	cpu_stop();
}
