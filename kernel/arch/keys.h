/* keys.h - supervisor protection keys, and the page that services in ring 0 may read
 * SPDX-License-Identifier: MIT
 * A key in a page-table word names a group of the kernel half's pages; each core's register PKRS says which groups may be read and written. It does
 * not apply to the fetching of instructions, nor to what runs in ring 3, where it is 0 always. A domain in ring 0 has a key of its own.
 * The gate's page is each core's own; the kernel writes it as `gate_page`, domains and the processor read it at GATE_PAGE (abi/domain.h).
 * I1 PKRS is 0 while the kernel runs, and in ring 3
 * I2 gate_page.rights is what PKRS is to be while the service runs that was entered last in ring 0
 * Source: Intel SDM vol. 3A, 4.6.2 and 2.7. Context: own core. */
#ifndef KERNEL_ARCH_KEYS_H
#define KERNEL_ARCH_KEYS_H

#define KEY_KERNEL  0
#define KEY_SHARED  1 /* domains may read it: the gate's page, the interrupt table */
#define KEY_ENTRY   2 /* domains may write it: the stacks on which the processor saves their registers */
#define KEY_FIRST   3 /* of a domain */
#define KEYS        16

#define MSR_PKRS    0x6e1

/* In PKRS: not to read what KEY_SHARED names, not to read or write what KEY_ENTRY does. The processor takes no exception then. */
#define RIGHTS_NEVER_TAKEN 0x34

/* In the gate's page, behind the ways in. */
#define GATE_RIGHTS      0x28
#define GATE_KEYS_ON     0x2c
#define GATE_TASK_STATE  0x80
#define GATE_INTERRUPT_STACK (GATE_TASK_STATE + 36 + 4 * 8) /* entry 5 of the interrupt stack table */

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "kernel/arch/layout.h"

struct task_state {
	uint32_t reserved0;
	uint64_t rsp[3], reserved1, stack[7], reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));

struct gate_page {
	uint64_t call, leave, call_0, leave_0, direct_0;
	uint32_t rights;
	uint32_t keys_on;
	uint64_t padding[2];
	uint64_t descriptors[8];
	struct task_state task_state;
	uint8_t rest[PAGE_SIZE - 0xe8];
};

extern struct gate_page gate_page;

/* PKRS for who has this key. Two bits a key: 1, no access; 2, no writing. */
static inline uint32_t key_rights(unsigned key)
{
	uint32_t none = 0x55555555;

	none &= ~(UINT32_C(3) << 2 * KEY_SHARED | UINT32_C(3) << 2 * KEY_ENTRY | UINT32_C(3) << 2 * key);
	return none | UINT32_C(2) << 2 * KEY_SHARED;
}

/* How many the processor has, 0 or KEYS; any time. And turns them on, each core, where it has. */
unsigned keys_there(void);
void keys_open(void);

#endif
#endif
