/* acpi_power.c - FADT and the _S5_ package
 * SPDX-License-Identifier: MIT
 * See acpi_power.h. */
#include "kernel/arch/acpi_power.h"

enum { /* byte offsets in the FADT */
	FADT_DSDT          = 40,
	FADT_SMI_COMMAND   = 48,
	FADT_ACPI_ENABLE   = 52,
	FADT_PM1A_CONTROL  = 64,
	FADT_PM1B_CONTROL  = 68,
	FADT_PM_TIMER      = 76,
	FADT_FLAGS         = 112,
	FADT_OLDEST_BYTES  = 116, /* ACPI 1.0 ends here */
	FADT_RESET         = 116,
	FADT_RESET_VALUE   = 128,
	FADT_X_DSDT        = 140,
	FADT_X_PM1A_CONTROL = 172,
	FADT_X_PM1B_CONTROL = 184,
	FADT_X_PM_TIMER    = 208,

	FADT_FLAG_TIMER_32BIT = 1 << 8,
	FADT_FLAG_RESET       = 1 << 10,

	ADDRESS_BYTES = 12, /* generic address: space, width, offset, size, 8 bytes of address */
	ADDRESS_IO    = 1,
};

enum {
	SLEEP_TYPE_SHIFT = 10,
	SLEEP_TYPE_MOST  = 7,
	SLEEP_ENABLE     = 1 << 13,

	AML_ZERO    = 0x00,
	AML_ONE     = 0x01,
	AML_NAME    = 0x08,
	AML_BYTE    = 0x0a,
	AML_WORD    = 0x0b,
	AML_DWORD   = 0x0c,
	AML_PACKAGE = 0x12,
	AML_ROOT    = 0x5c,
};

/* AML bytes yet to be read. */
struct aml {
	const uint8_t *next;
	const uint8_t *end;
};

/* The port of a generic address; 0 when it is absent or no I/O port. */
static uint16_t port_at(const struct acpi_table *fadt, uint32_t offset)
{
	const uint8_t *address = fadt->bytes + offset;

	if (fadt->length < offset + ADDRESS_BYTES || address[0] != ADDRESS_IO ||
	    load64(address + 4) > UINT16_MAX)
		return 0;
	return load16(address + 4);
}

/* The extended field where it names a port, else the old one. */
static uint16_t fadt_port(const struct acpi_table *fadt, uint32_t old, uint32_t extended)
{
	uint16_t port = port_at(fadt, extended);

	if (port != 0 || load32(fadt->bytes + old) > UINT16_MAX)
		return port;
	return load16(fadt->bytes + old);
}

static status_t aml_byte(struct aml *aml, uint8_t *value)
{
	if (aml->next == aml->end)
		return STATUS_BAD_FORMAT;
	*value = *aml->next++;
	return STATUS_OK;
}

/* An integer constant that is a sleep type: 0 to 7. */
static status_t aml_sleep_type(struct aml *aml, uint8_t *value)
{
	uint8_t code, above = 0;
	uint32_t extra;

	if (aml_byte(aml, &code) != STATUS_OK)
		return STATUS_BAD_FORMAT;
	*value = code;
	if (code == AML_ZERO || code == AML_ONE)
		return STATUS_OK;
	if (code < AML_BYTE || code > AML_DWORD || aml_byte(aml, value) != STATUS_OK)
		return STATUS_BAD_FORMAT;
	extra = code == AML_BYTE ? 0 : code == AML_WORD ? 1 : 3;
	for (uint32_t i = 0; i < extra && above == 0; i++) {
		if (aml_byte(aml, &above) != STATUS_OK)
			return STATUS_BAD_FORMAT;
	}
	return *value <= SLEEP_TYPE_MOST && above == 0 ? STATUS_OK : STATUS_BAD_FORMAT;
}

/* Takes a package's head off, and ends aml where the package ends. */
static status_t aml_enter_package(struct aml *aml)
{
	uint8_t code, lead, byte, elements;
	const uint8_t *start;
	uint32_t length;

	if (aml_byte(aml, &code) != STATUS_OK || code != AML_PACKAGE)
		return STATUS_BAD_FORMAT;
	start = aml->next;
	if (aml_byte(aml, &lead) != STATUS_OK)
		return STATUS_BAD_FORMAT;
	length = lead & 0x3f; /* of which two bits are 0 when more bytes follow */
	for (uint32_t i = 0; i < lead >> 6; i++) {
		if (aml_byte(aml, &byte) != STATUS_OK)
			return STATUS_BAD_FORMAT;
		length |= (uint32_t)byte << (4 + 8 * i);
	}
	if (length > (size_t)(aml->end - start) || length < (size_t)(aml->next - start))
		return STATUS_BAD_FORMAT;
	aml->end = start + length;
	if (aml_byte(aml, &elements) != STATUS_OK || elements < 2)
		return STATUS_BAD_FORMAT;
	return STATUS_OK;
}

/* Whether a definition Name(_S5_, ...) has its name at offset, with or without a leading backslash. */
static bool is_s5_name(const struct acpi_table *dsdt, uint32_t offset)
{
	const uint8_t *name = dsdt->bytes + offset;

	if (name[0] != '_' || name[1] != 'S' || name[2] != '5' || name[3] != '_')
		return false;
	return name[-1] == AML_NAME || (name[-1] == AML_ROOT && name[-2] == AML_NAME);
}

/* The sleep types for the a and b registers. NOT_FOUND: no such name. */
static status_t find_s5(const struct acpi_table *dsdt, uint8_t types[2])
{
	status_t status = STATUS_NOT_FOUND;

	for (uint32_t i = ACPI_HEADER_BYTES + 1; i + 4 <= dsdt->length; i++) {
		struct aml aml = { dsdt->bytes + i + 4, dsdt->bytes + dsdt->length };

		if (!is_s5_name(dsdt, i))
			continue;
		status = aml_enter_package(&aml);
		if (status == STATUS_OK)
			status = aml_sleep_type(&aml, &types[0]);
		if (status == STATUS_OK)
			status = aml_sleep_type(&aml, &types[1]);
		if (status == STATUS_OK)
			return STATUS_OK;
	}
	return status;
}

static uint16_t power_off_value(uint8_t sleep_type)
{
	return (uint16_t)(sleep_type << SLEEP_TYPE_SHIFT | SLEEP_ENABLE);
}

/* Sets how to power off; the ports stay 0 when the DSDT does not say. */
static status_t read_power_off(struct acpi_machine *machine, struct physical_view view,
			       const struct acpi_table *fadt)
{
	uint64_t address = 0;
	struct acpi_table dsdt;
	uint8_t types[2];
	status_t status;

	if (fadt->length >= FADT_X_DSDT + 8)
		address = load64(fadt->bytes + FADT_X_DSDT);
	if (address == 0)
		address = load32(fadt->bytes + FADT_DSDT);
	status = acpi_table_at(&dsdt, view, address, "DSDT");
	if (status == STATUS_OK)
		status = find_s5(&dsdt, types);
	if (status != STATUS_OK)
		return status;
	machine->power_off_port = fadt_port(fadt, FADT_PM1A_CONTROL, FADT_X_PM1A_CONTROL);
	machine->power_off_value = power_off_value(types[0]);
	machine->power_off_port_b = fadt_port(fadt, FADT_PM1B_CONTROL, FADT_X_PM1B_CONTROL);
	machine->power_off_value_b = power_off_value(types[1]);
	if (load32(fadt->bytes + FADT_SMI_COMMAND) <= UINT16_MAX)
		machine->acpi_enable_port = load16(fadt->bytes + FADT_SMI_COMMAND);
	machine->acpi_enable_value = fadt->bytes[FADT_ACPI_ENABLE];
	return STATUS_OK;
}

status_t acpi_read_fadt(struct acpi_machine *machine, struct physical_view view,
			const struct acpi_table *fadt)
{
	uint32_t flags;

	if (fadt->length < FADT_OLDEST_BYTES)
		return STATUS_BAD_FORMAT;
	flags = load32(fadt->bytes + FADT_FLAGS);
	machine->pm_timer_port = fadt_port(fadt, FADT_PM_TIMER, FADT_X_PM_TIMER);
	machine->pm_timer_32bit = (flags & FADT_FLAG_TIMER_32BIT) != 0;
	if ((flags & FADT_FLAG_RESET) && fadt->length > FADT_RESET_VALUE) {
		machine->reset_port = port_at(fadt, FADT_RESET);
		machine->reset_value = fadt->bytes[FADT_RESET_VALUE];
	}
	return read_power_off(machine, view, fadt);
}
