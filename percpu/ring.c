/* ring.c - see ring.h; the only file that includes Concurrency Kit
 * SPDX-License-Identifier: MIT
 * Concurrency Kit keeps the indices and their fences; the slots are copied here, between reserving and
 * releasing, so that lib/annotate.h can tell ThreadSanitizer (which cannot see into inline
 * assembly) exactly where a slot changes hands. */
#include "percpu/ring.h"

#include <ck_ring.h>

#include "lib/annotate.h"

struct ring {
	struct ck_ring control;
	struct message slot[RING_SLOTS] __attribute__((aligned(64)));
};

/* Elements of no size: the library moves its indices and copies nothing. */
struct index_only {};
CK_RING_PROTOTYPE(index, index_only)

_Static_assert(sizeof(struct ring) == RING_SIZE, "ring.h tells everybody how large a ring is");

unsigned ring_senders(void)
{
	return 1;
}

void ring_open(struct ring *ring)
{
	ck_ring_init(&ring->control, RING_SLOTS);
}

bool ring_enqueue(struct ring *ring, const struct message *message)
{
	struct index_only any;

	if (!ck_ring_enqueue_reserve_spsc_index(&ring->control, &any))
		return false;
	annotate_acquire(&ring->control.c_head);
	ring->slot[ring->control.p_tail % RING_SLOTS] = *message;
	annotate_release(&ring->control.p_tail);
	ck_ring_enqueue_commit_spsc(&ring->control);
	return true;
}

const struct message *ring_front(struct ring *ring)
{
	if (ck_ring_size(&ring->control) == 0)
		return NULL;
	annotate_acquire(&ring->control.p_tail);
	return &ring->slot[ring->control.c_head % RING_SLOTS];
}

void ring_drop(struct ring *ring)
{
	struct index_only none;

	annotate_release(&ring->control.c_head);
	(void)ck_ring_dequeue_spsc_index(&ring->control, &none, &none);
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
