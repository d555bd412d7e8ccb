/* boot_info.c - reading of PVH and multiboot2 tables
 * SPDX-License-Identifier: MIT
 * Both loaders describe memory in 24-byte entries of one layout (base, length, type), so one
 * reader serves both: first all RAM is gathered, then everything else is cut out of it, last the
 * rest is trimmed to whole pages. Entries may come in any order and overlap. See boot_info.h. */
#include "kernel/arch/boot_info.h"

#include <stdbool.h>

enum {
	PAGE_SIZE = 4096,
	LOW_END   = 0xa0000, /* above it lie the screen and the firmware */

	PVH_MAGIC         = 0x336ec578,
	PVH_INFO_BYTES    = 56, /* up to and with the memory map: version 1 */
	PVH_MODULE_BYTES  = 32,

	MULTIBOOT_COMMAND_LINE = 1,
	MULTIBOOT_MODULE       = 3,
	MULTIBOOT_MEMORY_MAP   = 6,
	MULTIBOOT_RSDP_OLD     = 14,
	MULTIBOOT_RSDP_NEW     = 15,
	MULTIBOOT_END          = 0,
	MULTIBOOT_TAG_BYTES    = 8, /* type and size */

	MAP_ENTRY_BYTES = 24,
	MAP_ENTRY_RAM   = 1,
};

/* A loader's memory map: entries are stride bytes apart. */
struct memory_map {
	uint64_t address;
	uint32_t count;
	uint32_t stride;
};

/* A tag's payload, without its type and size. */
struct tag {
	uint64_t address;
	uint32_t length;
};

static void remove_range(struct boot_info *info, uint32_t index, uint32_t count)
{
	for (uint32_t i = index; i + count < info->ram_count; i++)
		info->ram[i] = info->ram[i + count];
	info->ram_count -= count;
}

static status_t insert_range(struct boot_info *info, uint32_t index, struct memory_range range)
{
	if (info->ram_count == BOOT_RAM_RANGES)
		return STATUS_NO_SPACE;
	for (uint32_t i = info->ram_count; i > index; i--)
		info->ram[i] = info->ram[i - 1];
	info->ram[index] = range;
	info->ram_count++;
	return STATUS_OK;
}

/* Adds a range and melts it with all that it overlaps or touches. */
static status_t add_ram(struct boot_info *info, struct memory_range range)
{
	uint32_t first = 0, after;

	while (first < info->ram_count && info->ram[first].end < range.start)
		first++;
	for (after = first; after < info->ram_count && info->ram[after].start <= range.end; after++) {
		if (info->ram[after].start < range.start)
			range.start = info->ram[after].start;
		if (info->ram[after].end > range.end)
			range.end = info->ram[after].end;
	}
	if (first == after)
		return insert_range(info, first, range);
	info->ram[first] = range;
	remove_range(info, first + 1, after - first - 1);
	return STATUS_OK;
}

/* Cuts a range out of the RAM; what it lies inside of falls in two. */
static status_t cut_ram(struct boot_info *info, struct memory_range range)
{
	uint32_t i = 0;

	while (i < info->ram_count) {
		struct memory_range *ram = &info->ram[i];
		struct memory_range upper = { range.end, ram->end };

		if (ram->end <= range.start || ram->start >= range.end) {
			i++;
		} else if (ram->start < range.start) {
			ram->end = range.start;
			if (upper.start < upper.end)
				return insert_range(info, i + 1, upper);
			i++;
		} else if (range.end < ram->end) {
			ram->start = range.end;
			i++;
		} else {
			remove_range(info, i, 1);
		}
	}
	return STATUS_OK;
}

static void trim_to_pages(struct boot_info *info)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < info->ram_count; i++) {
		/* Rounding up would wrap only for a start in the last page, which holds no whole page anyway. */
		uint64_t start = (info->ram[i].start + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
		uint64_t end = info->ram[i].end & ~(uint64_t)(PAGE_SIZE - 1);

		if (start >= info->ram[i].start && start < end)
			info->ram[kept++] = (struct memory_range){ start, end };
	}
	info->ram_count = kept;
}

/* One pass over a map whose bytes are known to be in view: RAM is added, or else non-RAM is cut out. */
static status_t walk_map(struct boot_info *info, const uint8_t *entries, const struct memory_map *map,
			 bool of_ram)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const uint8_t *entry = entries + (uint64_t)i * map->stride;
		uint64_t length = load64(entry + 8);
		struct memory_range range = { load64(entry), load64(entry) + length };
		status_t status;

		if ((load32(entry + 16) == MAP_ENTRY_RAM) != of_ram || length == 0)
			continue;
		if (range.end < range.start && of_ram)
			return STATUS_BAD_FORMAT;
		if (range.end < range.start)
			range.end = UINT64_MAX; /* reserved up to the very top */
		status = of_ram ? add_ram(info, range) : cut_ram(info, range);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static status_t read_map(struct boot_info *info, struct physical_view view, const struct memory_map *map)
{
	const uint8_t *entries;
	status_t status;

	entries = physical_at(view, map->address, (uint64_t)map->count * map->stride);
	if (!entries)
		return STATUS_TRUNCATED;
	status = walk_map(info, entries, map, true);
	if (status == STATUS_OK)
		status = walk_map(info, entries, map, false);
	trim_to_pages(info);
	if (status == STATUS_OK && info->ram_count == 0)
		return STATUS_BAD_FORMAT;
	return status;
}

/* Copies a string of at most limit bytes, its NUL included. */
static status_t read_command_line(struct boot_info *info, struct physical_view view, uint64_t address,
				  uint64_t limit)
{
	for (uint64_t i = 0; i < limit; i++) {
		const char *byte = physical_at(view, address + i, 1);

		if (!byte || i == BOOT_COMMAND_LINE) {
			info->command_line[0] = '\0';
			return byte ? STATUS_NO_SPACE : STATUS_TRUNCATED;
		}
		info->command_line[i] = *byte;
		if (!*byte)
			return STATUS_OK;
	}
	info->command_line[0] = '\0';
	return STATUS_TRUNCATED;
}

static status_t set_initrd(struct boot_info *info, struct physical_view view, uint64_t start,
			   uint64_t length)
{
	if (!physical_at(view, start, length))
		return STATUS_TRUNCATED;
	info->initrd = (struct memory_range){ start, start + length };
	return STATUS_OK;
}

static status_t read_pvh_modules(struct boot_info *info, struct physical_view view,
				 const uint8_t *start_info)
{
	const uint8_t *module;

	if (load32(start_info + 12) == 0)
		return STATUS_OK;
	module = physical_at(view, load64(start_info + 16), PVH_MODULE_BYTES);
	if (!module)
		return STATUS_TRUNCATED;
	return set_initrd(info, view, load64(module), load64(module + 8));
}

status_t boot_info_from_pvh(struct boot_info *info, struct physical_view view, uint64_t start_info_address)
{
	const uint8_t *start_info = physical_at(view, start_info_address, PVH_INFO_BYTES);
	struct memory_map map;
	uint64_t command_line;
	status_t status;

	*info = (struct boot_info){ 0 };
	if (!start_info)
		return STATUS_TRUNCATED;
	if (load32(start_info) != PVH_MAGIC || load32(start_info + 4) < 1)
		return STATUS_BAD_FORMAT;
	info->rsdp = load64(start_info + 32);
	map = (struct memory_map){ load64(start_info + 40), load32(start_info + 48), MAP_ENTRY_BYTES };
	status = read_map(info, view, &map);
	if (status != STATUS_OK)
		return status;
	command_line = load64(start_info + 24);
	if (command_line != 0)
		status = read_command_line(info, view, command_line, UINT64_MAX);
	if (status != STATUS_OK)
		return status;
	return read_pvh_modules(info, view, start_info);
}

static status_t read_map_tag(struct boot_info *info, struct physical_view view, struct tag tag)
{
	const uint8_t *head = physical_at(view, tag.address, tag.length);
	struct memory_map map = { .address = tag.address + 8 };

	if (tag.length < 8)
		return STATUS_TRUNCATED;
	map.stride = load32(head);
	if (map.stride < MAP_ENTRY_BYTES)
		return STATUS_BAD_FORMAT;
	map.count = (tag.length - 8) / map.stride;
	return read_map(info, view, &map);
}

static status_t read_module_tag(struct boot_info *info, struct physical_view view, struct tag tag)
{
	const uint8_t *module = physical_at(view, tag.address, tag.length);
	uint32_t start, end;

	if (tag.length < 8)
		return STATUS_TRUNCATED;
	start = load32(module);
	end = load32(module + 4);
	if (end < start)
		return STATUS_BAD_FORMAT;
	if (info->initrd.start != info->initrd.end)
		return STATUS_OK; /* the first module is the initrd */
	return set_initrd(info, view, start, end - start);
}

static status_t read_tag(struct boot_info *info, struct physical_view view, uint32_t type, struct tag tag)
{
	switch (type) {
	case MULTIBOOT_COMMAND_LINE:
		return read_command_line(info, view, tag.address, tag.length);
	case MULTIBOOT_MODULE:
		return read_module_tag(info, view, tag);
	case MULTIBOOT_MEMORY_MAP:
		return info->ram_count ? STATUS_BAD_FORMAT : read_map_tag(info, view, tag);
	case MULTIBOOT_RSDP_OLD:
		if (info->rsdp == 0)
			info->rsdp = tag.address;
		return STATUS_OK;
	case MULTIBOOT_RSDP_NEW:
		info->rsdp = tag.address;
		return STATUS_OK;
	default:
		return STATUS_OK;
	}
}

status_t boot_info_from_multiboot2(struct boot_info *info, struct physical_view view,
				   uint64_t information_address)
{
	const uint8_t *head = physical_at(view, information_address, MULTIBOOT_TAG_BYTES);
	uint64_t offset = MULTIBOOT_TAG_BYTES; /* the head is as long: total size, reserved */
	uint32_t total;

	*info = (struct boot_info){ 0 };
	if (!head)
		return STATUS_TRUNCATED;
	total = load32(head);
	if (!physical_at(view, information_address, total))
		return STATUS_TRUNCATED;
	while (offset + MULTIBOOT_TAG_BYTES <= total) {
		uint32_t type = load32(head + offset);
		uint32_t size = load32(head + offset + 4);
		struct tag tag = { information_address + offset + MULTIBOOT_TAG_BYTES,
				   size - MULTIBOOT_TAG_BYTES };
		status_t status;

		if (size < MULTIBOOT_TAG_BYTES)
			return STATUS_BAD_FORMAT;
		if (size > total - offset)
			return STATUS_TRUNCATED;
		if (type == MULTIBOOT_END)
			return info->ram_count ? STATUS_OK : STATUS_BAD_FORMAT;
		status = read_tag(info, view, type, tag);
		if (status != STATUS_OK)
			return status;
		offset += (size + 7) & ~(uint64_t)7;
	}
	return STATUS_TRUNCATED;
}

static bool has_ram(const struct boot_info *info, uint64_t page)
{
	for (uint32_t i = 0; i < info->ram_count; i++)
		if (info->ram[i].start <= page && page + PAGE_SIZE <= info->ram[i].end)
			return true;
	return false;
}

uint64_t boot_info_low_page(const struct boot_info *info)
{
	for (uint64_t page = LOW_END - PAGE_SIZE; page > 0; page -= PAGE_SIZE)
		if (has_ram(info, page) && (page + PAGE_SIZE <= info->initrd.start || page >= info->initrd.end))
			return page;
	return 0;
}
