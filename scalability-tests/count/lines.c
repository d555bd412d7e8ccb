/* lines.c - the directory: a radix table of pages, one record per line, allocated at the first touch
 * SPDX-License-Identifier: MIT
 * The common access repeats an earlier one by the same core and is answered from relaxed loads without
 * the lock: they can only miss a change that runs at the same time, and then either order is right. */
#include "lines.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	PAGE_LINES = 64, /* one guest page */
	MIDDLE_SHIFT = 12,
	MIDDLE_SIZE = 1 << 12,
	ROOT_SHIFT = MIDDLE_SHIFT + 12,
	ROOT_SIZE = 1 << 16,
};

struct page {
	struct line lines[PAGE_LINES];
};

struct middle {
	_Atomic(struct page *) pages[MIDDLE_SIZE];
};

static _Atomic(struct middle *) root[ROOT_SIZE];

static void *allocate(size_t alignment, size_t size)
{
	void *memory = aligned_alloc(alignment, size);

	if (!memory) {
		fprintf(stderr, "count: out of host memory for the line directory; give the guest less memory or fewer operations\n");
		exit(1);
	}
	return memory;
}

static struct page *page_make(void)
{
	struct page *page = allocate(LINE_SIZE, sizeof(*page));

	for (unsigned int i = 0; i < PAGE_LINES; i++)
		page->lines[i] = (struct line){
			.writer = LINE_UNWRITTEN, .exclusive = LINE_UNWRITTEN, .lock = ATOMIC_FLAG_INIT,
		};
	return page;
}

static struct middle *middle_find(uint64_t index)
{
	struct middle *middle = atomic_load_explicit(&root[index], memory_order_acquire);

	if (middle)
		return middle;

	struct middle *fresh = allocate(LINE_SIZE, sizeof(*fresh));

	for (unsigned int i = 0; i < MIDDLE_SIZE; i++)
		atomic_init(&fresh->pages[i], NULL);
	/* Release publishes the cleared entries; a loser takes the winner's table. */
	if (atomic_compare_exchange_strong(&root[index], &middle, fresh))
		return fresh;
	free(fresh);
	return middle;
}

static struct line *line_find(uint64_t address)
{
	struct middle *middle = middle_find(address >> ROOT_SHIFT);
	_Atomic(struct page *) *slot = &middle->pages[(address >> MIDDLE_SHIFT) % MIDDLE_SIZE];
	struct page *page = atomic_load_explicit(slot, memory_order_acquire);

	if (!page) {
		struct page *fresh = page_make();

		if (atomic_compare_exchange_strong(slot, &page, fresh))
			page = fresh;
		else
			free(fresh);
	}
	return &page->lines[(address >> LINE_SHIFT) % PAGE_LINES];
}

static uint64_t core_bit(unsigned int core)
{
	return UINT64_C(1) << (core % 64);
}

static int line_is_touched(struct line *line, unsigned int core)
{
	uint64_t word = atomic_load_explicit(&line->touched[core / 64], memory_order_relaxed);

	return (word & core_bit(core)) != 0;
}

static void line_lock(struct line *line)
{
	/* Acquire pairs with the release in line_unlock: the record is seen as the last holder left it. */
	while (atomic_flag_test_and_set_explicit(&line->lock, memory_order_acquire))
		sched_yield();
}

static void line_unlock(struct line *line)
{
	atomic_flag_clear_explicit(&line->lock, memory_order_release);
}

static void line_set_writer(struct line *line, unsigned int core)
{
	for (unsigned int i = 0; i < LINE_CORES / 64; i++)
		atomic_store_explicit(&line->touched[i], i == core / 64 ? core_bit(core) : 0, memory_order_relaxed);
	atomic_store_explicit(&line->writer, core, memory_order_relaxed);
	atomic_store_explicit(&line->exclusive, core, memory_order_relaxed);
}

static void line_add_reader(struct line *line, unsigned int core)
{
	uint64_t word = atomic_load_explicit(&line->touched[core / 64], memory_order_relaxed);

	atomic_store_explicit(&line->touched[core / 64], word | core_bit(core), memory_order_relaxed);
	if (atomic_load_explicit(&line->exclusive, memory_order_relaxed) != core)
		atomic_store_explicit(&line->exclusive, LINE_UNWRITTEN, memory_order_relaxed);
}

struct line *lines_touch(uint64_t address, unsigned int core, enum line_access access, uint64_t pc)
{
	struct line *line = line_find(address);
	int moved;

	if (access == LINE_WRITE) {
		atomic_store_explicit(&line->writer_pc, pc, memory_order_relaxed);
		if (atomic_load_explicit(&line->exclusive, memory_order_relaxed) == core)
			return NULL;
	} else if (line_is_touched(line, core)) {
		return NULL;
	}

	line_lock(line);
	moved = atomic_load_explicit(&line->writer, memory_order_relaxed) != LINE_UNWRITTEN &&
		!line_is_touched(line, core);
	if (access == LINE_WRITE)
		line_set_writer(line, core);
	else
		line_add_reader(line, core);
	line_unlock(line);
	return moved ? line : NULL;
}

void line_count_move(struct line *line, uint64_t pc)
{
	atomic_store_explicit(&line->mover_pc, pc, memory_order_relaxed);
	atomic_fetch_add_explicit(&line->moves, 1, memory_order_relaxed);
}

/* Keeps `top` sorted; the new number of reports in it. */
static unsigned int report_insert(struct line_report *top, unsigned int count, unsigned int room,
				  struct line_report report)
{
	unsigned int place = count < room ? count : room;

	while (place > 0 && top[place - 1].moves < report.moves) {
		if (place < room)
			top[place] = top[place - 1];
		place--;
	}
	if (place < room)
		top[place] = report;
	return count < room ? count + 1 : room;
}

static unsigned int page_report(struct page *page, uint64_t address, struct line_report *top,
				unsigned int count, unsigned int room)
{
	for (unsigned int i = 0; i < PAGE_LINES; i++) {
		struct line *line = &page->lines[i];
		uint64_t moves = atomic_load(&line->moves);

		if (moves)
			count = report_insert(top, count, room, (struct line_report){
				.address = address + i * (uint64_t)LINE_SIZE, .moves = moves,
				.mover_pc = atomic_load(&line->mover_pc), .writer_pc = atomic_load(&line->writer_pc),
			});
	}
	return count;
}

unsigned int lines_top(struct line_report *top, unsigned int room)
{
	unsigned int count = 0;

	for (uint64_t i = 0; i < ROOT_SIZE; i++) {
		struct middle *middle = atomic_load(&root[i]);

		for (uint64_t j = 0; middle && j < MIDDLE_SIZE; j++) {
			struct page *page = atomic_load(&middle->pages[j]);

			if (page)
				count = page_report(page, i << ROOT_SHIFT | j << MIDDLE_SHIFT, top, count, room);
		}
	}
	return count;
}
