/* ring.c - see ring.h
 * SPDX-License-Identifier: MIT */
#include "percpu/ring.h"

_Static_assert(RING_SLOTS < 1 << 15, "a slot's old sequence and its next one differ"); /* in zeroed memory none is that of its first message */

unsigned ring_senders(void)
{
	return 1;
}

static bool is_full(struct ring ring, struct ring_tail *own)
{
	if (own->tail - own->freed < RING_SLOTS)
		return false;
	own->freed = __atomic_load_n(ring.head, __ATOMIC_ACQUIRE); /* what the consumer has read may be written over */
	return own->tail - own->freed == RING_SLOTS;
}

bool ring_enqueue(struct ring ring, struct ring_tail *own, const struct message *message)
{
	struct message *slot = &ring.slot[own->tail % RING_SLOTS];
	struct message labelled = { .label = message->label };

	if (is_full(ring, own))
		return false;
	labelled.sequence = (uint16_t)(own->tail + 1);
	slot->content = message->content;
	__atomic_store_n(&slot->label, labelled.label, __ATOMIC_SEQ_CST); /* publishes the slot; a full fence */
	own->tail++;
	return true;
}

const struct message *ring_front(struct ring ring)
{
	uint32_t head = *ring.head;
	const struct message *slot = &ring.slot[head % RING_SLOTS];

	/* Acquire, for what lies in the slot; behind a full fence of its own, who looks sees what was enqueued before. */
	struct message labelled = { .label = __atomic_load_n(&slot->label, __ATOMIC_ACQUIRE) };

	return labelled.sequence == (uint16_t)(head + 1) ? slot : NULL;
}

void ring_drop(struct ring ring)
{
	__atomic_store_n(ring.head, *ring.head + 1, __ATOMIC_RELEASE);
}

bool ring_dequeue(struct ring ring, struct message *message)
{
	const struct message *front = ring_front(ring);

	if (!front)
		return false;
	*message = *front;
	ring_drop(ring);
	return true;
}
