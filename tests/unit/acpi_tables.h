/* acpi_tables.h - ACPI tables laid out in a test's physical memory
 * SPDX-License-Identifier: MIT
 * A table is begun, filled with the put functions, and its checksum set by acpi_seal(), which
 * may be called again after a change. acpi_root_seal() writes the root table and the root
 * pointer last. */
#ifndef TESTS_UNIT_ACPI_TABLES_H
#define TESTS_UNIT_ACPI_TABLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/arch/acpi.h"
#include "tests/unit/physical_memory.h"

enum {
	ACPI_TEST_SIZE  = 0x8000,
	ACPI_TEST_RSDP  = 0x40,
	ACPI_TEST_FIRST = 0x100, /* where the first table begins */
};

struct acpi_tables {
	struct physical_memory memory;
	uint64_t end; /* of the last table */
	uint64_t listed[16]; /* what the root table will name */
	uint32_t listed_count;
	uint64_t root;
	struct acpi_machine machine; /* the last answer */
};

static inline struct acpi_tables acpi_tables_make(void)
{
	return (struct acpi_tables){ .memory = physical_memory_make(ACPI_TEST_SIZE), .end = ACPI_TEST_FIRST };
}

static inline uint8_t byte_sum(const struct physical_memory *memory, uint64_t address, uint32_t length)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + memory->bytes[address + i]);
	return sum;
}

static inline void set_sum(struct physical_memory *memory, uint64_t address, uint32_t length, uint64_t at)
{
	put8(memory, at, 0);
	put8(memory, at, (uint8_t)-byte_sum(memory, address, length));
}

/* A table that the root does not name. */
static inline uint64_t acpi_begin_unlisted(struct acpi_tables *tables, const char *signature, uint32_t length)
{
	uint64_t table = tables->end;

	put_bytes(&tables->memory, table, signature, 4);
	put32(&tables->memory, table + 4, length);
	put8(&tables->memory, table + 8, 3); /* revision */
	tables->end = table + length;
	return table;
}

static inline uint64_t acpi_begin(struct acpi_tables *tables, const char *signature, uint32_t length)
{
	uint64_t table = acpi_begin_unlisted(tables, signature, length);

	tables->listed[tables->listed_count++] = table;
	return table;
}

/* Lengthens the last table, and returns where the new bytes are. */
static inline uint64_t acpi_append(struct acpi_tables *tables, uint64_t table, uint32_t length)
{
	uint64_t at = tables->end;

	tables->end += length;
	put32(&tables->memory, table + 4, (uint32_t)(tables->end - table));
	return at;
}

/* A table that claims to be longer than the memory has no sum to set. */
static inline void acpi_seal(struct acpi_tables *tables, uint64_t table)
{
	uint32_t length = load32(tables->memory.bytes + table + 4);

	if (physical_at(view_of(&tables->memory), table, length))
		set_sum(&tables->memory, table, length, table + 9);
}

enum acpi_root_kind { ACPI_RSDT, ACPI_XSDT };

static inline void acpi_root_seal(struct acpi_tables *tables, enum acpi_root_kind kind)
{
	struct physical_memory *memory = &tables->memory;
	uint32_t width = kind == ACPI_XSDT ? 8 : 4;

	tables->root = acpi_begin_unlisted(tables, kind == ACPI_XSDT ? "XSDT" : "RSDT",
					   36 + width * tables->listed_count);
	for (uint32_t i = 0; i < tables->listed_count; i++)
		put_bytes(memory, tables->root + 36 + width * i, &tables->listed[i], width);
	acpi_seal(tables, tables->root);
	put_bytes(memory, ACPI_TEST_RSDP, "RSD PTR ", 8);
	put8(memory, ACPI_TEST_RSDP + 15, kind == ACPI_XSDT ? 2 : 0);
	if (kind == ACPI_RSDT)
		put32(memory, ACPI_TEST_RSDP + 16, (uint32_t)tables->root);
	put32(memory, ACPI_TEST_RSDP + 20, 36);
	if (kind == ACPI_XSDT)
		put64(memory, ACPI_TEST_RSDP + 24, tables->root);
	set_sum(memory, ACPI_TEST_RSDP, 20, ACPI_TEST_RSDP + 8);
	set_sum(memory, ACPI_TEST_RSDP, 36, ACPI_TEST_RSDP + 32);
}

static inline status_t acpi_tables_read(struct acpi_tables *tables, enum acpi_apic_mode mode,
					uint32_t boot_apic_id)
{
	memset(&tables->machine, 0xa5, sizeof(tables->machine)); /* nothing may be left unset */
	return acpi_read(&tables->machine, view_of(&tables->memory), ACPI_TEST_RSDP, mode, boot_apic_id);
}

static inline uint64_t acpi_begin_madt(struct acpi_tables *tables)
{
	uint64_t madt = acpi_begin(tables, "APIC", 44);

	put32(&tables->memory, madt + 36, 0xfee00000);
	return madt;
}

static inline uint64_t acpi_add_core(struct acpi_tables *tables, uint64_t madt, uint8_t apic_id,
				     uint32_t flags)
{
	uint64_t at = acpi_append(tables, madt, 8);

	put8(&tables->memory, at + 1, 8);
	put8(&tables->memory, at + 2, 0x77); /* processor number: must not matter */
	put8(&tables->memory, at + 3, apic_id);
	put32(&tables->memory, at + 4, flags);
	return at;
}

static inline uint64_t acpi_add_core_x2(struct acpi_tables *tables, uint64_t madt, uint32_t apic_id,
					uint32_t flags)
{
	uint64_t at = acpi_append(tables, madt, 16);

	put8(&tables->memory, at, 9);
	put8(&tables->memory, at + 1, 16);
	put32(&tables->memory, at + 4, apic_id);
	put32(&tables->memory, at + 8, flags);
	return at;
}

/* acpi.h I1 to I3, and what distances are. */
static inline void acpi_check_invariants(const struct acpi_machine *machine)
{
	assert_in_range(machine->core_count, 1, ACPI_CORES);
	assert_in_range(machine->node_count, 1, ACPI_NODES);
	assert_in_range(machine->memory_count, 0, ACPI_MEMORY_RANGES);
	for (uint32_t i = 0; i < machine->core_count; i++) {
		assert_true(machine->core[i].node < machine->node_count);
		assert_true(i == 0 || machine->core[i].apic_id != machine->core[0].apic_id);
		assert_true(i < 2 || machine->core[i - 1].apic_id < machine->core[i].apic_id);
	}
	for (uint32_t i = 0; i < machine->memory_count; i++) {
		assert_true(machine->memory[i].node < machine->node_count);
		assert_true(machine->memory[i].range.start < machine->memory[i].range.end);
		if (i > 0)
			assert_true(machine->memory[i - 1].range.start <= machine->memory[i].range.start);
	}
	for (uint32_t i = 0; i < machine->node_count; i++) {
		for (uint32_t j = 0; j < machine->node_count; j++)
			assert_true(machine->distance[i][j] >= 10 && (i != j || machine->distance[i][j] == 10));
	}
}

#endif
