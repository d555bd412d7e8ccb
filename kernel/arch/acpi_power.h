/* acpi_power.h - timer, power-off and reset ports, from FADT and DSDT
 * SPDX-License-Identifier: MIT
 * Powering off needs two numbers that exist only as AML, in the package _S5_: they are found by
 * its name and its constant encoding; AML is never run. Only I/O ports are taken; registers in
 * memory or PCI space are left out.
 * Context: a part of acpi_read().
 * Sources: ACPI 6.5 sections 5.2.9 (FADT), 4.8.3 (PM1 control, PM timer), 7.4.2 (_Sx), 20.2
 * (AML).
 * Tested by tests/unit/acpi_power_test.c */
#ifndef KERNEL_ARCH_ACPI_POWER_H
#define KERNEL_ARCH_ACPI_POWER_H

#include "kernel/arch/acpi.h"
#include "kernel/arch/acpi_table.h"

/* Sets the ports that the tables name. NOT_FOUND: no _S5_, so no way to power off. BAD_FORMAT,
 * TRUNCATED: FADT too short, or DSDT not sound; what was read before that stays. */
must_check status_t acpi_read_fadt(struct acpi_machine *machine, struct physical_view view,
				   const struct acpi_table *fadt);

#endif
