/* partition.h - which core owns which 2 MiB unit of physical memory
 * SPDX-License-Identifier: MIT
 * Memory is divided once, at boot, along NUMA lines: every core gets an equal share of its own
 * node, in as few runs as the holes allow. The first eighth of a share (at least one unit) is
 * its shared zone, which all cores may write: rings and co-managed objects come from there; the
 * rest is read-only to others. Pure and deterministic: the same machine gives the same plan.
 * Units + cores * nodes steps.
 * Context: boot core, before any other core runs; never waits.
 * I1 a unit has a core as owner only if it is wholly RAM and touches no reserved range
 * I2 every core owns at least one shared and one private unit (when OK is returned)
 * I3 shares of cores that draw on the same nodes differ by at most one unit
 * Tested by tests/unit/partition_test.c, partition_random_test.c */
#ifndef PERCPU_PARTITION_H
#define PERCPU_PARTITION_H

#include "abi/status.h"
#include "kernel/arch/acpi.h"
#include "kernel/arch/physical_view.h"

enum {
	UNIT_SHIFT    = 21,
	UNITS_MAX     = 65536, /* 128 GiB: an index fits 16 bits */
	CORE_MINIMUM_UNITS = 2,
};

enum unit_owner { /* or a core's index in acpi_machine.core */
	UNIT_BOOT = 0xfffe, /* unit 0, what was reserved, and the boot allocator's run */
	UNIT_NONE = 0xffff, /* not RAM, or not wholly RAM */
};

enum unit_kind {
	UNIT_PRIVATE, /* its owner alone may write */
	UNIT_SHARED,  /* in its owner's shared zone: every core may write */
};

struct unit {
	uint16_t owner;
	uint8_t kind; /* enum unit_kind; UNIT_PRIVATE for UNIT_BOOT and UNIT_NONE */
	uint8_t node; /* acpi_memory's, 0 where that says nothing */
	/* where its frames' entries, their counts, and its note lie, in their sizes (frame_table.h); not of the plan */
	uint32_t entries, sharers, note;
};

struct partition_plan {
	/* given by the caller */
	struct unit *units; /* unit_count of them, filled here; unit i is bytes [i << 21, (i + 1) << 21) */
	uint32_t unit_count; /* at most UNITS_MAX; RAM beyond is ignored */
	const struct memory_range *ram; /* as boot_info.h I1 */
	uint32_t ram_count;
	const struct memory_range *reserved; /* kernel image, initrd, tables still needed: any order */
	uint32_t reserved_count;
	const struct acpi_machine *machine;
	uint32_t boot_units; /* length of the boot allocator's run */

	/* answers, filled in on every return */
	struct memory_range boot; /* lowest free run of boot_units, below 4 GiB; empty when there is none */
	uint32_t needed_units; /* boot_units and two units for every core */
	uint32_t have_units; /* wholly RAM and not reserved */
	uint64_t ignored_bytes; /* RAM beyond the last unit */
};

/* OK, or NO_MEMORY: have_units < needed_units, or boot is empty. Then no unit has a core as owner. */
must_check status_t partition_plan(struct partition_plan *plan);

#endif
