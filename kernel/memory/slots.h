/* slots.h - what an address space holds, page by page: a radix tree of co-managed words
 * SPDX-License-Identifier: MIT
 * Four levels of 512 words, shaped like page tables. A word above the leaves may stand for its whole
 * range (folded): an untouched mapping of any size is a few words, and the word of a unit of 2 MiB may be a huge page's (huge.h).
 * One word's states, and who may change them:
 *   EMPTY    -> RESERVED             home (map)
 *   RESERVED -> PRESENT              any core (fault), by compare-and-swap; loser gives its frame back
 *   PRESENT  -> PRESENT              any core (fault): it becomes a holder (holders.h)
 *   RESERVED/EMPTY -> NODE (levels 1 to 3)  any core, by compare-and-swap; the node repeats the word
 *   RESERVED -> EMPTY, rights changed       home
 *   EMPTY, RESERVED -> AWAITED -> RESERVED  home (a mapping that comes in another one's place, or from elsewhere); to all others AWAITED is RESERVED
 *   PRESENT  -> RETIRED              home (unmap, discard): no core installs it any more
 *   PRESENT, RESERVED -> RETIRED     home (move.h), and back, when a frame is lacking
 *   PRESENT  -> EMPTY, RESERVED or AWAITED  home, where nobody else holds the page
 *   RETIRED  -> EMPTY, RESERVED or AWAITED  home, after every holder has acknowledged; the frame is free
 *   PRESENT  -> COPYING              any core (write to a page that other spaces may have, copy.h); that core alone goes on:
 *   COPYING  -> PRESENT              it has the page for itself now, or a copy that no other core holds
 *   RESERVED -> COPYING -> PRESENT or RESERVED  any core, the same way: a page of an object is mapped, or is not what was asked for (backing.h)
 *   PRESENT  -> COPYING -> NODE (level 1)   any core, the same way: a huge page becomes 512 small ones (huge.h)
 * Home is the home of the arena that the address lies in (arena.h). Its compare-and-swap on one word fails at most three times: a page
 * comes, and gets one and then many holders. Nodes live until the space dies.
 * Context: any core, no waiting. Pure: nodes are reached by direct(), frames come from the caller.
 * Tested by tests/unit/slots_test.c, slots_huge_test.c */
#ifndef KERNEL_MEMORY_SLOTS_H
#define KERNEL_MEMORY_SLOTS_H

#include <stdint.h>

#include "abi/status.h"
#include "percpu/frame_table.h"

enum slot_state {
	SLOT_EMPTY,
	SLOT_RESERVED,
	SLOT_PRESENT,
	SLOT_NODE,
	SLOT_RETIRED,
	SLOT_COPYING,
	SLOT_STATE = 7,
};

enum {
	SLOT_RIGHTS_SHIFT = 3, /* enum vspace_right */
	SLOT_RIGHTS = 7 << SLOT_RIGHTS_SHIFT,
	SLOT_HOLDER_SHIFT = 52, /* of PRESENT and RETIRED: the core that holds the page, or SLOT_NOBODY */
	SLOT_HOLDER = 255,
	SLOT_NOBODY = 255,
	SLOT_LEVELS = 4,
};

#define SLOT_ADDRESS UINT64_C(0x0003fffffffff000)

/* Of PRESENT and RETIRED: several cores hold the page, and the word leads to a record of them (holders.h), not to the frame. */
#define SLOT_MANY    (UINT64_C(1) << 60)
#define SLOT_RECORD  UINT64_C(0x0003ffffffffffc0)

/* Of PRESENT: other spaces may have the page, too, so it is copied before it is written. */
#define SLOT_COPY    (UINT64_C(1) << 61)
/* Of RESERVED and PRESENT: the mapping is shared, so that children have the same page, and no copy. */
#define SLOT_SHARED  (UINT64_C(1) << 62)

/* Of PRESENT and RETIRED: an object's page, which is mapped here by token and is not the space's. */
#define SLOT_TOKEN   (UINT64_C(1) << 63)

/* Of RESERVED: the program wants huge pages here, which means something in words above the leaves alone. Of PRESENT, RETIRED and COPYING: the word
 * of a unit is a huge page's. */
#define SLOT_HUGE    (UINT64_C(1) << 51)
/* Of a page that is mapped: what it has in it at first is not zeros but a page of an object (backing.h). */
#define SLOT_BACKED  (UINT64_C(1) << 50)
/* A word that is RESERVED, without rights: what will be mapped there is on its way. Who reaches for it looks again, and finds that. */
#define SLOT_AWAITED (SLOT_RESERVED | SLOT_MANY)
#define SLOT_KIND    (SLOT_COPY | SLOT_SHARED | SLOT_TOKEN | SLOT_HUGE | SLOT_BACKED)

static inline enum slot_state slot_state(uint64_t word)
{
	return (enum slot_state)(word & SLOT_STATE);
}

static inline unsigned slot_rights(uint64_t word)
{
	return (word & SLOT_RIGHTS) >> SLOT_RIGHTS_SHIFT;
}

static inline uint64_t slot_make(enum slot_state state, unsigned rights, uint64_t frame)
{
	return frame | (uint64_t)rights << SLOT_RIGHTS_SHIFT | state;
}

/* Of a word without SLOT_MANY. */
static inline unsigned slot_holder(uint64_t word)
{
	return word >> SLOT_HOLDER_SHIFT & SLOT_HOLDER;
}

static inline uint64_t slot_present(unsigned rights, uint64_t frame, unsigned holder)
{
	return slot_make(SLOT_PRESENT, rights, frame) | (uint64_t)holder << SLOT_HOLDER_SHIFT;
}

/* Whether the page of a PRESENT or RETIRED word may have other owners (frame_table.h). */
static inline int slot_page_shared(uint64_t word)
{
	return (word & (SLOT_COPY | SLOT_SHARED)) != 0;
}

/* How many frames the page of a PRESENT or RETIRED word has. */
static inline unsigned slot_frames(uint64_t word)
{
	return word & SLOT_HUGE ? UNIT_SIZE / PAGE_SIZE : 1;
}

/* A zeroed frame for a node, or 0. */
typedef uint64_t (*slots_allocate)(void);
typedef void (*slots_free)(uint64_t frame);

/* The word of the 2 MiB around an address, the nodes above it made if folded. NULL: nothing is mapped around
 * there (*status NOT_FOUND), or no frame is left (NO_MEMORY). */
uint64_t *slots_unit(uint64_t root, uint64_t address, slots_allocate allocate, slots_free give_back, status_t *status);

/* The 512 leaf words below such a word, made if folded. NULL: as above, or there is a huge page (BUSY). The two in one: of an address. */
uint64_t *slots_below(uint64_t *unit, slots_allocate allocate, slots_free give_back, status_t *status);
uint64_t *slots_leaf(uint64_t root, uint64_t address, slots_allocate allocate, slots_free give_back, status_t *status);

/* The word that stands for an address's page, as it is now; where that lies, which is there as long as the space; and the end of what it stands for. */
const uint64_t *slots_find(uint64_t root, uint64_t address);
uint64_t slots_word(uint64_t root, uint64_t address);
uint64_t slots_word_end(uint64_t root, uint64_t address);

/* Home: makes an address a boundary, so that no folded word reaches across it. NO_MEMORY; BUSY: a huge page does. */
must_check status_t slots_split(uint64_t root, uint64_t address, slots_allocate allocate, slots_free give_back);

/* Fills an empty tree with what `share` makes of each word of another one that is no node: *copy is what belongs in the same place. Shared
 * mappings come page by page. What `share` returns ends it, when it is not OK; NO_MEMORY. No other core changes what is mapped meanwhile. */
typedef status_t (*slots_share)(uint64_t *word, uint64_t *copy, void *context);
must_check status_t slots_copy(uint64_t from, uint64_t to, slots_allocate allocate, slots_free give_back, slots_share share,
			       void *context);

/* Home: every word that lies in [start, end), both of them boundaries, becomes change(word); `changed` sees the
 * word before. Words that change() returns as they are stay untouched. */
struct slots_change {
	uint64_t (*change)(uint64_t word, const struct slots_change *how);
	void (*changed)(uint64_t before, const struct slots_change *how);
	void (*wait)(void); /* a little, for a core that copies a page */
	unsigned rights;
	void *context; /* of the two functions */
};
void slots_apply(uint64_t root, uint64_t start, uint64_t end, const struct slots_change *how);

/* Is there anything in [start, end)? Is there a page in it that is empty? */
int slots_occupied(uint64_t root, uint64_t start, uint64_t end);
int slots_missing(uint64_t root, uint64_t start, uint64_t end);

/* The highest `size` bytes that are empty in [low, high); 0 when there are none. Whole pages. */
uint64_t slots_hole(uint64_t root, uint64_t low, uint64_t high, uint64_t size);

/* Every present frame of the space's own and every node; each node behind all that it leads to, so that the visitor may free what it sees. */
void slots_visit(uint64_t root, frame_visitor visit);

#endif
