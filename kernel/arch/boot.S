/* boot.S - from the boot loader's 32-bit world, or a waking processor's 16-bit one, to C
 * SPDX-License-Identifier: MIT
 * Entered by PVH (Xen's x86/HVM direct boot ABI: EBX = start_info) or by multiboot2 (EAX = magic,
 * EBX = information), protected mode, paging off. Everything here lies in .boot sections at its
 * physical address; the boot tables map the first 4 GiB writable and are left for good once a
 * core has its instance. Calls boot_main(magic, information) on the first core and
 * boot_core_main() on the others. */
#include "kernel/arch/layout.h"

#define SELECTOR_KERNEL_CODE32 0x18  /* in the boot descriptors alone */
#define MULTIBOOT2_MAGIC  0xe85250d6
#define PTE_TABLE         0x3
#define PTE_LARGE         0x83

	.section .note.pvh, "a", @note
	.align 4
	.long 4, 4, 18                    /* name size, description size, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long boot_entry

	.section .boot.text, "ax"
	.align 8
multiboot_header:
	.long MULTIBOOT2_MAGIC, 0, multiboot_header_end - multiboot_header
	.long -(MULTIBOOT2_MAGIC + (multiboot_header_end - multiboot_header))
	.short 3, 0                       /* the address to enter */
	.long 12, boot_entry, 0
	.short 0, 0                       /* end of tags */
	.long 8
multiboot_header_end:

	.code32
	.global boot_entry
boot_entry:
	cld
	cli
	mov $boot_stack_end, %esp
	mov %eax, %edi
	mov %ebx, %esi
	call boot_enter_long_mode
	ljmp $SELECTOR_KERNEL_CODE, $1f
	.code64
1:	mov $boot_stack_end + IMAGE_BASE, %rsp
	xor %ebp, %ebp
	movabs $boot_main, %rax
	call *%rax
	ud2

/* Turns on long mode with the boot tables; the caller makes the far jump. Keeps EDI and ESI. */
	.code32
boot_enter_long_mode:
	lgdt boot_gdt_pointer
	mov %cr4, %eax
	or $0x20, %eax                    /* PAE */
	mov %eax, %cr4
	mov $boot_pml4, %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx             /* EFER: long mode and no-execute */
	rdmsr
	or $0x901, %eax
	wrmsr
	mov %cr0, %eax
	and $~0x60000000, %eax            /* caches on */
	or $0x80010021, %eax              /* paging, write protect, native FPU errors */
	mov %eax, %cr0
	mov $SELECTOR_KERNEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	ret

/* A waking processor: copied to a page below 640 KiB, real mode, CS = page / 16. */
	.code16
	.global trampoline_start, trampoline_end
trampoline_start:
	cli
	cld
	lgdtl %cs:trampoline_gdt_pointer - trampoline_start
	mov %cr0, %eax
	or $1, %eax
	mov %eax, %cr0
	ljmpl $SELECTOR_KERNEL_CODE32, $boot_core_entry
trampoline_gdt_pointer:
	.short boot_gdt_end - boot_gdt - 1
	.long boot_gdt
trampoline_end:

	.code32
boot_core_entry:
	mov $SELECTOR_KERNEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %ss
	mov $1, %ebx                      /* a ticket: which of the boot stacks is this core's */
	lock xadd %ebx, boot_ticket
	cmp $BOOT_STACKS, %ebx
	jae 2f                            /* more processors than ACPI told of */
	inc %ebx
	shl $12, %ebx
	add boot_core_stacks, %ebx
	mov %ebx, %esp
	call boot_enter_long_mode
	ljmp $SELECTOR_KERNEL_CODE, $1f
	.code64
1:	mov %ebx, %esp
	movabs $DIRECT_MAP, %rax
	add %rax, %rsp
	xor %ebp, %ebp
	movabs $boot_core_main, %rax
	call *%rax
	ud2
	.code32
2:	hlt
	jmp 2b

	.section .boot.data, "aw"
	.align 8
boot_gdt:
	.quad 0
	.quad 0x00af9a000000ffff          /* 64-bit code */
	.quad 0x00cf92000000ffff          /* data */
	.quad 0x00cf9a000000ffff          /* 32-bit code */
boot_gdt_end:
boot_gdt_pointer:
	.short boot_gdt_end - boot_gdt - 1
	.long boot_gdt
	.global boot_core_stacks, boot_ticket
boot_core_stacks:                         /* physical, below 4 GiB, a page a core */
	.quad 0
boot_ticket:
	.long 0

	.align PAGE_SIZE
	.global boot_pml4
boot_pml4:
	.quad boot_pdpt + PTE_TABLE
	.fill 255, 8, 0
	.quad boot_pdpt + PTE_TABLE       /* direct map */
	.fill 254, 8, 0
	.quad boot_pdpt_image + PTE_TABLE
	.global boot_pdpt
boot_pdpt:
	.quad boot_pd + PTE_TABLE
	.quad boot_pd + PAGE_SIZE + PTE_TABLE
	.quad boot_pd + 2 * PAGE_SIZE + PTE_TABLE
	.quad boot_pd + 3 * PAGE_SIZE + PTE_TABLE
	.fill 508, 8, 0
boot_pdpt_image:
	.fill 510, 8, 0
	.quad boot_pd + PTE_TABLE
	.quad 0
boot_pd:
	.set address, 0
	.rept 4 * 512
	.quad address + PTE_LARGE
	.set address, address + UNIT_SIZE
	.endr
	.fill 4 * PAGE_SIZE, 1, 0
boot_stack_end:
	.section .note.GNU-stack, "", @progbits
