/* domain.h - where services lie that run in ring 0, and where they find the gate; for C and assembly
 * SPDX-License-Identifier: MIT
 * A service is linked for both rings (services/build.mk). In ring 0 it lies at a place of its own in the kernel's half: its image in the lower half
 * of it, its stacks in the upper one. It does not execute SYSCALL but jumps to the gate, whose ways in are in a page that it may read, as abi/ipc.h
 * has the words, but: the number is in r14, the third word in r15 in both directions, and r11 holds where to go on. rax, rcx and rdx are lost as well. For IPC_CALL_AT
 * the core is in the upper half of r14, its highest bit standing for IPC_AT_ONCE, and the nanoseconds are in r13.
 * The jump is GATE_JUMP_SIZE bytes long, and what it leads back to lies behind it: the kernel may have a call made anew. */
#ifndef ABI_DOMAIN_H
#define ABI_DOMAIN_H

#define DOMAIN_BASE   0xffff804000000000 /* services in ring 0, by number */
#define DOMAIN_SHIFT  23                 /* 8 MiB for each */
#define DOMAIN_SIZE   (1 << DOMAIN_SHIFT)
#define DOMAINS_SHIFT 30                 /* all of them */
#define ARCHIVE_INNER (DOMAIN_BASE + (64 << DOMAIN_SHIFT)) /* the initramfs, for the one that has a store (abi/store.h) */
#define ARCHIVE_INNER_MAX (64 << DOMAIN_SHIFT)

#define GATE_PAGE      0xffffffffc01fd000
#define GATE_CALL      0x00 /* of those with a key of their own */
#define GATE_RETURN    0x08
#define GATE_CALL_0    0x10 /* of those with the kernel's */
#define GATE_RETURN_0  0x18
#define GATE_DIRECT_0  0x20 /* a call among them: rdi their words, rsi the number, r15 where to go on with an answer in registers, rsp at the
                             * return address. Carry clear: rax is the result. Set: it must be made by GATE_CALL_0. All other registers are lost. */

#define GATE_JUMP_SIZE 7

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* Where the store of a service in ring 0 (abi/store.h) lies: at the same places of the kernel's half. */
#define STORE_INNER_BITS UINT64_C(0xffff800000000000)
#define STORE_INNER_END  UINT64_C(0xffffff8000000000) /* the kernel's image is above: 254 shards */

static inline uint64_t store_inner(uint64_t address)
{
	return address | STORE_INNER_BITS;
}

static inline bool store_inner_has(uint64_t address)
{
	return address >= (STORE_INNER_BITS | UINT64_C(0x0000400000000000)) && address < STORE_INNER_END;
}

/* The same addresses as those know them who are in ring 3, and the kernel. */
static inline uint64_t store_outer(uint64_t address)
{
	return store_inner_has(address) ? address & ~STORE_INNER_BITS : address;
}

static inline bool domain_has(uint64_t address)
{
	return address >> DOMAINS_SHIFT == DOMAIN_BASE >> DOMAINS_SHIFT;
}

static inline uint64_t domain_place(unsigned server)
{
	return DOMAIN_BASE + ((uint64_t)server << DOMAIN_SHIFT);
}

#endif
#endif
