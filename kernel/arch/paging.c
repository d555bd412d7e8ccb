/* paging.c - see paging.h
 * SPDX-License-Identifier: MIT */
#include "kernel/arch/paging.h"

#include "kernel/arch/defences.h"

uint64_t *paging_word(uint64_t root, uint64_t address, unsigned level, paging_allocate allocate,
		      void *allocator)
{
	uint64_t *table = direct(root);

	for (unsigned above = 3; above > level; above--) {
		uint64_t *word = &table[paging_index(address, above)];

		if (!(*word & PTE_PRESENT)) {
			uint64_t user = address < USER_END ? PTE_USER : paging_kernels();

			*word = allocate(allocator) | PTE_PRESENT | PTE_WRITE | user;
		}
		table = direct(*word & PTE_ADDRESS);
	}
	return &table[paging_index(address, level)];
}
