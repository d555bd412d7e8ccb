/* discover.h - boot's first stage: what the machine is, and who gets which part of it
 * SPDX-License-Identifier: MIT
 * Boot core, on the boot tables, no instance yet: no writable variable but the sealed ones. A machine
 * that Tessera cannot run on ends here, with a sentence on the console. */
#ifndef KERNEL_ENTRY_DISCOVER_H
#define KERNEL_ENTRY_DISCOVER_H

#include <stdint.h>

/* Loader's information, ACPI, topology. */
void discover_machine(uint64_t magic, uint64_t information);

/* Partition, and the page tables that all instances share. */
void discover_memory(void);

void discover_clock(void);

/* Wakes all other processors into boot_core_main, at once. */
void start_cores(void);

/* A processor's index in machine.acpi.core; stops it for good when ACPI has not named it. */
unsigned core_of_this_processor(void);

#endif
