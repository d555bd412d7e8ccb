/* tlb.c - per-core tables of translations, flushed by counting on
 * SPDX-License-Identifier: MIT */
#include "tlb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE_BITS = 36, /* of a 48-bit address */
	EPOCH_BITS = 64 - PAGE_BITS,
	HALF_SHIFT = PAGE_BITS - 1, /* set: the upper half */
};

static const uint64_t page_mask = (UINT64_C(1) << PAGE_BITS) - 1;
static const uint64_t epoch_limit = UINT64_C(1) << EPOCH_BITS;

struct tlb tlb_of[MACHINE_CORES];

/* Empties it; epoch 0 is that of empty entries alone. */
static void tlb_clear(struct tlb *tlb)
{
	memset(tlb->entries, 0, sizeof(*tlb->entries) * tlb->sets * TLB_WAYS);
	tlb->epoch = 1;
	tlb->lower_since = 1;
}

int tlb_start(const struct model_machine *machine)
{
	for (unsigned int i = 0; i < MACHINE_CORES; i++) {
		struct tlb *tlb = &tlb_of[i];

		free(tlb->entries);
		*tlb = (struct tlb){ 0 };
		if (i >= machine->cores)
			continue;
		tlb->sets = machine->tlb_entries / TLB_WAYS;
		tlb->entries = aligned_alloc(MACHINE_LINE, sizeof(*tlb->entries) * machine->tlb_entries);
		if (!tlb->entries) {
			fprintf(stderr, "model: out of host memory for %u TLB entries; make the machine's tlb smaller\n",
				machine->tlb_entries);
			return -1;
		}
		tlb_clear(tlb);
	}
	return 0;
}

/* Neighbouring pages in neighbouring sets would make the stacks of all programs meet in one: hence a hash. */
static struct tlb_entry *set_of(const struct tlb *tlb, uint64_t page)
{
	uint32_t hash = (uint32_t)(page ^ page >> 20) * 2654435769u;

	return &tlb->entries[((uint64_t)hash * tlb->sets >> 32) * TLB_WAYS];
}

/* A translation that is known already has to be asked for again, but whether a processor would have walked? */
static enum tlb_answer answer_of_old(const struct tlb *tlb, uint64_t key)
{
	if (key >> HALF_SHIFT & 1)
		return TLB_STALE;
	return key >> PAGE_BITS >= tlb->lower_since ? TLB_STALE : TLB_MISS;
}

enum tlb_answer tlb_lookup(unsigned int core, uint64_t page, uint64_t *physical)
{
	const struct tlb *tlb = &tlb_of[core];
	const struct tlb_entry *set = set_of(tlb, page);
	uint64_t key = (page & page_mask) | tlb->epoch << PAGE_BITS;

	for (unsigned int i = 0; i < TLB_WAYS; i++)
		if (set[i].key == key) {
			*physical = set[i].physical;
			return TLB_HIT;
		}
	for (unsigned int i = 0; i < TLB_WAYS; i++)
		if (((set[i].key ^ key) & page_mask) == 0 && set[i].key)
			return answer_of_old(tlb, set[i].key);
	return TLB_MISS;
}

void tlb_insert(unsigned int core, uint64_t page, uint64_t physical)
{
	struct tlb *tlb = &tlb_of[core];
	struct tlb_entry *set = set_of(tlb, page);
	struct tlb_entry fresh = { .key = (page & page_mask) | tlb->epoch << PAGE_BITS, .physical = physical };

	for (unsigned int i = 0; i < TLB_WAYS; i++)
		if (((set[i].key ^ fresh.key) & page_mask) == 0 && set[i].key) {
			set[i] = fresh;
			return;
		}
	tlb->next = (tlb->next + 1) % TLB_WAYS;
	set[tlb->next] = fresh;
}

void tlb_forget(unsigned int core)
{
	struct tlb *tlb = &tlb_of[core];

	if (++tlb->epoch == epoch_limit)
		tlb_clear(tlb);
}

void tlb_flush(unsigned int core)
{
	tlb_forget(core);
	tlb_of[core].lower_since = tlb_of[core].epoch;
}
