/* acpi_nodes.h - memory nodes and their distances, from SRAT and SLIT
 * SPDX-License-Identifier: MIT
 * Firmware numbers proximity domains as it likes; nodes here are dense and ascend with them. A
 * table is checked to its end before anything of it is believed.
 * Context: a part of acpi_read(), after the cores are known.
 * Sources: ACPI 6.5 sections 5.2.16 (SRAT) and 5.2.17 (SLIT).
 * Tested by tests/unit/acpi_nodes_test.c */
#ifndef KERNEL_ARCH_ACPI_NODES_H
#define KERNEL_ARCH_ACPI_NODES_H

#include "kernel/arch/acpi.h"
#include "kernel/arch/acpi_table.h"

/* One node for everything: what holds without SRAT. */
void acpi_set_one_node(struct acpi_machine *machine);

/* Sets memory, nodes, and the node of each core. BAD_FORMAT: a malformed entry; NO_SPACE: more than
 * ACPI_NODES domains or ACPI_MEMORY_RANGES ranges. On either the machine keeps one node. */
must_check status_t acpi_read_srat(struct acpi_machine *machine, const struct acpi_table *srat);

/* 10 at home, 20 elsewhere: what holds without SLIT. */
void acpi_set_default_distances(struct acpi_machine *machine);

/* Sets the distances. BAD_FORMAT: shorter than it says, home not 10, or anything nearer than home; then
 * the distances stay as they were, as they do for domains that it does not list. */
must_check status_t acpi_read_slit(struct acpi_machine *machine, const struct acpi_table *slit);

#endif
