/* paging.h - page-table words and the tables that every address space begins with
 * SPDX-License-Identifier: MIT
 * A table belongs to the core that made it: it alone writes it, on the direct map. Common tables (image, direct map
 * of units that are not one's own) are written by the boot core and only read afterwards.
 * Source: Intel SDM vol. 3A, 4.5. */
#ifndef KERNEL_ARCH_PAGING_H
#define KERNEL_ARCH_PAGING_H

#include <stdint.h>

#include "kernel/arch/defences.h"
#include "kernel/arch/layout.h"

enum {
	PTE_COUNT = 512,
	PTE_PRESENT = 1 << 0,
	PTE_WRITE = 1 << 1,
	PTE_USER = 1 << 2,
	PTE_UNCACHED = 1 << 4 | 1 << 3,
	PTE_LARGE = 1 << 7,
	PTE_GLOBAL = 1 << 8,
};

#define PTE_NO_EXECUTE (UINT64_C(1) << 63)
#define PTE_ADDRESS    UINT64_C(0x000ffffffffff000)
#define PTE_KEY(key)   ((uint64_t)(key) << 59) /* of the kernel's half: kernel/arch/keys.h */

/* In words of the kernel's half: whether ring 3 has what they map. */
static inline uint64_t paging_kernels(void)
{
	return defence_holds(DEFENCE_pages) ? 0 : PTE_USER;
}

/* Gives one zeroed frame's physical address; never fails: boot sizes its allocators first. */
typedef uint64_t (*paging_allocate)(void *allocator);

/* Index of an address at a level: 0 is the page table, 3 the root. */
static inline unsigned paging_index(uint64_t address, unsigned level)
{
	return address >> (12 + 9 * level) & (PTE_COUNT - 1);
}

/* Bytes that a word of a level maps, or leads to the words of. */
static inline uint64_t paging_size(unsigned level)
{
	return UINT64_C(1) << (12 + 9 * level);
}

/* The next index at or above `index` whose word is not 0, or `end` (a multiple of 8): most tables are nearly empty,
 * so eight words are looked at together. */
static inline unsigned paging_next_used(const uint64_t *table, unsigned index, unsigned end)
{
	while (index < end) {
		const uint64_t *word = &table[index];

		if (index % 8 == 0 && !(word[0] | word[1] | word[2] | word[3] | word[4] | word[5] | word[6] | word[7]))
			index += 8;
		else if (!*word)
			index++;
		else
			break;
	}
	return index;
}

static inline void *direct(uint64_t physical)
{
	return (void *)(DIRECT_MAP + physical);
}

static inline uint64_t direct_physical(const void *address)
{
	return (uint64_t)address - DIRECT_MAP;
}

/* The word that maps an address at a level, with the tables above it made where absent
 * (rights open: the last word decides). */
uint64_t *paging_word(uint64_t root, uint64_t address, unsigned level, paging_allocate allocate,
		      void *allocator);

#endif
