/* processor.c - see processor.h
 * SPDX-License-Identifier: MIT */
#include "tests/cores/processor.h"

#include "kernel/memory/user.h"

#include <string.h>

enum {
	KEPT = 256,
	HEARS_EVERY = 16, /* accesses: an interrupt takes its time to arrive, and meanwhile the program goes on */
};

struct translation {
	uint64_t page, word; /* word 0: none */
};

static _Thread_local struct translation kept[KEPT];
static _Thread_local uint64_t tables;
static _Thread_local unsigned deaf; /* accesses that do not hear the doorbell yet */

void cpu_write_cr3(uint64_t root)
{
	tables = root;
	memset(kept, 0, sizeof(kept));
}

static struct translation *place_of(uint64_t address)
{
	return &kept[address / PAGE_SIZE % KEPT];
}

/* A huge page's translation goes with any of its addresses. */
void cpu_invalidate_page(uint64_t address)
{
	if (place_of(address)->page == address / PAGE_SIZE)
		place_of(address)->word = 0;
	for (unsigned i = 0; i < KEPT; i++)
		if (kept[i].word & PTE_LARGE && kept[i].page * PAGE_SIZE / UNIT_SIZE == address / UNIT_SIZE)
			kept[i].word = 0;
}

static bool permits(uint64_t word, enum access access)
{
	if (!(word & PTE_PRESENT) || !(word & PTE_USER))
		return false;
	return access == ACCESS_READ || (access == ACCESS_WRITE && word & PTE_WRITE) ||
	       (access == ACCESS_EXECUTE && !(word & PTE_NO_EXECUTE));
}

static uint64_t walk(uint64_t address)
{
	uint64_t word = tables | PTE_PRESENT;

	for (int level = 3; level >= 0 && word & PTE_PRESENT && !(word & PTE_LARGE); level--) {
		const uint64_t *words = direct(word & PTE_ADDRESS);

		word = __atomic_load_n(&words[paging_index(address, (unsigned)level)], __ATOMIC_ACQUIRE); /* other cores write it where tables are shared */
	}
	return word & PTE_LARGE ? word + (address & (UNIT_SIZE - PAGE_SIZE)) : word;
}

status_t user_copy_out(uint64_t to, const void *from, size_t size)
{
	uint64_t word = walk(to);

	if (to % PAGE_SIZE || size != PAGE_SIZE || !permits(word, ACCESS_WRITE))
		return STATUS_BAD_ADDRESS; /* only whole pages are needed here, and only where the kernel has mapped them */
	memcpy(direct(word & PTE_ADDRESS), from, size);
	return STATUS_OK;
}

status_t processor_access(struct view *view, uint64_t address, enum access access, void (*interrupt)(void),
			  void **page)
{
	struct translation *translation = place_of(address);

	for (;;) {
		status_t status;

		if (!deaf-- && play_rung())
			interrupt();
		deaf %= HEARS_EVERY;
		if (translation->word && translation->page == address / PAGE_SIZE && permits(translation->word, access))
			break;
		translation->page = address / PAGE_SIZE;
		translation->word = walk(address);
		if (permits(translation->word, access))
			break;
		deaf = 0;
		translation->word = 0; /* what does not permit is not kept: a fault drops it */
		status = vspace_fault(view, address, access);
		if (status == STATUS_BUSY)
			cpu_pause();
		else if (status)
			return status;
	}
	*page = direct(translation->word & PTE_ADDRESS);
	return STATUS_OK;
}
