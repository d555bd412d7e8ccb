/* layout.h - the address map, for C, assembly and the linker script
 * SPDX-License-Identifier: MIT
 *
 *   0000000000001000 .. 00007fffffffefff  programs (the last page stays free: a SYSCALL there would
 *                                         return to a non-canonical address)
 *   ffff800000000000 .. ffffbfffffffffff  direct map of physical memory, never executable: own
 *                                         partition and shared zones writable, the rest read-only
 *   ffff804000000000 .. ffff80403fffffff  services in ring 0, 8 MiB each (abi/domain.h): each core's own
 *      + 20000000  the initramfs, for the one of these that has a store: 512 MiB
 *   ffffc00000000000 .. ffffff7fffffffff  that store (kernel/memory/window.h)
 *   ffffffff80100000 .. ffffffffbfffffff  kernel image: text, constants, sealed data (read-only)
 *   ffffffffc0000000 .. ffffffffc01fffff  the instance: each core's own memory at the same address
 *      + 00000000  data and stacks, with an unmapped page below each stack
 *      + 001fd000  the gate's page once more, for services in ring 0 and the processor (kernel/arch/keys.h)
 *      + 001fe000  the mailbox page (also visible to every core through the direct map)
 *      + 001ff000  the local APIC
 */
#ifndef KERNEL_ARCH_LAYOUT_H
#define KERNEL_ARCH_LAYOUT_H

#define PAGE_SIZE       4096
#define UNIT_SIZE       0x200000          /* granule of partitions and of large pages */

#define USER_LOWEST     0x1000
#define USER_END        0x00007ffffffff000
#define DIRECT_MAP      0xffff800000000000
#define IMAGE_BASE      0xffffffff80000000
#define IMAGE_PHYSICAL  0x100000
#define INSTANCE_BASE   0xffffffffc0000000
#define INSTANCE_SIZE   0x200000
#define MAILBOX_BASE    0xffffffffc01fe000
#define APIC_BASE       0xffffffffc01ff000

#define BOOT_STACKS     256               /* for processors between waking and their instance */

#define CORES_MAX       255               /* xAPIC id 255 is broadcast (Intel SDM vol. 3A, 11.6) */

/* Segment selectors; the order is what SYSCALL and SYSRET demand (Intel SDM vol. 2B). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_BASE   0x18
#define SELECTOR_USER_DATA   0x23
#define SELECTOR_USER_CODE   0x2b
#define SELECTOR_TSS         0x30

/* Vectors. */
#define VECTOR_BREAKPOINT    3
#define VECTOR_NMI           2
#define VECTOR_DOUBLE_FAULT  8
#define VECTOR_PAGE_FAULT    14
#define VECTOR_MACHINE_CHECK 18
#define VECTOR_TIMER         32
#define VECTOR_DOORBELL      33
#define VECTOR_STRAY         34           /* all other interrupts: firmware may leave devices armed */
#define VECTOR_SPURIOUS      47
#define SYSTEM_CALL_SIZE     2            /* bytes of the instruction */
#define VECTOR_SYSTEM_CALL   256          /* not a vector: marks a frame as a system call's */

/* Interrupt stack table entries (1-based, as the gates count). */
#define STACK_EXCEPTION      1
#define STACK_NMI            2
#define STACK_DOUBLE_FAULT   3
#define STACK_MACHINE_CHECK  4
#define STACK_INTERRUPT      5            /* the running thread's registers; of a service in ring 0 the landing */

#endif
