/* acpi_nodes.c - SRAT and SLIT
 * SPDX-License-Identifier: MIT
 * See acpi_nodes.h. */
#include "kernel/arch/acpi_nodes.h"

enum {
	SRAT_ENTRIES    = 48, /* the header, a reserved word of 4 and one of 8 bytes */
	SRAT_CORE       = 0,
	SRAT_MEMORY     = 1,
	SRAT_CORE_X2    = 2,
	SRAT_ENABLED    = 1 << 0,
	SRAT_PERSISTENT = 1 << 2, /* not RAM */

	SLIT_MATRIX   = 44, /* the header and an 8-byte count */
	SLIT_MOST     = 4096, /* localities; keeps count * count within 32 bits */
	DISTANCE_HOME = 10,
	DISTANCE_AWAY = 20,
};

/* One enabled SRAT entry, its three forms made alike. */
struct affinity {
	enum { AFFINITY_NONE, AFFINITY_CORE, AFFINITY_MEMORY } kind;
	uint32_t domain;
	uint32_t apic_id;
	struct memory_range range;
};

void acpi_set_one_node(struct acpi_machine *machine)
{
	for (uint32_t i = 0; i < machine->core_count; i++)
		machine->core[i].node = 0;
	machine->memory_count = 0;
	machine->node_count = 1;
	machine->proximity_domain[0] = 0;
}

static void read_core(struct affinity *affinity, const uint8_t *bytes, uint8_t revision)
{
	if (!(load32(bytes + 4) & SRAT_ENABLED))
		return;
	affinity->kind = AFFINITY_CORE;
	affinity->domain = bytes[2];
	if (revision >= 2) /* reserved before: some firmware left garbage there */
		affinity->domain |= (load32(bytes + 8) & ~0xffu);
	affinity->apic_id = bytes[3];
}

static void read_core_x2(struct affinity *affinity, const uint8_t *bytes)
{
	if (!(load32(bytes + 12) & SRAT_ENABLED))
		return;
	affinity->kind = AFFINITY_CORE;
	affinity->domain = load32(bytes + 4);
	affinity->apic_id = load32(bytes + 8);
}

static status_t read_memory(struct affinity *affinity, const uint8_t *bytes)
{
	uint32_t flags = load32(bytes + 28);
	uint64_t start = load64(bytes + 8);
	uint64_t length = load64(bytes + 16);

	if (!(flags & SRAT_ENABLED) || (flags & SRAT_PERSISTENT) || length == 0)
		return STATUS_OK;
	if (length > UINT64_MAX - start)
		return STATUS_BAD_FORMAT;
	affinity->kind = AFFINITY_MEMORY;
	affinity->domain = load32(bytes + 2);
	affinity->range = (struct memory_range){ start, start + length };
	return STATUS_OK;
}

/* The affinity at *offset; NOT_FOUND at the end. */
static status_t next_affinity(struct affinity *affinity, const struct acpi_table *srat, uint32_t *offset)
{
	static const uint8_t bytes_of_type[] = {
		[SRAT_CORE] = 16, [SRAT_MEMORY] = 40, [SRAT_CORE_X2] = 24,
	};
	struct acpi_entry entry;
	status_t status = acpi_next(&entry, srat, offset);

	*affinity = (struct affinity){ AFFINITY_NONE };
	if (status != STATUS_OK || entry.type > SRAT_CORE_X2)
		return status;
	if (entry.length < bytes_of_type[entry.type])
		return STATUS_BAD_FORMAT;
	if (entry.type == SRAT_MEMORY)
		return read_memory(affinity, entry.bytes);
	if (entry.type == SRAT_CORE)
		read_core(affinity, entry.bytes, srat->bytes[8]);
	else
		read_core_x2(affinity, entry.bytes);
	return STATUS_OK;
}

static status_t add_domain(struct acpi_machine *machine, uint32_t domain)
{
	uint32_t *domains = machine->proximity_domain;
	uint32_t i = machine->node_count;

	while (i > 0 && domains[i - 1] > domain)
		i--;
	if (i > 0 && domains[i - 1] == domain)
		return STATUS_OK;
	if (machine->node_count == ACPI_NODES)
		return STATUS_NO_SPACE;
	for (uint32_t j = machine->node_count++; j > i; j--)
		domains[j] = domains[j - 1];
	domains[i] = domain;
	return STATUS_OK;
}

/* Numbers the domains, and checks every entry, so that the second walk cannot fail. */
static status_t number_domains(struct acpi_machine *machine, const struct acpi_table *srat)
{
	uint32_t offset = SRAT_ENTRIES, memories = 0;
	struct affinity affinity;
	status_t status;

	machine->node_count = 0;
	while ((status = next_affinity(&affinity, srat, &offset)) == STATUS_OK) {
		if (affinity.kind == AFFINITY_NONE)
			continue;
		if (affinity.kind == AFFINITY_MEMORY && ++memories > ACPI_MEMORY_RANGES)
			return STATUS_NO_SPACE;
		status = add_domain(machine, affinity.domain);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static uint16_t node_of(const struct acpi_machine *machine, uint32_t domain)
{
	uint16_t node = 0;

	while (machine->proximity_domain[node] != domain)
		node++;
	return node;
}

static void set_core_node(struct acpi_machine *machine, uint32_t apic_id, uint16_t node)
{
	for (uint32_t i = 0; i < machine->core_count; i++) {
		if (machine->core[i].apic_id == apic_id) {
			machine->core[i].node = node;
			return;
		}
	}
}

static void add_memory(struct acpi_machine *machine, struct memory_range range, uint16_t node)
{
	uint32_t i = machine->memory_count++;

	for (; i > 0 && machine->memory[i - 1].range.start > range.start; i--)
		machine->memory[i] = machine->memory[i - 1];
	machine->memory[i] = (struct acpi_memory){ range, node };
}

status_t acpi_read_srat(struct acpi_machine *machine, const struct acpi_table *srat)
{
	uint32_t offset = SRAT_ENTRIES;
	struct affinity affinity;
	status_t status = STATUS_BAD_FORMAT;

	if (srat->length >= SRAT_ENTRIES)
		status = number_domains(machine, srat);
	if (status != STATUS_OK || machine->node_count == 0) {
		acpi_set_one_node(machine);
		return status;
	}
	while (next_affinity(&affinity, srat, &offset) == STATUS_OK) {
		if (affinity.kind == AFFINITY_CORE)
			set_core_node(machine, affinity.apic_id, node_of(machine, affinity.domain));
		else if (affinity.kind == AFFINITY_MEMORY)
			add_memory(machine, affinity.range, node_of(machine, affinity.domain));
	}
	return STATUS_OK;
}

void acpi_set_default_distances(struct acpi_machine *machine)
{
	for (uint32_t from = 0; from < machine->node_count; from++) {
		for (uint32_t to = 0; to < machine->node_count; to++)
			machine->distance[from][to] = from == to ? DISTANCE_HOME : DISTANCE_AWAY;
	}
}

static status_t check_matrix(const uint8_t *matrix, uint32_t count)
{
	for (uint32_t from = 0; from < count; from++) {
		for (uint32_t to = 0; to < count; to++) {
			uint8_t distance = matrix[from * count + to];

			if (distance < DISTANCE_HOME || (from == to && distance != DISTANCE_HOME))
				return STATUS_BAD_FORMAT;
		}
	}
	return STATUS_OK;
}

status_t acpi_read_slit(struct acpi_machine *machine, const struct acpi_table *slit)
{
	const uint8_t *matrix = slit->bytes + SLIT_MATRIX;
	uint32_t count;
	status_t status;

	if (slit->length < SLIT_MATRIX || load64(slit->bytes + ACPI_HEADER_BYTES) > SLIT_MOST)
		return STATUS_BAD_FORMAT;
	count = load32(slit->bytes + ACPI_HEADER_BYTES);
	if (count * count > slit->length - SLIT_MATRIX)
		return STATUS_BAD_FORMAT;
	status = check_matrix(matrix, count);
	if (status != STATUS_OK)
		return status;
	for (uint32_t from = 0; from < machine->node_count; from++) {
		for (uint32_t to = 0; to < machine->node_count; to++) {
			uint32_t row = machine->proximity_domain[from];
			uint32_t column = machine->proximity_domain[to];

			if (row < count && column < count)
				machine->distance[from][to] = matrix[row * count + column];
		}
	}
	return STATUS_OK;
}
