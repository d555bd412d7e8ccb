/* view.c - see view.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/view.h"

#include <stdbool.h>

#include "kernel/arch/cpu.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/pool.h"
#include "kernel/memory/tables.h"
#include "kernel/memory/vspace.h"
#include "lib/string.h"
#include "percpu/instance.h"

enum {
	FLUSH_SINGLE_MAX = 32, /* pages; beyond, dropping the whole TLB is cheaper */
};

static struct pool pool = POOL(sizeof(struct view));
static struct view *views;
struct view *view_loaded;

struct view *view_find(const struct vspace *space)
{
	for (struct view *view = views; view; view = view->next)
		if (view->space == space)
			return view;
	return NULL;
}

struct view *view_get(struct vspace *space)
{
	struct view *view = view_find(space);
	uint64_t *root, *kernel = direct(birth.root);

	if (view)
		return view;
	view = pool_take(&pool);
	if (!view)
		return NULL;
	*view = (struct view){ .next = views, .space = space, .root = frame_take(FRAME_page_table), .search_high = arena_of(this_core()).end };
	if (!view->root) {
		pool_give(&pool, view);
		return NULL;
	}
	root = direct(view->root);
	memcpy(root + PTE_COUNT / 2, kernel + PTE_COUNT / 2, PAGE_SIZE / 2);
	views = view;
	vspace_join(space, this_core());
	return view;
}

void views_link(unsigned index, uint64_t word)
{
	uint64_t *common = (uint64_t *)direct(birth.root) + index;

	if (*common == word)
		return;
	*common = word;
	for (struct view *view = views; view; view = view->next)
		((uint64_t *)direct(view->root))[index] = word;
}

/* Tables below come before the one that leads to them. */
static void each_table(uint64_t table, unsigned level, unsigned count, frame_visitor visit)
{
	uint64_t *words = direct(table);

	for (unsigned i = 0; level > 0 && (i = paging_next_used(words, i, count)) < count; i++)
		if (!(words[i] & PTE_LARGE))
			each_table(words[i] & PTE_ADDRESS, level - 1, PTE_COUNT, visit);
	visit(FRAME_page_table, table);
}

static void give_table(enum frame_type type, uint64_t table)
{
	(void)type;
	frame_give(table);
}

/* Those of its own: what lies below the root is the space's where tables are shared, and the store's from the arenas up. */
static void each_own_table(const struct view *view, frame_visitor visit)
{
	if (tables_shared)
		visit(FRAME_page_table, view->root);
	else
		each_table(view->root, 3, view->store ? paging_index(ARENA_BASE, 3) : PTE_COUNT / 2, visit);
}

void views_visit(frame_visitor visit)
{
	for (struct view *view = views; view; view = view->next)
		each_own_table(view, visit);
}

void view_destroy(struct view *view)
{
	struct view **link = &views;

	if (view_loaded == view)
		view_activate(NULL);
	while (*link != view)
		link = &(*link)->next;
	*link = view->next;
	each_own_table(view, give_table);
	pool_give(&pool, view);
}

struct view *view_nobodys(void)
{
	static struct view nobodys;

	nobodys.root = birth.root;
	return &nobodys;
}

void view_activate(struct view *view)
{
	if (view == view_loaded || (view && !view->space))
		return;
	view_loaded = view;
	cpu_write_cr3(view ? view->root : birth.root);
}

static uint64_t *table_below(uint64_t *word)
{
	if (!(*word & PTE_PRESENT)) {
		uint64_t frame = frame_take(FRAME_page_table);

		if (!frame)
			return NULL;
		*word = frame | PTE_PRESENT | PTE_WRITE | PTE_USER;
	}
	return direct(*word & PTE_ADDRESS);
}

uint64_t *view_table(struct view *view, uint64_t address, unsigned level)
{
	uint64_t *table = direct(view->root);

	for (unsigned above = 3; table && above > level; above--)
		table = table_below(&table[paging_index(address, above)]);
	return table;
}

uint64_t view_writable(const struct view *view, uint64_t address)
{
	uint64_t word = view->root | PTE_PRESENT | PTE_WRITE, size = 0;

	for (int level = 3; level >= 0 && word & PTE_PRESENT && !(word & PTE_LARGE); level--) {
		const uint64_t *words = direct(word & PTE_ADDRESS);

		word = __atomic_load_n(&words[paging_index(address, (unsigned)level)], __ATOMIC_ACQUIRE); /* other cores write it where tables are shared */
		size = paging_size((unsigned)level);
	}
	return word & PTE_PRESENT && word & PTE_WRITE ? (word & PTE_ADDRESS) + address % size : 0;
}

/* Whether the processor may have a view's translations. */
static bool is_loaded(const struct view *view)
{
	return view->inner || (view_loaded && (view_loaded == view || view_loaded->store == view));
}

static void flush_all(void)
{
	cpu_write_cr3(view_loaded ? view_loaded->root : birth.root);
}

/* Words that map something, and whose bits are being taken away. */
struct taking {
	const struct view *view;
	uint64_t bits;
	unsigned cleared;
};

static inline void take_from(struct taking *taking, uint64_t *word, uint64_t address)
{
	if (!(*word & taking->bits))
		return;
	*word &= ~taking->bits;
	if (is_loaded(taking->view) && ++taking->cleared <= FLUSH_SINGLE_MAX)
		cpu_invalidate_page(address | taking->view->inner);
}

/* The next address at or above which something may be mapped, and its page table; NULL: there is none, but a huge page perhaps, which is dealt
 * with. */
static uint64_t *next_table(struct taking *taking, uint64_t address, uint64_t *next)
{
	uint64_t *table = direct(taking->view->root);

	*next = (address | (UNIT_SIZE - 1)) + 1;
	for (unsigned level = 3; level > 0; level--) {
		unsigned index = paging_index(address, level);

		if (!(table[index] & PTE_PRESENT)) {
			uint64_t size = paging_size(level);

			*next = (address & ~(size * PTE_COUNT - 1)) + size * paging_next_used(table, index, PTE_COUNT);
			return NULL;
		}
		if (table[index] & PTE_LARGE) {
			take_from(taking, &table[index], address);
			return NULL;
		}
		table = direct(table[index] & PTE_ADDRESS);
	}
	return table;
}

/* Clears these bits of all words that map something in [start, end), which contains none of a huge page or all. */
static void take_bits(struct view *view, uint64_t start, uint64_t end, uint64_t bits)
{
	struct taking taking = { .view = view, .bits = bits };

	for (uint64_t next; start < end; start = next) {
		uint64_t *table = next_table(&taking, start, &next);
		uint64_t base = start & ~(uint64_t)(UNIT_SIZE - 1);
		unsigned stop = next < end ? PTE_COUNT : (unsigned)((end - base) / PAGE_SIZE);

		for (unsigned i = paging_index(start, 0); table && (i = paging_next_used(table, i, stop)) < stop; i++)
			take_from(&taking, &table[i], base + i * PAGE_SIZE);
	}
	if (taking.cleared > FLUSH_SINGLE_MAX)
		flush_all();
}

void view_forget(struct view *view, uint64_t start, uint64_t end)
{
	take_bits(view, start, end, ~UINT64_C(0));
}

void view_flush(const struct view *view, uint64_t start, uint64_t end)
{
	if (!is_loaded(view))
		return;
	if (end - start > FLUSH_SINGLE_MAX * PAGE_SIZE)
		flush_all();
	else
		for (; start < end; start += PAGE_SIZE)
			cpu_invalidate_page(start);
}

void view_protect(struct view *view, uint64_t start, uint64_t end)
{
	take_bits(view, start, end, PTE_WRITE);
}
