/* locked_ring.c - ablation: one queue a receiver, behind a lock, where Tessera has a ring a pair
 * SPDX-License-Identifier: MIT
 * Takes the place of percpu/ring.c in build/tessera-locked.elf, a kernel for measuring alone: same interface, same
 * callers, but all senders of a class meet in one place, which holds as much as all of their rings. Its curve stands beside the
 * rings'. The lock is a fair one: behind a lock that the nearest core takes first, a far receiver may wait for ever.
 * Context: any core with interrupts off; waits for the lock. */
#include "percpu/ring.h"

#include <ck_spinlock.h>

#include "percpu/machine.h"

struct queue {
	ck_spinlock_ticket_t lock; /* zeroed: nobody's */
	uint64_t head, tail;       /* free-running */
	_Alignas(64) struct message slot[];
};

unsigned ring_senders(void)
{
	return machine_cores();
}

/* It lies where rings' slots would be; a ring's size leaves a line for this. */
static struct queue *queue_of(struct ring ring)
{
	return (struct queue *)ring.slot;
}

static uint64_t room(void)
{
	return machine_cores() * RING_SLOTS;
}

static struct message *slot(struct queue *queue, uint64_t index)
{
	return &queue->slot[index % room()];
}

bool ring_enqueue(struct ring ring, struct ring_tail *own, const struct message *message)
{
	struct queue *queue = queue_of(ring);
	bool has_room;

	(void)own;
	ck_spinlock_ticket_lock(&queue->lock);
	has_room = queue->tail - queue->head < room();
	if (has_room)
		*slot(queue, queue->tail++) = *message;
	ck_spinlock_ticket_unlock(&queue->lock);
	return has_room;
}

const struct message *ring_front(struct ring ring)
{
	struct queue *queue = queue_of(ring);
	bool empty;

	ck_spinlock_ticket_lock(&queue->lock);
	empty = queue->tail == queue->head;
	ck_spinlock_ticket_unlock(&queue->lock);
	return empty ? NULL : slot(queue, queue->head);
}

void ring_drop(struct ring ring)
{
	struct queue *queue = queue_of(ring);

	ck_spinlock_ticket_lock(&queue->lock);
	queue->head++;
	ck_spinlock_ticket_unlock(&queue->lock);
}

bool ring_dequeue(struct ring ring, struct message *message)
{
	struct queue *queue = queue_of(ring);
	bool taken;

	ck_spinlock_ticket_lock(&queue->lock);
	taken = queue->tail != queue->head;
	if (taken)
		*message = *slot(queue, queue->head++);
	ck_spinlock_ticket_unlock(&queue->lock);
	return taken;
}
