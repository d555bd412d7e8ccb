/* boot_info.h - what the boot loader hands over, in one form for every loader
 * SPDX-License-Identifier: MIT
 * The loader's own tables lie in memory that is soon reused, so what is needed is copied out at
 * once: the RAM map, the command line, and where the initrd and the ACPI root pointer are.
 * Refuses (with a status, never an overrun) tables that end early, lie outside the view or do
 * not fit.
 * Context: boot core, once, before any other core runs; never waits.
 * I1 ram[0 .. ram_count): sorted, page-aligned, non-empty, with a gap between neighbours
 * I2 no byte of ram lies in a range that the loader reports as anything but RAM
 * I3 command_line ends in NUL; an absent initrd has start == end
 * Tested by tests/unit/boot_info_test.c, boot_info_multiboot2_test.c, boot_info_low_page_test.c */
#ifndef KERNEL_ARCH_BOOT_INFO_H
#define KERNEL_ARCH_BOOT_INFO_H

#include "abi/status.h"
#include "kernel/arch/physical_view.h"

enum {
	BOOT_RAM_RANGES   = 64,
	BOOT_COMMAND_LINE = 2048, /* bytes, the NUL included */
};

struct boot_info {
	struct memory_range ram[BOOT_RAM_RANGES];
	uint32_t ram_count;
	uint64_t rsdp; /* physical address of the ACPI root pointer; 0 when the loader gave none */
	struct memory_range initrd; /* exact bytes, not page-aligned */
	char command_line[BOOT_COMMAND_LINE];
};

/* From a PVH start_info (Xen public/arch-x86/hvm/start_info.h): magic 0x336ec578, version >= 1.
 * BAD_FORMAT: wrong magic or version, a map without RAM, RAM that wraps around. TRUNCATED: a piece lies outside
 * the view. NO_SPACE: too many RAM ranges, or too long a command line. */
must_check status_t boot_info_from_pvh(struct boot_info *info, struct physical_view view,
				       uint64_t start_info_address);

/* From a multiboot2 information structure (Multiboot2 specification 2.0, section 3.6); the same errors. */
must_check status_t boot_info_from_multiboot2(struct boot_info *info, struct physical_view view,
					      uint64_t information_address);

/* The highest page of RAM below 640 KiB, where other processors can wake: neither page 0 nor the initrd's. 0: none. */
uint64_t boot_info_low_page(const struct boot_info *info);

#endif
