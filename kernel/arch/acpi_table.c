/* acpi_table.c - root pointer, root table, checksums (ACPI 6.5, sections 5.2.5 to 5.2.8)
 * SPDX-License-Identifier: MIT
 * See acpi_table.h. */
#include "kernel/arch/acpi_table.h"

#include <stdbool.h>

enum {
	RSDP_BYTES     = 20, /* revision 0; also what the first checksum covers */
	RSDP_NEW_BYTES = 36, /* revision 2: length, XSDT address and a second checksum follow */
};

static bool starts_with(const uint8_t *bytes, const char *text)
{
	for (uint32_t i = 0; text[i]; i++) {
		if (bytes[i] != (uint8_t)text[i])
			return false;
	}
	return true;
}

/* Whether the bytes sum up to 0, as those of every sound table do. */
static bool sums_to_zero(const uint8_t *bytes, uint32_t length)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

status_t acpi_table_at(struct acpi_table *table, struct physical_view view, uint64_t address,
		       const char *signature)
{
	const uint8_t *bytes = physical_at(view, address, ACPI_HEADER_BYTES);
	uint32_t length;

	if (!bytes)
		return STATUS_TRUNCATED;
	length = load32(bytes + 4);
	if (!starts_with(bytes, signature) || length < ACPI_HEADER_BYTES)
		return STATUS_BAD_FORMAT;
	if (!physical_at(view, address, length))
		return STATUS_TRUNCATED;
	if (!sums_to_zero(bytes, length))
		return STATUS_BAD_FORMAT;
	*table = (struct acpi_table){ bytes, length };
	return STATUS_OK;
}

status_t acpi_open(struct acpi_root *root, struct physical_view view, uint64_t rsdp)
{
	const uint8_t *pointer = physical_at(view, rsdp, RSDP_BYTES);
	uint64_t xsdt = 0;

	*root = (struct acpi_root){ .view = view, .address_bytes = 4 };
	if (rsdp == 0)
		return STATUS_NOT_FOUND;
	if (!pointer)
		return STATUS_TRUNCATED;
	if (!starts_with(pointer, "RSD PTR ") || !sums_to_zero(pointer, RSDP_BYTES))
		return STATUS_BAD_FORMAT;
	if (pointer[15] >= 2) {
		uint32_t length;

		if (!physical_at(view, rsdp, RSDP_NEW_BYTES))
			return STATUS_TRUNCATED;
		length = load32(pointer + 20);
		if (length < RSDP_NEW_BYTES)
			return STATUS_BAD_FORMAT;
		if (!physical_at(view, rsdp, length))
			return STATUS_TRUNCATED;
		if (!sums_to_zero(pointer, length))
			return STATUS_BAD_FORMAT;
		xsdt = load64(pointer + 24);
	}
	if (xsdt == 0)
		return acpi_table_at(&root->table, view, load32(pointer + 16), "RSDT");
	root->address_bytes = 8;
	return acpi_table_at(&root->table, view, xsdt, "XSDT");
}

status_t acpi_find(struct acpi_table *table, const struct acpi_root *root, const char *signature)
{
	status_t missing = STATUS_NOT_FOUND;
	uint32_t offset = ACPI_HEADER_BYTES;

	for (; root->table.length - offset >= root->address_bytes; offset += root->address_bytes) {
		const uint8_t *slot = root->table.bytes + offset;
		uint64_t address = root->address_bytes == 8 ? load64(slot) : load32(slot);
		const uint8_t *head = physical_at(root->view, address, ACPI_HEADER_BYTES);

		if (!head)
			missing = STATUS_TRUNCATED;
		else if (starts_with(head, signature))
			return acpi_table_at(table, root->view, address, signature);
	}
	return missing;
}

status_t acpi_next(struct acpi_entry *entry, const struct acpi_table *table, uint32_t *offset)
{
	const uint8_t *bytes = table->bytes + *offset;
	uint32_t left = table->length - *offset;

	if (left == 0)
		return STATUS_NOT_FOUND;
	if (left < 2 || bytes[1] < 2 || bytes[1] > left)
		return STATUS_BAD_FORMAT;
	*entry = (struct acpi_entry){ bytes, bytes[0], bytes[1] };
	*offset += bytes[1];
	return STATUS_OK;
}
