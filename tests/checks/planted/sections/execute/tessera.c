/* tessera.c - planted: a section that may be written and executed
 * SPDX-License-Identifier: MIT */
__asm__(".section .boot.both, \"awx\"; .global boot_entry; boot_entry: ret");
