/* locks.c - one lock for all cores: lock_ticket, lock_mcs
 * SPDX-License-Identifier: MIT
 * Concurrency Kit's locks: on a ticket lock all who wait read one word, so that each release costs more the more they
 * are; in MCS's queue each waits on a line of its own. This mirrors the lock measurement in Boyd-Wickizer et al.,
 * "Non-scalable locks are dangerous" (Linux Symposium, 2012). Both loops do the same but for the lock. */
#include "bench.h"

#include <ck_spinlock.h>

enum { APART = 128, STEPS_OUTSIDE = 100 };

static struct {
	_Alignas(APART) ck_spinlock_ticket_t lock;
} ticket = { CK_SPINLOCK_TICKET_INITIALIZER };

static struct {
	_Alignas(APART) ck_spinlock_mcs_t lock;
} mcs = { CK_SPINLOCK_MCS_INITIALIZER };

static struct {
	_Alignas(APART) volatile unsigned long word; /* under whichever lock is tested */
} guarded;

static struct {
	_Alignas(APART) ck_spinlock_mcs_context_t place;
} places[BENCH_CORES];

/* What a thread does for itself between two turns: registers alone, as many instructions on any system. */
static void work_outside(void)
{
	for (unsigned int i = 0; i < STEPS_OUTSIDE; i++)
		__asm__ volatile("" : "+r"(i));
}

static void lock_ticket_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		ck_spinlock_ticket_lock(&ticket.lock);
		guarded.word++;
		ck_spinlock_ticket_unlock(&ticket.lock);
		work_outside();
	}
	window_close(work, operations);
}

static void lock_mcs_run(struct work *work, unsigned long operations)
{
	ck_spinlock_mcs_context_t *place = &places[work->worker].place;

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		ck_spinlock_mcs_lock(&mcs.lock, place);
		guarded.word++;
		ck_spinlock_mcs_unlock(&mcs.lock, place);
		work_outside();
	}
	window_close(work, operations);
}

const struct test test_lock_ticket = { .name = "lock_ticket", .run = lock_ticket_run };
const struct test test_lock_mcs = { .name = "lock_mcs", .run = lock_mcs_run };
