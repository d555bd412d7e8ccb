/* acpi.h - cores, memory nodes, distances and power switch of the machine, from the ACPI tables
 * SPDX-License-Identifier: MIT
 * Reads RSDP, RSDT or XSDT, MADT, SRAT, SLIT, FADT and the _S5_ package of the DSDT; runs no
 * AML. A table that is malformed is left out as a whole, and the machine is described as if it
 * were not there: the result can always be booted on. Disabled and merely online-capable cores
 * are skipped.
 * Context: boot core, once, before its tables' memory is reused; never waits.
 * I1 core[0] is the boot core; core[1 ..] ascend by APIC id; no id occurs twice
 * I2 every node is below node_count, and node_count >= 1
 * I3 memory ascends by start
 * Sources: ACPI 6.5 sections 4.8, 5.2 and 7.4.2.
 * Tested by tests/unit/acpi_test.c, acpi_hostile_test.c */
#ifndef KERNEL_ARCH_ACPI_H
#define KERNEL_ARCH_ACPI_H

#include <stdbool.h>

#include "abi/status.h"
#include "kernel/arch/physical_view.h"

enum {
	ACPI_CORES         = 255,
	ACPI_MEMORY_RANGES = 64,
	ACPI_NODES         = 64,
};

/* How cores can be addressed; decides which APIC ids are usable. (A bool converts: true is x2APIC.) */
enum acpi_apic_mode {
	ACPI_XAPIC,  /* ids 0 to 254: 255 is broadcast */
	ACPI_X2APIC, /* ids 0 to 0xfffffffe */
};

struct acpi_core {
	uint32_t apic_id;
	uint16_t node;
};

struct acpi_memory {
	struct memory_range range;
	uint16_t node;
};

struct acpi_machine {
	struct acpi_core core[ACPI_CORES];
	uint32_t core_count;
	uint32_t unusable_count;         /* enabled, but beyond what the APIC mode or core[] can take */
	uint32_t first_unusable_apic_id; /* the lowest of those; meaningless when there are none */

	struct acpi_memory memory[ACPI_MEMORY_RANGES]; /* none: all memory is node 0's */
	uint32_t memory_count;
	uint32_t node_count;
	uint32_t proximity_domain[ACPI_NODES]; /* by node, ascending */
	uint8_t distance[ACPI_NODES][ACPI_NODES]; /* SLIT's, or 10 at home and 20 elsewhere; 255 unreachable */

	uint64_t local_apic; /* physical address of the local APIC's registers */

	uint16_t pm_timer_port; /* 0: none. Counts at 3.579545 MHz */
	bool pm_timer_32bit;    /* else it wraps at 24 bits */

	/* Power-off: when bit 0 of power_off_port reads 0 and acpi_enable_port is not 0, write
	 * acpi_enable_value (a byte) there first; then write power_off_value (16 bits) to
	 * power_off_port, and the b pair likewise when its port is not 0. */
	uint16_t power_off_port; /* PM1a_CNT; 0: the tables name no way to power off */
	uint16_t power_off_value; /* SLP_TYPa and SLP_EN */
	uint16_t power_off_port_b;
	uint16_t power_off_value_b;
	uint16_t acpi_enable_port;
	uint8_t acpi_enable_value;

	uint8_t reset_value; /* write it (a byte) to reset_port to restart the machine */
	uint16_t reset_port; /* 0: none */

	const char *warning; /* sentence about the first table left out, or NULL */
};

/* Fills *machine; usable whatever is returned (at worst: the boot core alone, one node, no ports).
 * OK: every table there was sound. BAD_FORMAT, TRUNCATED, NO_SPACE: what was wrong with the first one left
 * out; machine->warning says which. A table that is absent is no error. */
must_check status_t acpi_read(struct acpi_machine *machine, struct physical_view view, uint64_t rsdp,
			      enum acpi_apic_mode mode, uint32_t boot_apic_id);

#endif
