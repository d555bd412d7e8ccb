/* tlb.h - each core's translations: what a page walk costs, and where a page lies
 * SPDX-License-Identifier: MIT
 * Two questions that are answered apart. Is the translation known? The emulator gives it anew after each flush,
 * since the flushed page may be another now. Would a processor walk the tables? Only if its TLB has lost the
 * page: not when another page was flushed by INVLPG (which one is not visible here), nor for pages of the upper half
 * when CR3 is written (they are global). Pages are 4 KiB whatever they are in the tables, so large ones walk more often here.
 * Four ways; a set is one host line. Epochs make a flush one addition.
 * Context: one host thread; never blocks.
 * I1 a page is in at most one place of its set
 * Tested by tests/unit/model_tlb_test.c */
#ifndef MACHINE_TLB_H
#define MACHINE_TLB_H

#include <stdint.h>

#include "machine_file.h"

enum { TLB_WAYS = MACHINE_TLB_WAYS, TLB_PAGE_SHIFT = 12 };

enum tlb_answer {
	TLB_HIT,   /* *physical is the page */
	TLB_STALE, /* get it from the emulator and tlb_insert it; no walk */
	TLB_MISS,  /* the same, and a walk */
};

struct tlb_entry {
	uint64_t key; /* page number in 36 bits, epoch above; 0: empty */
	uint64_t physical;
};

struct tlb {
	struct tlb_entry *entries; /* [sets][TLB_WAYS] */
	uint64_t epoch;            /* as in keys: of translations that are known */
	uint64_t lower_since;      /* entries of the lower half with an older epoch are gone */
	uint32_t sets, next;       /* next: the way to replace */
};

extern struct tlb tlb_of[MACHINE_CORES];

/* 0, or -1 when the host has no memory: says so on stderr. */
int tlb_start(const struct model_machine *machine);

/* `page` is the address without its low 12 bits shifted away: address >> TLB_PAGE_SHIFT. */
enum tlb_answer tlb_lookup(unsigned int core, uint64_t page, uint64_t *physical);
void tlb_insert(unsigned int core, uint64_t page, uint64_t physical);

/* After INVLPG, or whenever a translation may have changed: all must be asked for again, at no cost. */
void tlb_forget(unsigned int core);
/* After a write to CR3. */
void tlb_flush(unsigned int core);

#endif
