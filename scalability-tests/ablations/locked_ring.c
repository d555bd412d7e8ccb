/* locked_ring.c - ablation: one queue a receiver, behind a lock, where Tessera has a ring a pair
 * SPDX-License-Identifier: MIT
 * Takes the place of percpu/ring.c in build/tessera-locked.elf, a kernel for measuring alone: same interface, same
 * callers, but all senders of a class meet in one place. Its curve stands beside the rings'.
 * Context: any core with interrupts off; waits for the lock. */
#include "percpu/ring.h"

#include <ck_spinlock.h>

struct ring {
	ck_spinlock_fas_t lock;
	uint32_t head, tail; /* free-running */
	uint8_t spare[192 - 12];
	struct message slot[RING_SLOTS];
};

_Static_assert(sizeof(struct ring) == RING_SIZE, "as large as what it stands for");

bool ring_takes_many(void)
{
	return true;
}

void ring_open(struct ring *ring)
{
	ck_spinlock_fas_init(&ring->lock);
}

bool ring_enqueue(struct ring *ring, const struct message *message)
{
	bool room;

	ck_spinlock_fas_lock(&ring->lock);
	room = ring->tail - ring->head < RING_SLOTS;
	if (room)
		ring->slot[ring->tail++ % RING_SLOTS] = *message;
	ck_spinlock_fas_unlock(&ring->lock);
	return room;
}

const struct message *ring_front(struct ring *ring)
{
	bool empty;

	ck_spinlock_fas_lock(&ring->lock);
	empty = ring->tail == ring->head;
	ck_spinlock_fas_unlock(&ring->lock);
	return empty ? NULL : &ring->slot[ring->head % RING_SLOTS];
}

void ring_drop(struct ring *ring)
{
	ck_spinlock_fas_lock(&ring->lock);
	ring->head++;
	ck_spinlock_fas_unlock(&ring->lock);
}

bool ring_dequeue(struct ring *ring, struct message *message)
{
	bool taken;

	ck_spinlock_fas_lock(&ring->lock);
	taken = ring->tail != ring->head;
	if (taken)
		*message = ring->slot[ring->head++ % RING_SLOTS];
	ck_spinlock_fas_unlock(&ring->lock);
	return taken;
}
