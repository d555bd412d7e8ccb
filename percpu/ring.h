/* ring.h - bounded single-producer single-consumer ring of messages between two cores
 * SPDX-License-Identifier: MIT
 * A message is one line, and says itself that it is there: its sequence number, written last. So what travels is the message alone, no index. Indices lie with
 * those of other rings: the tails of a core's rings in its own memory, the heads of those that it empties behind each other. Who sends to many, or hears from many,
 * touches few lines for it.
 * Full and empty are reported, never waited for: waiting is the caller's policy (inbox.c).
 * Context: one producer core, one consumer core, any context, never blocks.
 * I1 at most RING_SLOTS messages are inside
 * I2 slot n % RING_SLOTS holds message n when its sequence is n + 1, modulo 2^16; it is written before that is (release)
 * I3 only the consumer writes the head, when it has read the slot (release); the producer looks at it only when all slots seem full
 * I4 only the producer touches the tail
 * Tested by tests/unit/ring_test.c (ThreadSanitizer) */
#ifndef PERCPU_RING_H
#define PERCPU_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "percpu/message.h"

enum {
	RING_SLOTS = 32,
	RING_SIZE = (RING_SLOTS + 1) * sizeof(struct message), /* bytes, a line more than slots: else the same slots of many rings would meet in one set of a cache */
};

/* Where it lies: all zeroed, it is empty. */
struct ring {
	struct message *slot; /* RING_SLOTS, in the consumer's memory, aligned to 64 */
	uint32_t *head;       /* there, too; free-running */
};

/* The producer's own; zeroed as well. */
struct ring_tail {
	uint32_t tail;
	uint32_t freed; /* a head that it has seen */
};

/* How many producers one ring may serve: 1. The locked queue that it is measured against (scalability-tests/ablations) serves
 * all cores, in as much memory as their rings would need. */
unsigned ring_senders(void);

/* Producer only. False: full, nothing has happened. What the producer loads after it, it loads after the message can be seen. */
__attribute__((warn_unused_result)) bool ring_enqueue(struct ring ring, struct ring_tail *own, const struct message *message);

/* Consumer only: the oldest message where it lies, until ring_drop takes it out. NULL: empty. */
__attribute__((warn_unused_result)) const struct message *ring_front(struct ring ring);
void ring_drop(struct ring ring);

/* Consumer only: copies the oldest message and takes it out. False: empty. */
__attribute__((warn_unused_result)) bool ring_dequeue(struct ring ring, struct message *message);

#endif
