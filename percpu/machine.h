/* machine.h - what boot has learnt once about the machine, read-only ever after
 * SPDX-License-Identifier: MIT
 * Lies in the sealed section: the boot core writes it on the boot page tables, before any instance
 * exists; the instances map it read-only and all cores read it freely.
 * I1 no field changes after the first instance is entered */
#ifndef PERCPU_MACHINE_H
#define PERCPU_MACHINE_H

#include "kernel/arch/acpi.h"
#include "kernel/arch/boot_info.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/topology.h"
#include "percpu/partition.h"

#define sealed __attribute__((section(".sealed")))

struct core_memory {
	uint64_t instance; /* physical address of the instance: the first private unit */
	uint64_t mailbox;  /* physical address of the mailbox page: start of the shared zone */
	uint64_t private_end, shared_end; /* physical: from here on the frame table has the zones' memory */
};

struct machine {
	struct boot_info boot;
	struct acpi_machine acpi;
	struct cpuid_topology topology;
	struct core_memory memory[CORES_MAX];
	uint64_t boot_timestamp;     /* TSC at the kernel's first C instruction */
	uint64_t timestamp_khz;      /* TSC ticks in a millisecond */
	uint64_t timestamp_scale;    /* nanoseconds in a tick, times 2^32 */
	uint64_t apic_timer_khz;     /* local APIC timer ticks in a millisecond, divider 1 */
	uint64_t apic_timer_scale;   /* of those in a nanosecond, times 2^32 */
	uint64_t ignored_bytes;      /* of RAM, beyond the last unit */
	uint32_t unit_count;
	struct unit unit[UNITS_MAX];
};

extern struct machine machine;

static inline unsigned machine_cores(void)
{
	return machine.acpi.core_count;
}

/* Bytes of all cores' partitions together. */
static inline uint64_t machine_partition_bytes(void)
{
	uint64_t units = 0;

	for (uint32_t unit = 0; unit < machine.unit_count; unit++)
		units += machine.unit[unit].owner < CORES_MAX;
	return units << UNIT_SHIFT;
}

/* The core whose partition holds a frame; UNIT_BOOT or UNIT_NONE for one that is nobody's. */
static inline unsigned machine_home(uint64_t physical)
{
	uint64_t unit = physical >> UNIT_SHIFT;

	return unit < machine.unit_count ? machine.unit[unit].owner : UNIT_NONE;
}

#endif
