/* acpi_table.h - finding ACPI tables, and walking the entries inside one
 * SPDX-License-Identifier: MIT
 * Nothing is handed out before its signature, its length and its checksum have been verified and
 * all its bytes are in the view; so a reader only has to mind the table's own length. Addresses
 * found inside tables are followed one step at a time and never in a loop: a table that names
 * itself does no harm.
 * Context: boot core, once; never waits.
 * I1 acpi_table.length >= ACPI_HEADER_BYTES, and bytes[0 .. length) is readable
 * I2 each acpi_next() moves on by at least 2 bytes, so that every walk ends
 * Tested by tests/unit/acpi_test.c, acpi_hostile_test.c */
#ifndef KERNEL_ARCH_ACPI_TABLE_H
#define KERNEL_ARCH_ACPI_TABLE_H

#include "abi/status.h"
#include "kernel/arch/physical_view.h"

enum { ACPI_HEADER_BYTES = 36 };

struct acpi_table {
	const uint8_t *bytes;
	uint32_t length;
};

/* The root table: RSDT or XSDT. */
struct acpi_root {
	struct physical_view view;
	struct acpi_table table;
	uint32_t address_bytes; /* 4 in an RSDT, 8 in an XSDT */
};

/* An entry of MADT or SRAT: byte 0 type, byte 1 length. */
struct acpi_entry {
	const uint8_t *bytes;
	uint8_t type;
	uint8_t length;
};

/* The table at an address. BAD_FORMAT: other signature, impossible length or wrong checksum.
 * TRUNCATED: not all in view. */
must_check status_t acpi_table_at(struct acpi_table *table, struct physical_view view, uint64_t address,
				  const char *signature);

/* The XSDT if the root pointer has one, else the RSDT. Errors as above; NOT_FOUND: rsdp is 0. */
must_check status_t acpi_open(struct acpi_root *root, struct physical_view view, uint64_t rsdp);

/* The first table with that signature. NOT_FOUND: there is none; TRUNCATED: there is none in
 * view, but some table lies outside it. */
must_check status_t acpi_find(struct acpi_table *table, const struct acpi_root *root, const char *signature);

/* The entry at *offset, which moves past it. NOT_FOUND at the table's end; BAD_FORMAT: shorter than its
 * head, or longer than the table. */
must_check status_t acpi_next(struct acpi_entry *entry, const struct acpi_table *table, uint32_t *offset);

#endif
