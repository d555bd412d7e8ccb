/* locked_ring.c - ablation: one queue a receiver, behind a lock, where Tessera has a ring a pair
 * SPDX-License-Identifier: MIT
 * Takes the place of percpu/ring.c in build/tessera-locked.elf, a kernel for measuring alone: same interface, same
 * callers, but all senders of a class meet in one place, which holds as much as all of their rings. Its curve stands beside the
 * rings'. The lock is a fair one: behind a lock that the nearest core takes first, a far receiver may wait for ever.
 * Context: any core with interrupts off; waits for the lock. */
#include "percpu/ring.h"

#include <ck_spinlock.h>

#include "percpu/machine.h"

struct ring {
	ck_spinlock_ticket_t lock;
	uint64_t head, tail; /* free-running */
	_Alignas(64) struct message slot[];
};

unsigned ring_senders(void)
{
	return machine_cores();
}

static struct message *slot(struct ring *ring, uint64_t index)
{
	return &ring->slot[index % (machine_cores() * RING_SLOTS)];
}

void ring_open(struct ring *ring)
{
	ck_spinlock_ticket_init(&ring->lock);
}

bool ring_enqueue(struct ring *ring, const struct message *message)
{
	bool room;

	ck_spinlock_ticket_lock(&ring->lock);
	room = ring->tail - ring->head < machine_cores() * RING_SLOTS;
	if (room)
		*slot(ring, ring->tail++) = *message;
	ck_spinlock_ticket_unlock(&ring->lock);
	return room;
}

const struct message *ring_front(struct ring *ring)
{
	bool empty;

	ck_spinlock_ticket_lock(&ring->lock);
	empty = ring->tail == ring->head;
	ck_spinlock_ticket_unlock(&ring->lock);
	return empty ? NULL : slot(ring, ring->head);
}

void ring_drop(struct ring *ring)
{
	ck_spinlock_ticket_lock(&ring->lock);
	ring->head++;
	ck_spinlock_ticket_unlock(&ring->lock);
}

bool ring_dequeue(struct ring *ring, struct message *message)
{
	bool taken;

	ck_spinlock_ticket_lock(&ring->lock);
	taken = ring->tail != ring->head;
	if (taken)
		*message = *slot(ring, ring->head++);
	ck_spinlock_ticket_unlock(&ring->lock);
	return taken;
}
