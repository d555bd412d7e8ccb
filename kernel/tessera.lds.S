/* tessera.lds.S - where the kernel's parts lie
 * SPDX-License-Identifier: MIT
 * All writable data is the instance, the sealed section, or what boots the first core; anything
 * else fails the link. */
#include "abi/domain.h"
#include "kernel/arch/layout.h"

ENTRY(boot_entry)

PHDRS {
	note PT_NOTE FLAGS(4);
	boot_text PT_LOAD FLAGS(5);
	boot_data PT_LOAD FLAGS(6);
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	sealed PT_LOAD FLAGS(6);
	instance PT_LOAD FLAGS(6);
}

SECTIONS {
	. = IMAGE_PHYSICAL;
	image_start = .;
	.boot.text : { KEEP(*(.boot.text)) } :boot_text
	. = ALIGN(PAGE_SIZE);
	.boot.data : { *(.boot.data) } :boot_data
	. = ALIGN(PAGE_SIZE);
	. += IMAGE_BASE;

	text_start = .;
	.text : AT(ADDR(.text) - IMAGE_BASE) { *(.text .text.*) } :text
	. = ALIGN(PAGE_SIZE);
	text_end = .;
	.rodata : AT(ADDR(.rodata) - IMAGE_BASE) { *(.rodata .rodata.*) } :rodata
	.note.pvh : AT(ADDR(.note.pvh) - IMAGE_BASE) { KEEP(*(.note.pvh)) } :rodata :note
	.fixups : AT(ADDR(.fixups) - IMAGE_BASE) {
		fixups_start = .;
		KEEP(*(.fixups))
		fixups_end = .;
	} :rodata
	.defences : AT(ADDR(.defences) - IMAGE_BASE) {
		defences_start = .;
		KEEP(*(.defences))
		defences_end = .;
	} :rodata
	.symbols : AT(ADDR(.symbols) - IMAGE_BASE) { KEEP(*(.symbols)) } :rodata
	. = ALIGN(PAGE_SIZE);
	.sealed (NOLOAD) : AT(ADDR(.sealed) - IMAGE_BASE) {
		sealed_start = .;
		*(.sealed)
		. = ALIGN(PAGE_SIZE);
		sealed_end = .;
	} :sealed

	/* The image holds the template of the initialised part; each core copies it and zeroes the rest. */
	instance_template = .;
	.instance INSTANCE_BASE : AT(instance_template - IMAGE_BASE) {
		instance_start = .;
		*(.data .data.*)
		instance_data_end = .;
	} :instance
	image_end = instance_template - IMAGE_BASE + SIZEOF(.instance);
	.instance_zero (NOLOAD) : {
		. = ALIGN(PAGE_SIZE);
		*(.bss .bss.* COMMON)
		. = ALIGN(PAGE_SIZE);
		instance_stacks = .;
		*(.stacks)
		. = ALIGN(PAGE_SIZE);
		instance_end = .;
	} :NONE

	/DISCARD/ : { *(.comment .eh_frame .note.GNU-stack .note.gnu.property) }

	ASSERT(instance_end <= GATE_PAGE, "the instance outgrew its 2 MiB of address space")
	ASSERT(image_end <= 2 * UNIT_SIZE, "the kernel image outgrew its two units")
}
