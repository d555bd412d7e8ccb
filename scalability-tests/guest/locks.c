/* locks.c - one lock for all cores: lock_ticket, lock_mcs
 * SPDX-License-Identifier: MIT
 * Concurrency Kit's locks: on a ticket lock all who wait read one word, so that each release costs more the more they
 * are; in MCS's queue each waits on a line of its own. This mirrors the lock measurement in Boyd-Wickizer et al.,
 * "Non-scalable locks are dangerous" (Linux Symposium, 2012). Both loops do the same but for the lock. */
#include "bench.h"
#include "disorder.h"

#include <ck_spinlock.h>

enum { APART = 128, STEPS_OUTSIDE = 30 /* so few that four workers always queue */ };

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

static void lock_ticket_run(struct work *work, unsigned long operations)
{
	struct disorder disorder = disorder_begin(work);

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		ck_spinlock_ticket_lock(&ticket.lock);
		guarded.word++;
		ck_spinlock_ticket_unlock(&ticket.lock);
		disorder_work(&disorder, STEPS_OUTSIDE);
	}
	window_close(work, operations);
}

static void lock_mcs_run(struct work *work, unsigned long operations)
{
	ck_spinlock_mcs_context_t *place = &places[work->worker].place;
	struct disorder disorder = disorder_begin(work);

	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		ck_spinlock_mcs_lock(&mcs.lock, place);
		guarded.word++;
		ck_spinlock_mcs_unlock(&mcs.lock, place);
		disorder_work(&disorder, STEPS_OUTSIDE);
	}
	window_close(work, operations);
}

const struct test test_lock_ticket = { .name = "lock_ticket", .run = lock_ticket_run };
const struct test test_lock_mcs = { .name = "lock_mcs", .run = lock_mcs_run };
