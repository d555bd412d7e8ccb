/* bursts.c - what one access costs when all make it at the same moment: burst_written, burst_read
 * SPDX-License-Identifier: MIT
 * The measurement of conflicting accesses in A. T. Clements, "The Scalable Commutativity Rule" (MIT, 2014), section 2, step by
 * step, so that a machine can be held against its published figures: each core waits for the time-stamp counter to pass a
 * multiple of a period, makes one access, and waits again. Core 0's period begins half of one later: it takes
 * the line home, and then the others want it all at once. Unlike in lines.c's loops no core ever has a second access under
 * way, so the mean is about half of what a loop shows. Each access is a window of its own; the waiting is outside.
 * Context: threads on cores whose time-stamp counters agree. */
#include "bench.h"

#include <stdatomic.h>
#include <x86intrin.h>

enum {
	APART = 128,
	PERIOD_BASE = 20000,  /* ticks: room for every access of a burst, on machines with slow links, too */
	PERIOD_WORKER = 2000,
	SPIN_TICKS = 32,      /* one round of spin, about */
	SPIN_SHARE = 4,       /* of what is left to wait: a counter slower than the core must not make us late */
	LATE_ROUNDS = 32,     /* of two instructions, fewer than these: how late a loop comes to look at the counter */
};

struct apart {
	_Alignas(APART) atomic_ulong word;
};

static struct apart shared, finished;

/* One worker's bursts of one repetition. */
struct bursts {
	struct work *work;
	uint64_t period, phase;
	uint64_t random;                 /* never 0 */
	uint64_t waited, ticks;          /* counter: at the end of the last wait; in accesses, altogether */
	uint64_t began, nanoseconds;     /* counter and clock when the repetition began */
};

static struct bursts bursts_begin(struct work *work)
{
	uint64_t period = PERIOD_BASE + (uint64_t)PERIOD_WORKER * work->run->workers;

	return (struct bursts){
		.work = work, .period = period, .phase = work->worker ? 0 : period / 2,
		.random = work->worker + 1, .began = __rdtsc(), .nanoseconds = clock_now(),
	};
}

static void bursts_end(const struct bursts *bursts, unsigned long operations)
{
	struct work *work = bursts->work;

	if (!work->measuring)
		return;
	work->done += operations;
	work->nanoseconds += (clock_now() - bursts->nanoseconds) * bursts->ticks / (__rdtsc() - bursts->began);
}

/* Marsaglia's xorshift. Cores come to a burst in another order each time, as they do where nothing is modelled. */
static uint64_t burst_random(struct bursts *bursts)
{
	bursts->random ^= bursts->random << 13;
	bursts->random ^= bursts->random >> 7;
	return bursts->random ^= bursts->random << 17;
}

/* Until the next period begins. Reading the counter takes long where it is modelled: while there is long to
 * wait, it is read seldom. */
static void burst_wait(struct bursts *bursts)
{
	uint64_t now = __rdtsc();
	uint64_t begin = ((now - bursts->phase) / bursts->period + 1) * bursts->period + bursts->phase;

	while ((now = __rdtsc()) < begin)
		for (uint64_t rounds = (begin - now) / SPIN_TICKS / SPIN_SHARE; rounds; rounds--)
			__asm__ volatile(".rept 30; nop; .endr");
	for (uint64_t rounds = burst_random(bursts) % LATE_ROUNDS; rounds; rounds--)
		__asm__ volatile("");
	bursts->waited = now;
	if (bursts->work->measuring)
		marker(MARKER_BEGIN);
}

static void burst_over(struct bursts *bursts)
{
	if (bursts->work->measuring)
		marker(MARKER_END);
	bursts->ticks += __rdtsc() - bursts->waited;
}

static void burst_written_run(struct work *work, unsigned long operations)
{
	struct bursts bursts = bursts_begin(work);

	for (unsigned long i = 0; i < operations; i++) {
		burst_wait(&bursts);
		atomic_fetch_add_explicit(&shared.word, 1, memory_order_relaxed);
		burst_over(&bursts);
	}
	bursts_end(&bursts, operations);
}

/* Worker 0, which is not measured: writes before each burst until all others have had theirs. */
static void bursts_feed(struct work *work)
{
	static unsigned long awaited;
	struct bursts bursts = bursts_begin(&(struct work){ .run = work->run });

	awaited += work->run->workers - 1;
	while (atomic_load_explicit(&finished.word, memory_order_relaxed) < awaited) {
		burst_wait(&bursts);
		atomic_fetch_add_explicit(&shared.word, 1, memory_order_relaxed);
	}
}

static void burst_read_run(struct work *work, unsigned long operations)
{
	struct bursts bursts = bursts_begin(work);

	if (work->worker == 0) {
		bursts_feed(work);
		return;
	}
	for (unsigned long i = 0; i < operations; i++) {
		burst_wait(&bursts);
		(void)atomic_load_explicit(&shared.word, memory_order_relaxed);
		burst_over(&bursts);
	}
	bursts_end(&bursts, operations);
	atomic_fetch_add_explicit(&finished.word, 1, memory_order_relaxed);
}

const struct test test_burst_written = { .name = "burst_written", .run = burst_written_run };
const struct test test_burst_read = { .name = "burst_read", .run = burst_read_run };
