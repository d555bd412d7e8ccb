/* inner.lds.S - where the parts of a service in ring 0 lie: at the place that its number has
 * SPDX-License-Identifier: MIT */
#include "abi/domain.h"

ENTRY(_start)

PHDRS {
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

SECTIONS {
	. = DOMAIN_BASE + (NUMBER << DOMAIN_SHIFT);
	.text : SUBALIGN(ALIGNMENT) { *(.text .text.*) } :text
	. = ALIGN(4096);
	.rodata : { *(.rodata .rodata.*) } :rodata
	. = ALIGN(4096);
	.data : { *(.data .data.*) *(.got .got.*) } :data
	.bss : { *(.bss .bss.* COMMON) } :data
	/DISCARD/ : { *(.comment .eh_frame .note.*) }
}
