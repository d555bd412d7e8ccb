/* tables.c - see tables.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/tables.h"

#include "kernel/arch/paging.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/vspace.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/machine.h"

enum {
	BARRED = 1 << 9, /* of the bits that the processor ignores; without PTE_PRESENT */
	TABLE = PTE_PRESENT | PTE_WRITE | PTE_USER,
};

bool tables_shared;

void tables_open(void)
{
	char value[sizeof("shared")];

	tables_shared = command_line_value(machine.boot.command_line, "tables", value, sizeof(value)) && !strcmp(value, "shared");
}

uint64_t tables_create(void)
{
	return frame_take(FRAME_shared_table);
}

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

bool tables_put(uint64_t *word, uint64_t before, uint64_t mapping)
{
	return !(before & BARRED) && __atomic_compare_exchange_n(word, &before, mapping, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* What a word leads to, made when absent. */
static uint64_t *open_word(uint64_t *word)
{
	uint64_t now = load(word);
	uint64_t frame = now ? 0 : frame_take(FRAME_shared_table);

	if (!now && !frame)
		return NULL;
	if (frame && !tables_put(word, 0, frame | TABLE))
		frame_give(frame); /* another core was faster */
	return direct(load(word) & PTE_ADDRESS);
}

uint64_t *tables_word(struct view *view, uint64_t address)
{
	uint64_t *table = direct(view->space->tables);

	for (unsigned level = 3; table && level > 0; level--) {
		uint64_t *word = &table[paging_index(address, level)];

		table = open_word(word);
		if (level == 3 && table)
			((uint64_t *)direct(view->root))[paging_index(address, level)] = load(word);
	}
	return table ? &table[paging_index(address, 0)] : NULL;
}

static void visit_below(uint64_t table, unsigned level, frame_visitor visit)
{
	const uint64_t *words = direct(table);

	for (unsigned i = 0; level > 0 && (i = paging_next_used(words, i, PTE_COUNT)) < PTE_COUNT; i++)
		visit_below(words[i] & PTE_ADDRESS, level - 1, visit);
	visit(FRAME_shared_table, table);
}

void tables_visit(const struct vspace *space, frame_visitor visit)
{
	if (space->tables)
		visit_below(space->tables, 3, visit);
}

/* The words of the range in each table that there is. */
static void each_word(const struct vspace *space, uint64_t start, uint64_t end, void (*change)(uint64_t *word))
{
	for (uint64_t next; start < end; start = next) {
		uint64_t *table = direct(space->tables);
		unsigned level = 3;

		while (level > 0 && load(&table[paging_index(start, level)])) {
			table = direct(load(&table[paging_index(start, level)]) & PTE_ADDRESS);
			level--;
		}
		next = (start | (paging_size(level ? level : 1) - 1)) + 1;
		for (uint64_t at = start; !level && at < next && at < end; at += PAGE_SIZE)
			change(&table[paging_index(at, 0)]);
	}
}

static void bar(uint64_t *word)
{
	__atomic_store_n(word, BARRED, __ATOMIC_SEQ_CST);
}

static void unbar(uint64_t *word)
{
	uint64_t barred = BARRED;

	(void)__atomic_compare_exchange_n(word, &barred, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void tables_bar(const struct vspace *space, uint64_t start, uint64_t end)
{
	each_word(space, start, end, bar);
}

void tables_unbar(const struct vspace *space, uint64_t start, uint64_t end)
{
	each_word(space, start, end, unbar);
}
