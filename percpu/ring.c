/* ring.c - see ring.h
 * SPDX-License-Identifier: MIT */
#include "percpu/ring.h"

struct ring {
	/* the producer's line */
	uint32_t tail;  /* free-running, as the head */
	uint32_t freed; /* a head that it has seen */

	/* the consumer's line */
	uint32_t head __attribute__((aligned(64)));

	struct message slot[RING_SLOTS] __attribute__((aligned(64)));
};

_Static_assert(sizeof(struct ring) == RING_SIZE, "ring.h tells everybody how large a ring is");
_Static_assert(RING_SLOTS < 1 << 15, "a slot's old sequence and its next one differ");

unsigned ring_senders(void)
{
	return 1;
}

/* In zeroed memory no slot has the sequence of its first message. */
void ring_open(struct ring *ring)
{
	ring->tail = ring->freed = ring->head = 0;
}

static bool is_full(struct ring *ring)
{
	if (ring->tail - ring->freed < RING_SLOTS)
		return false;
	ring->freed = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE); /* what the consumer has read may be written over */
	return ring->tail - ring->freed == RING_SLOTS;
}

bool ring_enqueue(struct ring *ring, const struct message *message)
{
	struct message *slot = &ring->slot[ring->tail % RING_SLOTS];
	struct message labelled = { .label = message->label };

	if (is_full(ring))
		return false;
	labelled.sequence = (uint16_t)(ring->tail + 1);
	slot->content = message->content;
	__atomic_store_n(&slot->label, labelled.label, __ATOMIC_SEQ_CST); /* publishes the slot; a full fence */
	ring->tail++;
	return true;
}

const struct message *ring_front(struct ring *ring)
{
	const struct message *slot = &ring->slot[ring->head % RING_SLOTS];

	/* Acquire, for what lies in the slot; behind a full fence of its own, who looks sees what was enqueued before. */
	struct message labelled = { .label = __atomic_load_n(&slot->label, __ATOMIC_ACQUIRE) };

	return labelled.sequence == (uint16_t)(ring->head + 1) ? slot : NULL;
}

void ring_drop(struct ring *ring)
{
	__atomic_store_n(&ring->head, ring->head + 1, __ATOMIC_RELEASE);
}

bool ring_dequeue(struct ring *ring, struct message *message)
{
	const struct message *front = ring_front(ring);

	if (!front)
		return false;
	*message = *front;
	ring_drop(ring);
	return true;
}
