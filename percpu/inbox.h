/* inbox.h - messages between instances: rings, pending bits, doorbells
 * SPDX-License-Identifier: MIT
 * Sending (steps S) and receiving (steps R, W, A), the same numbers as in tests/spin:
 *   S1 write the slot, S2 its label (ring.c: a full fence), S3 the receiver watches this core: done. (A call does not ask who was away the last time.)
 *   S4 else old = fetch-or of the pending bit (a full fence), S5 if old was 0 and the receiver is AWAY: doorbell. Old not 0: whoever set it
 *      has seen to that.
 *   R1 bits = exchange pending with 0, R2 empty the rings that the bits name, and those from whom it watches.
 *   W1 watched = whom it looks at by itself; W2 watched = 0, W3 full fence, W4 what has come from them meanwhile gets its pending bit.
 *   A1 attention = AWAY, A2 full fence, A3 pending not 0: LISTENING, and drain again; A4 else leave.
 * A core watches while it has nothing to do, from W1 to W2, which comes before A1: a few that have sent to it of late, or that owe it an answer.
 * A bulletin (inbox_ask_all) takes the same way without a ring: the bit in `posted` is its slot, set before S4 and looked at in R2.
 * Messages go to other cores only: a core does its own work without any. Each core opens its rings, one for each sender and class, before it is online, and nobody
 * sends before all are.
 * Context: the instance's own core, interrupts off.
 * I1 messages of one class from one core arrive in order, none is lost, none waits while its receiver sleeps
 * I2 a leaf may be sent from anywhere but a leaf's handler; it waits only for a full ring, serving leaves meanwhile
 * I3 a call does not wait either: what does not fit its ring goes to the backlog (backlog.h), which has a record for
 *    each that a thread can owe, and which the event loop sends on */
#ifndef PERCPU_INBOX_H
#define PERCPU_INBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "percpu/mailbox.h"
#include "percpu/message.h"

/* Handles a message of one kind. The table is composed in kernel/entry/composition.c. */
typedef void (*message_handler)(const struct message *message);
extern const message_handler message_handlers[MESSAGE_KIND_COUNT];

/* Bytes of rings that a core's zone must keep free behind its mailbox page. */
uint64_t inbox_ring_area(void);

/* Each core, before it is online. */
void inbox_open(void);

static inline struct mailbox *own_mailbox(void)
{
	return (struct mailbox *)MAILBOX_BASE;
}

/* Send to another core, by the message's class and kind; message->from is filled in. */
void inbox_send_leaf(unsigned core, struct message *message);
uint64_t inbox_send_burst(unsigned core, struct message *leaf, uint64_t count); /* copies, as fit, RING_SLOTS at most; one doorbell */
void inbox_send_call(unsigned core, struct message *message);

/* One leaf for several other cores; waits, serving leaves, until each of them has acknowledged it. It lies in this core's mailbox, and they
 * read it there: cheaper than a message each, and no ring can be full. Not in a leaf's handler. */
void inbox_ask_all(const struct core_set *cores, const struct message *message);

/* The handler of such a leaf: done, or as good as. The message must not be looked at afterwards. */
void inbox_acknowledge(unsigned core);

/* Makes core look at this core's log (percpu/log.c): a pending bit without a message. */
void inbox_nudge(unsigned core);

static inline bool inbox_pending(void)
{
	struct mailbox *own = own_mailbox();

	return (__atomic_load_n(&own->pending[MESSAGE_LEAF], __ATOMIC_RELAXED) |
		__atomic_load_n(&own->pending[MESSAGE_CALL], __ATOMIC_RELAXED)) != 0;
}

/* That core is to answer: it is among those whom this one watches when it has nothing to do. */
void inbox_expect(unsigned core);

/* W1, for a core that has nothing to do; and whether something has come since, as such a core looks so many times. Between two looks is a PAUSE and nothing
 * is written, so that who looks disturbs nobody. */
void inbox_watch(void);
bool inbox_look(unsigned times);

/* Handles all that is there. Event loop and kernel entry only. */
void inbox_drain(void);

/* Handles leaves: the body of every waiting loop. */
void inbox_serve_leaves(void);

/* Before a program runs or the core sleeps. False: something has come, drain first. */
__attribute__((warn_unused_result)) bool inbox_leave(void);
void inbox_listen(void);

/* Sends what waits in the backlog (backlog.h); true when some is left. */
bool inbox_flush_backlog(void);

#endif
