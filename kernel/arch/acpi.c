/* acpi.c - the machine as its ACPI tables describe it; the MADT's part, and the order of the others
 * SPDX-License-Identifier: MIT
 * Each table is read on its own, so that a broken one costs only what it alone would have told.
 * See acpi.h. */
#include "kernel/arch/acpi.h"

#include "kernel/arch/acpi_nodes.h"
#include "kernel/arch/acpi_power.h"
#include "kernel/arch/acpi_table.h"

enum {
	LOCAL_APIC_DEFAULT = 0xfee00000u,

	MADT_LOCAL_APIC    = 36,
	MADT_ENTRIES       = 44,
	MADT_CORE          = 0, /* 8 bytes: id at 3, flags at 4 */
	MADT_ADDRESS       = 5, /* 12 bytes: address at 4 */
	MADT_CORE_X2       = 9, /* 16 bytes: id at 4, flags at 8 */
	MADT_CORE_ENABLED  = 1 << 0,
	XAPIC_BROADCAST    = 0xff,
};

static void count_unusable(struct acpi_machine *machine, uint32_t apic_id)
{
	if (machine->unusable_count == 0 || apic_id < machine->first_unusable_apic_id)
		machine->first_unusable_apic_id = apic_id;
	machine->unusable_count++;
}

/* Inserts a core in order, unless it is there; when core[] is full the highest id gives way. */
static void add_core(struct acpi_machine *machine, uint32_t apic_id)
{
	struct acpi_core *core = machine->core;
	uint32_t i = machine->core_count;

	if (apic_id == core[0].apic_id)
		return;
	while (i > 1 && core[i - 1].apic_id > apic_id)
		i--;
	if (i > 1 && core[i - 1].apic_id == apic_id)
		return;
	if (i == ACPI_CORES) {
		count_unusable(machine, apic_id);
		return;
	}
	if (machine->core_count == ACPI_CORES)
		count_unusable(machine, core[--machine->core_count].apic_id);
	for (uint32_t j = machine->core_count++; j > i; j--)
		core[j] = core[j - 1];
	core[i] = (struct acpi_core){ .apic_id = apic_id };
}

static void meet_core(struct acpi_machine *machine, enum acpi_apic_mode mode, uint32_t apic_id,
		      uint32_t flags)
{
	uint32_t broadcast = mode == ACPI_X2APIC ? UINT32_MAX : XAPIC_BROADCAST;

	if (!(flags & MADT_CORE_ENABLED))
		return;
	if (apic_id >= broadcast && apic_id != machine->core[0].apic_id)
		count_unusable(machine, apic_id);
	else
		add_core(machine, apic_id);
}

static status_t meet_entry(struct acpi_machine *machine, enum acpi_apic_mode mode,
			   const struct acpi_entry *entry)
{
	static const uint8_t bytes_of_type[] = {
		[MADT_CORE] = 8, [MADT_ADDRESS] = 12, [MADT_CORE_X2] = 16,
	};
	const uint8_t *bytes = entry->bytes;

	if (entry->type <= MADT_CORE_X2 && entry->length < bytes_of_type[entry->type])
		return STATUS_BAD_FORMAT;
	if (entry->type == MADT_CORE)
		meet_core(machine, mode, bytes[3], load32(bytes + 4));
	else if (entry->type == MADT_CORE_X2)
		meet_core(machine, mode, load32(bytes + 4), load32(bytes + 8));
	else if (entry->type == MADT_ADDRESS)
		machine->local_apic = load64(bytes + 4);
	return STATUS_OK;
}

static void set_one_core(struct acpi_machine *machine, uint32_t boot_apic_id)
{
	machine->core[0] = (struct acpi_core){ .apic_id = boot_apic_id };
	machine->core_count = 1;
	machine->unusable_count = 0;
	machine->first_unusable_apic_id = 0;
	machine->local_apic = LOCAL_APIC_DEFAULT;
}

static status_t read_madt(struct acpi_machine *machine, const struct acpi_table *madt,
			  enum acpi_apic_mode mode)
{
	uint32_t offset = MADT_ENTRIES;
	struct acpi_entry entry;
	status_t status;

	if (madt->length < MADT_ENTRIES)
		return STATUS_BAD_FORMAT;
	machine->local_apic = load32(madt->bytes + MADT_LOCAL_APIC);
	while ((status = acpi_next(&entry, madt, &offset)) == STATUS_OK) {
		status = meet_entry(machine, mode, &entry);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Keeps the first problem; a table that is absent is none. */
static void note(struct acpi_machine *machine, status_t *first, status_t status, const char *warning)
{
	if (status == STATUS_OK || status == STATUS_NOT_FOUND || machine->warning)
		return;
	machine->warning = warning;
	*first = status;
}

status_t acpi_read(struct acpi_machine *machine, struct physical_view view, uint64_t rsdp,
		   enum acpi_apic_mode mode, uint32_t boot_apic_id)
{
	status_t status, first = STATUS_OK;
	struct acpi_root root;
	struct acpi_table table;

	*machine = (struct acpi_machine){ 0 };
	set_one_core(machine, boot_apic_id);
	acpi_set_one_node(machine);
	acpi_set_default_distances(machine);
	status = acpi_open(&root, view, rsdp);
	if (status != STATUS_OK) {
		machine->warning = "no sound ACPI root table: going on with the boot core alone";
		return status;
	}

	status = acpi_find(&table, &root, "APIC");
	if (status == STATUS_OK)
		status = read_madt(machine, &table, mode);
	if (status != STATUS_OK)
		set_one_core(machine, boot_apic_id);
	note(machine, &first, status, "ACPI MADT is unusable: going on with the boot core alone");

	status = acpi_find(&table, &root, "SRAT");
	if (status == STATUS_OK)
		status = acpi_read_srat(machine, &table);
	note(machine, &first, status, "ACPI SRAT is unusable: taking all memory as one node");

	acpi_set_default_distances(machine);
	status = acpi_find(&table, &root, "SLIT");
	if (status == STATUS_OK)
		status = acpi_read_slit(machine, &table);
	note(machine, &first, status, "ACPI SLIT is unusable: taking all nodes as equally far");

	status = acpi_find(&table, &root, "FACP");
	if (status == STATUS_OK)
		status = acpi_read_fadt(machine, view, &table);
	note(machine, &first, status, "ACPI FADT or DSDT is unusable: the machine may stay on at the end");
	return first;
}
