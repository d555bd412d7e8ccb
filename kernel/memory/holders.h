/* holders.h - which cores hold a page: have it in their tables, or may have
 * SPDX-License-Identifier: MIT
 * A shoot-down goes to a page's holders and to nobody else. The first one's number is in the slot word itself. A second promotes
 * the word: from then on it leads to a record with the frame and a mask, one bit for each core, set by that core alone.
 * How a core becomes a holder of a page that has many (J), while its home takes the page away (H, vspace.h):
 *   J1 read the word   J2 set its own bit in the record, full fence   J3 read the word again: the same   J4 its bit is still set
 *   J5 map the page
 * H1 changes the word before H2 reads the mask. So H2 sees the bit, or J3 sees another word. J4 is for a record that was freed and is
 * used for the same word again: whoever promotes it clears the mask before the word leads to it.
 * I1 who maps a page is one of its holders; bits beyond that are possible, and cost a message
 * I2 records are records until the space dies, so a bit set too late is set in a record
 * I3 a record lies in the shared zone of the core that promotes words with it. Whoever frees it sets its bit in the word `returned` of
 *    the record's frame, and its core takes it from there, when it has no other left
 * Context: any core, interrupts off, never waits. Modelled in tests/spin/holders.pml. */
#ifndef KERNEL_MEMORY_HOLDERS_H
#define KERNEL_MEMORY_HOLDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "abi/status.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/slots.h"
#include "lib/core_set.h"

struct view;
struct vspace;

struct holders {
	uint64_t frame;
	uint64_t core[CORE_SET_WORDS];
	struct holders *next; /* while it is free: its core's */
} __attribute__((aligned(64)));

/* A frame of records; what is said of them all stands in place of the first. */
struct holders_frame {
	union {
		struct {
			uint64_t next;               /* frame of the space; written before it is in the list */
			struct holders_frame *own;   /* the next one of the same core: that core's */
			uint64_t returned;           /* co-managed: bit for each record that was freed */
		};
		struct holders first;
	};
	struct holders record[PAGE_SIZE / sizeof(struct holders) - 1];
};

_Static_assert(sizeof(struct holders_frame) == PAGE_SIZE, "a frame of records is a frame");

static inline struct holders *slot_holders(uint64_t word)
{
	return direct(word & SLOT_RECORD);
}

/* Of a PRESENT or RETIRED word; and when it has changed since, perhaps that of another page, which has the record by now. */
static inline uint64_t slot_frame(uint64_t word)
{
	return word & SLOT_MANY ? __atomic_load_n(&slot_holders(word)->frame, __ATOMIC_RELAXED) : word & SLOT_ADDRESS;
}

/* Of a word that may have changed since: where the page is huge, the beginning of some unit even then. */
static inline uint64_t slot_first_frame(uint64_t word)
{
	return slot_frame(word) & ~(uint64_t)(slot_frames(word) * PAGE_SIZE - 1);
}

/* The word of a page table that maps the page of a PRESENT one. */
static inline uint64_t slot_mapping(uint64_t word)
{
	unsigned rights = slot_rights(word);
	uint64_t mapping = slot_frame(word) | PTE_USER;

	if (rights)
		mapping |= PTE_PRESENT;
	if (rights & VSPACE_WRITE && !(word & SLOT_COPY))
		mapping |= PTE_WRITE;
	if (!(rights & VSPACE_EXECUTE))
		mapping |= PTE_NO_EXECUTE;
	return mapping;
}

/* Whether a PRESENT word says that nobody but this core holds the page. */
static inline bool slot_held_alone(uint64_t word, unsigned core)
{
	return !(word & SLOT_MANY) && (slot_holder(word) == core || slot_holder(word) == SLOT_NOBODY);
}

/* Makes this core a holder of the page whose word was `word`. OK: it may map it now. BUSY: the word has changed, look again.
 * NO_MEMORY. */
must_check status_t holders_join(struct view *view, uint64_t *slot, uint64_t word);

/* Adds the holders that a PRESENT word had when it was changed. */
void holders_add_to(struct core_set *set, uint64_t word);

/* The word is gone, and nobody holds its page any more. */
void holders_free(uint64_t word);

/* Every frame of records; the visitor may free it. */
void holders_visit(const struct vspace *space, frame_visitor visit);

#endif
