/* window.c - see window.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/window.h"

#include "abi/domain.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/paging.h"

_Static_assert((STORE_INNER_BITS | STORE_BASE) == 0xffffc00000000000, "above the direct map (layout.h)");

static struct view *window; /* the view of the store; NULL: not open */
static uint64_t key_bits;

status_t window_open(unsigned server, unsigned key)
{
	struct view holder = { 0 };
	status_t status;

	if (window)
		return STATUS_OK;
	status = store_attach(server, &holder);
	if (status)
		return status;
	window = holder.store;
	window->inner = STORE_INNER_BITS;
	key_bits = PTE_KEY(key);
	return STATUS_OK;
}

/* I2. The page is mapped; without the key, if it has just become so. */
static void give_key(uint64_t address)
{
	uint64_t *table = window->recent == address / UNIT_SIZE ? window->recent_table : view_table(window, address, 0);
	uint64_t *word = &table[paging_index(address, 0)];

	if ((*word & PTE_KEY(0xf)) == key_bits)
		return;
	*word |= key_bits;
	cpu_invalidate_page(store_inner(address));
}

/* I1. */
static void link(uint64_t address)
{
	uint64_t word = ((const uint64_t *)direct(window->root))[paging_index(address, 3)];

	views_link(paging_index(store_inner(address), 3), word & ~(uint64_t)PTE_USER);
}

status_t window_fault(uint64_t address, enum access access)
{
	uint64_t outer = store_outer(address);
	status_t status = window ? store_reach(window, outer, access) : STATUS_BAD_ADDRESS;

	if (status)
		return status;
	give_key(outer);
	link(outer);
	return STATUS_OK;
}

int64_t window_fill(uint64_t start, uint64_t pages)
{
	int64_t done = store_inner_has(start) ? store_fill(window, store_outer(start), pages) : STATUS_BAD_ARGUMENT;

	for (int64_t i = 0; i < done; i++)
		give_key(store_outer(start) + (uint64_t)i * PAGE_SIZE);
	if (done > 0)
		link(store_outer(start));
	return done;
}

status_t window_drop(uint64_t start, uint64_t pages)
{
	return store_inner_has(start) ? store_drop(window, store_outer(start), pages) : STATUS_BAD_ARGUMENT;
}
