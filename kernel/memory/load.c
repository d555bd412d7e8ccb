/* load.c - see load.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/load.h"

#include "abi/kernel.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/layout.h"
#include "lib/string.h"

status_t vspace_put(struct vspace *space, uint64_t address, const void *from, uint64_t size)
{
	const char *bytes = from;

	while (size) {
		uint64_t offset = address % PAGE_SIZE;
		uint64_t piece = PAGE_SIZE - offset < size ? PAGE_SIZE - offset : size;
		char *page = vspace_page(space, address);

		if (!page)
			return STATUS_NO_MEMORY;
		memcpy(page + offset, bytes, piece);
		address += piece;
		bytes += piece;
		size -= piece;
	}
	return STATUS_OK;
}

static unsigned rights_of(uint32_t elf_rights)
{
	if (!defence_holds(DEFENCE_rights))
		return VSPACE_READ | VSPACE_WRITE | VSPACE_EXECUTE;
	return VSPACE_READ | (elf_rights & ELF_WRITE ? VSPACE_WRITE : 0) | (elf_rights & ELF_EXECUTE ? VSPACE_EXECUTE : 0);
}

status_t vspace_load(struct vspace *space, const struct elf_image *elf, const uint8_t *file)
{
	for (uint32_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segment[i];
		uint64_t start = segment->address & ~(uint64_t)(PAGE_SIZE - 1);
		uint64_t end = (segment->address + segment->memory_size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
		status_t status = vspace_reserve(space, start, end, rights_of(segment->rights));

		if (!status)
			status = vspace_put(space, segment->address, file + segment->file_offset, segment->file_size);
		if (status)
			return status;
	}
	return STATUS_OK;
}
