/* lines.c - what one cache line costs many cores: line_private, line_written, line_read
 * SPDX-License-Identifier: MIT
 * No kernel runs in these loops: they show the machine, real or modelled, that both systems stand on. Each core asks again
 * as soon as it is served, so a contended line's queue is as long as there are cores; bursts.c has the published
 * measurement. Data that must not share a line are a pair of lines apart, for processors that fetch pairs. */
#include "bench.h"

#include <stdatomic.h>

enum { APART = 128 };

struct apart {
	_Alignas(APART) atomic_ulong word;
};

static struct apart own[BENCH_CORES], shared, finished;

static void word_add(struct work *work, atomic_ulong *word, unsigned long operations)
{
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		atomic_fetch_add_explicit(word, 1, memory_order_relaxed);
	window_close(work, operations);
}

static void line_private_run(struct work *work, unsigned long operations)
{
	word_add(work, &own[work->worker].word, operations);
}

static void line_written_run(struct work *work, unsigned long operations)
{
	word_add(work, &shared.word, operations);
}

/* Worker 0: stores until all others have read once more as often as they were asked to. */
static void word_store(const struct run *run)
{
	static unsigned long awaited;

	awaited += run->workers - 1;
	while (atomic_load_explicit(&finished.word, memory_order_relaxed) < awaited)
		atomic_store_explicit(&shared.word, awaited, memory_order_relaxed);
}

static void line_read_run(struct work *work, unsigned long operations)
{
	if (work->worker == 0) {
		word_store(work->run);
		return;
	}
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		(void)atomic_load_explicit(&shared.word, memory_order_relaxed);
	window_close(work, operations);
	atomic_fetch_add_explicit(&finished.word, 1, memory_order_relaxed);
}

const struct test test_line_private = { .name = "line_private", .run = line_private_run };
const struct test test_line_written = { .name = "line_written", .run = line_written_run };
const struct test test_line_read = { .name = "line_read", .run = line_read_run };
