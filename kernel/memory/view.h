/* view.h - one core's page tables for one address space
 * SPDX-License-Identifier: MIT
 * Every core that runs threads of a space has tables of its own for it, filled on fault: a page that one core
 * uses costs the others nothing. A view is its core's alone.
 * I1 a mapping in a view is a present slot of the space; home takes it back by `invalidate` before it
 *    frees the frame
 * I2 the core is in space->cores before its view maps anything, and is a holder of each page that it maps */
#ifndef KERNEL_MEMORY_VIEW_H
#define KERNEL_MEMORY_VIEW_H

#include <stdint.h>

#include "abi/status.h"
#include "percpu/frame_table.h"

struct holders;
struct holders_frame;
struct vspace;

struct view {
	struct view *next;
	struct vspace *space;
	uint64_t root;       /* physical */
	struct view *store;  /* whose words the root has from the arenas up; NULL: its own (store.h) */
	uint64_t inner;      /* bits of addresses with which the kernel's half has its pages, instead of ring 3's; 0: it has not (window.h) */
	/* the 2 MiB in which the last fault was: its slots and its page table (both live as long as the view) */
	uint64_t recent;     /* address / 2 MiB */
	uint64_t *recent_slots, *recent_table;
	struct holders *spare;   /* free records, and the frames they are of (holders.h) */
	struct holders_frame *records;
	uint64_t allowance;      /* pages that faults may still fill (allowance.h) */
	uint64_t search_high;    /* where the search for a hole in this core's arena begins */
	uint64_t search_rest;    /* bytes to map before it begins at the top again */
};

/* This core's view of a space: the one that is there; or a new one, NULL when there is no frame for it. */
struct view *view_find(const struct vspace *space);
struct view *view_get(struct vspace *space);
void view_destroy(struct view *view);

/* The word of that index in the roots of all of this core's views, those that are made later, too: of the kernel's half. */
void views_link(unsigned index, uint64_t word);

/* Every page table of this core's views. */
void views_visit(frame_visitor visit);

/* Of threads without a program: the tables have the kernel's half alone, and there is no space. */
struct view *view_nobodys(void);

/* Loads the tables; NULL: those without a program. Nobody's are not loaded: any other ones do. */
void view_activate(struct view *view);
extern struct view *view_loaded; /* the gate changes it, too (ipc/gate_fast.S) */

static inline struct view *view_active(void)
{
	return view_loaded;
}

/* The table (512 words) of a level around an address, made when absent; NULL: no frame left. Level 0: words of pages; 1: of units, each of
 * which leads to such a table or maps a huge page, with PTE_LARGE. */
uint64_t *view_table(struct view *view, uint64_t address, unsigned level);

/* What the view maps an address to; 0: nothing that programs may write. */
uint64_t view_writable(const struct view *view, uint64_t address);

/* Takes back mappings of [start, end), or their right to write, here and in the TLB. */
void view_forget(struct view *view, uint64_t start, uint64_t end);
void view_protect(struct view *view, uint64_t start, uint64_t end);

/* The TLB alone forgets them: the words are shared, and barred (tables.h). */
void view_flush(const struct view *view, uint64_t start, uint64_t end);

#endif
