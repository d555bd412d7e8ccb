/* discover.c - see discover.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/discover.h"

#include "kernel/arch/apic.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/paging.h"
#include "kernel/arch/serial.h"
#include "kernel/entry/finish.h"
#include "lib/format.h"
#include "lib/string.h"
#include "percpu/clock.h"
#include "percpu/frame_table.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "percpu/machine.h"

enum {
	MULTIBOOT2_MAGIC = 0x36d76289,
	BOOT_UNITS = 2,
	STARTUP_GAP = 200000, /* ns (Intel SDM vol. 3A, 9.4.4.1) */
	PIC_MASTER_MASK = 0x21,
	PIC_SLAVE_MASK = 0xa1,
};

#define BOOT_MAPPED (UINT64_C(4) << 30)

extern uint64_t boot_pml4[], boot_pdpt[], boot_core_stacks;
extern const uint8_t trampoline_start[], trampoline_end[], image_end[];

struct machine machine sealed;
static sealed struct memory_range boot_memory; /* what is left of the boot allocator's run */

_Noreturn static void give_up(const char *why)
{
	log_boot("tessera: cannot run on this machine: ");
	log_boot(why);
	log_boot("\ntessera: halted\n");
	finish_in_failure();
}

static struct physical_view low_memory(void)
{
	return (struct physical_view){ direct(0), BOOT_MAPPED };
}

static uint32_t own_apic_id(void)
{
	uint32_t leaf[4];

	cpu_cpuid(0, 0, leaf);
	if (leaf[0] >= 11) {
		cpu_cpuid(11, 0, leaf);
		if (leaf[1])
			return leaf[3];
	}
	cpu_cpuid(1, 0, leaf);
	return leaf[1] >> 24;
}

/* The kernel's user copies stand on SMAP's instructions; all else that it needs came before them. */
static void check_processor(void)
{
	uint32_t structured[4];

	cpu_cpuid(7, 0, structured);
	if (!(structured[1] & 1 << 20))
		give_up("its processor has no SMAP (Intel since 2014, AMD since 2017; for QEMU give -cpu max)");
}

/* Broken tables leave a machine that is usable, at worst one core; the log tells of them later. */
static void read_acpi(bool x2)
{
	status_t status = acpi_read(&machine.acpi, low_memory(), machine.boot.rsdp, x2 ? ACPI_X2APIC : ACPI_XAPIC,
				    own_apic_id());

	if (status && !machine.acpi.warning)
		machine.acpi.warning = status_text(status);
}

void discover_machine(uint64_t magic, uint64_t information)
{
	bool x2 = apic_x2_enabled();
	status_t status;

	machine.boot_timestamp = cpu_timestamp();
	cpu_out8(PIC_MASTER_MASK, 0xff);
	cpu_out8(PIC_SLAVE_MASK, 0xff);
	serial_open(SERIAL_CONSOLE);
	serial_open(SERIAL_REPORT);
	check_processor();
	if ((uint32_t)magic == MULTIBOOT2_MAGIC)
		status = boot_info_from_multiboot2(&machine.boot, low_memory(), (uint32_t)information);
	else
		status = boot_info_from_pvh(&machine.boot, low_memory(), (uint32_t)information);
	if (status)
		give_up("the boot loader's information cannot be read (it must speak PVH or multiboot2)");
	read_acpi(x2);
	if (machine.acpi.unusable_count && !x2 && apic_x2_available()) {
		x2 = true;
		read_acpi(x2);
	}
	apic_choose_mode(x2);
	topology_from_cpuid(&machine.topology, cpu_cpuid);
}

static uint64_t take_boot_frame(void *allocator)
{
	struct memory_range *from = allocator;
	uint64_t frame = from->start;

	if (frame + PAGE_SIZE > from->end)
		give_up("the boot allocator ran out of memory");
	from->start += PAGE_SIZE;
	memset(direct(frame), 0, PAGE_SIZE);
	return frame;
}

/* The boot tables map 4 GiB; partitions may lie above. */
static void map_all_for_boot(void)
{
	uint64_t root = (uint64_t)boot_pml4;

	for (uint32_t unit = BOOT_MAPPED >> UNIT_SHIFT; unit < machine.unit_count; unit++) {
		uint64_t start = (uint64_t)unit << UNIT_SHIFT;

		if (machine.unit[unit].owner != UNIT_NONE)
			*paging_word(root, DIRECT_MAP + start, 1, take_boot_frame, &boot_memory) =
				start | PTE_PRESENT | PTE_WRITE | PTE_LARGE;
	}
	*paging_word(root, APIC_BASE, 0, take_boot_frame, &boot_memory) =
		machine.acpi.local_apic | PTE_PRESENT | PTE_WRITE | PTE_UNCACHED;
}

static void place_instances(void)
{
	for (uint32_t unit = machine.unit_count; unit-- > 0;) { /* downwards: the lowest one stays */
		unsigned owner = machine.unit[unit].owner;

		if (owner >= CORES_MAX)
			continue;
		if (machine.unit[unit].kind == UNIT_SHARED)
			machine.memory[owner].mailbox = (uint64_t)unit << UNIT_SHIFT;
		else
			machine.memory[owner].instance = (uint64_t)unit << UNIT_SHIFT;
	}
}

static uint32_t count_units(void)
{
	uint64_t bytes = machine.boot.ram[machine.boot.ram_count - 1].end;
	/* The last unit may be partly RAM, and hold the initramfs. */
	uint64_t end = (bytes + UNIT_SIZE - 1) >> UNIT_SHIFT;

	return end < UNITS_MAX ? (uint32_t)end : UNITS_MAX;
}

void discover_memory(void)
{
	struct memory_range reserved[] = {
		{ IMAGE_PHYSICAL, (uint64_t)image_end },
		machine.boot.initrd,
	};
	struct partition_plan plan = {
		.units = machine.unit,
		.unit_count = count_units(),
		.ram = machine.boot.ram,
		.ram_count = machine.boot.ram_count,
		.reserved = reserved,
		.reserved_count = 2,
		.machine = &machine.acpi,
		.boot_units = BOOT_UNITS,
	};

	machine.unit_count = plan.unit_count;
	if (partition_plan(&plan)) {
		char why[160];

		if (plan.have_units >= plan.needed_units)
			give_up("its memory below 4 GiB is in too many small pieces");
		format(why, sizeof(why), "too little memory: %u cores need %u MiB, and there are %u MiB to share "
		       "(give it more with MEM= or -m)", machine_cores(), plan.needed_units * 2, plan.have_units * 2);
		give_up(why);
	}
	machine.ignored_bytes = plan.ignored_bytes;
	boot_memory = plan.boot;
	map_all_for_boot();
	place_instances();
	frame_table_place();
	instance_prepare_common(take_boot_frame, &boot_memory);
}

void discover_clock(void)
{
	apic_open();
	if (clock_calibrate())
		give_up("it has no ACPI power-management timer to calibrate its clocks with");
}

void start_cores(void)
{
	uint64_t trampoline = boot_info_low_page(&machine.boot);

	if (machine_cores() == 1)
		return;
	boot_core_stacks = boot_memory.start;
	boot_memory.start += BOOT_STACKS * PAGE_SIZE;
	if (boot_memory.start > boot_memory.end)
		give_up("the boot allocator ran out of memory");
	if (!trampoline)
		give_up("the firmware leaves no memory below 640 KiB for the other processors to wake in");
	memcpy(direct(trampoline), trampoline_start, (size_t)(trampoline_end - trampoline_start));
	apic_send_init_to_others();
	apic_send_startup_to_others(trampoline);
	for (uint64_t again = clock_now() + STARTUP_GAP; clock_now() < again;) /* bounded: time passes */
		cpu_pause();
	apic_send_startup_to_others(trampoline); /* for one that was not yet waiting; the others do not notice */
}

unsigned core_of_this_processor(void)
{
	uint32_t id = own_apic_id();

	for (unsigned core = 0; core < machine_cores(); core++)
		if (machine.acpi.core[core].apic_id == id)
			return core;
	cpu_stop();
}
