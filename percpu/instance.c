/* instance.c - see instance.h
 * SPDX-License-Identifier: MIT
 * Runs on the boot tables, where everything is writable: the last code that may write to any partition. */
#include "percpu/instance.h"

#include "abi/domain.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/keys.h"
#include "lib/string.h"
#include "percpu/machine.h"

extern const uint8_t text_start[], text_end[], sealed_end[], interrupt_table[];
extern uint8_t instance_template[], instance_start[], instance_data_end[];
extern uint8_t instance_stacks[], instance_end[];

struct birth birth;
struct stacks stacks __attribute__((section(".stacks")));

/* Page tables that every root shares: level-2 tables of the image and, a table a GiB, of the direct map. */
static sealed uint64_t common_image;
static sealed uint64_t common_direct[UNITS_MAX / PTE_COUNT];

struct carver {
	uint64_t next; /* physical */
};

static uint64_t carve(void *allocator)
{
	struct carver *carver = allocator;
	uint64_t frame = carver->next;

	carver->next += PAGE_SIZE;
	memset(direct(frame), 0, PAGE_SIZE);
	return frame;
}

static uint64_t unit_word(uint32_t unit, int core)
{
	const struct unit *facts = &machine.unit[unit];
	uint64_t start = (uint64_t)unit << UNIT_SHIFT;
	const struct memory_range *initrd = &machine.boot.initrd;
	bool has_initrd = start < initrd->end && start + UNIT_SIZE > initrd->start;
	uint64_t word = start | PTE_LARGE | PTE_PRESENT | PTE_GLOBAL | PTE_NO_EXECUTE | paging_kernels();

	if (facts->owner == UNIT_NONE && !has_initrd)
		return 0;
	if (facts->kind == UNIT_SHARED || facts->owner == core)
		word |= PTE_WRITE;
	return word;
}

static void map_gigabyte(uint64_t *table, uint32_t first_unit, int core)
{
	for (uint32_t i = 0; i < PTE_COUNT && first_unit + i < machine.unit_count; i++)
		table[i] = unit_word(first_unit + i, core);
}

static void map_image(paging_allocate allocate, void *allocator)
{
	common_image = allocate(allocator);
	for (const uint8_t *page = text_start; page < sealed_end; page += PAGE_SIZE) {
		uint64_t *word = direct(common_image);
		uint64_t address = (uint64_t)page;

		word += paging_index(address, 1);
		if (!*word)
			*word = allocate(allocator) | PTE_PRESENT | PTE_WRITE | paging_kernels();
		word = (uint64_t *)direct(*word & PTE_ADDRESS) + paging_index(address, 0);
		*word = (address - IMAGE_BASE) | PTE_PRESENT | PTE_GLOBAL | (defence_holds(DEFENCE_pages) ? 0 : PTE_USER | PTE_WRITE);
		if (page >= text_end)
			*word |= PTE_NO_EXECUTE;
		if (page == interrupt_table)
			*word |= PTE_KEY(KEY_SHARED);
	}
}

void instance_prepare_common(paging_allocate allocate, void *allocator)
{
	map_image(allocate, allocator);
	for (unsigned core = 0; core < machine_cores(); core++) /* before anybody can write there */
		memset(direct(machine.memory[core].mailbox), 0, PAGE_SIZE);
	for (uint32_t unit = 0; unit < machine.unit_count; unit += PTE_COUNT) {
		common_direct[unit / PTE_COUNT] = allocate(allocator);
		map_gigabyte(direct(common_direct[unit / PTE_COUNT]), unit, -1);
	}
}

static bool owns_some(unsigned core, uint32_t first_unit)
{
	for (uint32_t i = first_unit; i < first_unit + PTE_COUNT && i < machine.unit_count; i++)
		if (machine.unit[i].owner == core)
			return true;
	return false;
}

static void map_direct(uint64_t root, unsigned core, struct carver *carver)
{
	for (uint32_t unit = 0; unit < machine.unit_count; unit += PTE_COUNT) {
		uint64_t start = DIRECT_MAP + ((uint64_t)unit << UNIT_SHIFT);
		uint64_t table = common_direct[unit / PTE_COUNT];

		if (owns_some(core, unit)) {
			table = carve(carver);
			map_gigabyte(direct(table), unit, (int)core);
		}
		*paging_word(root, start, 2, carve, carver) = table | PTE_PRESENT | PTE_WRITE | paging_kernels();
	}
}

static bool is_guard(uint64_t address)
{
	const uint8_t *page = (const uint8_t *)address;

	return page == stacks.guard_kernel || page == stacks.guard_exception ||
	       page == stacks.guard_nmi || page == stacks.guard_double_fault ||
	       page == stacks.guard_machine_check || page == stacks.guard_landing;
}

/* The processor pushes on these while a service in ring 0 runs. */
static uint64_t key_of(uint64_t address)
{
	const uint8_t *page = (const uint8_t *)address;

	return page == stacks.exception || page == stacks.nmi || page == stacks.double_fault || page == stacks.machine_check ||
	       page == stacks.landing ? PTE_KEY(KEY_ENTRY) : PTE_KEY(KEY_KERNEL);
}

static void map_instance(uint64_t root, unsigned core, struct carver *carver)
{
	uint64_t rights = PTE_PRESENT | PTE_WRITE | PTE_NO_EXECUTE | paging_kernels();
	uint64_t frame = machine.memory[core].instance;

	for (uint64_t page = INSTANCE_BASE; page < (uint64_t)instance_end; page += PAGE_SIZE) {
		if (!is_guard(page))
			*paging_word(root, page, 0, carve, carver) = frame | rights | key_of(page);
		if (page == (uint64_t)&gate_page)
			*paging_word(root, GATE_PAGE, 0, carve, carver) = frame | rights | PTE_KEY(KEY_SHARED);
		frame += PAGE_SIZE;
	}
	(void)paging_word(root, DOMAIN_BASE, 1, carve, carver); /* before any view copies the root */
	*paging_word(root, MAILBOX_BASE, 0, carve, carver) = machine.memory[core].mailbox | rights;
	*paging_word(root, APIC_BASE, 0, carve, carver) = machine.acpi.local_apic | PTE_UNCACHED | rights;
}

_Noreturn static void jump(uint64_t root, void *stack, void (*main)(void))
{
	__asm__ volatile("mov %0, %%cr3\n\t"
			 "mov %1, %%rsp\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "call *%2\n\t"
			 "ud2"
			 : : "r"(root), "r"(stack), "r"(main) : "memory");
	__builtin_unreachable();
}

_Noreturn void instance_enter(unsigned core, void (*main)(void))
{
	uint64_t base = machine.memory[core].instance;
	uint64_t data = (uint64_t)(instance_data_end - instance_start);
	uint64_t whole = (uint64_t)(instance_end - instance_start);
	struct carver carver = { .next = base + whole };
	uint8_t *copy = direct(base);
	struct birth *born = (struct birth *)(copy + ((uint8_t *)&birth - instance_start));
	uint64_t root;

	memcpy(copy, instance_template, data);
	memset(copy + data, 0, (uint64_t)(instance_stacks - instance_start) - data);

	root = carve(&carver);
	map_direct(root, core, &carver);
	map_instance(root, core, &carver);
	*paging_word(root, IMAGE_BASE, 2, carve, &carver) = common_image | PTE_PRESENT | PTE_WRITE | paging_kernels();

	*born = (struct birth){ .core = core, .root = root, .first_free = carver.next,
				.entered = cpu_timestamp() };
	jump(root, stacks.kernel + sizeof(stacks.kernel), main);
}
