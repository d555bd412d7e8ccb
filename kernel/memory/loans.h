/* loans.h - frames for programs' pages, borrowed from other cores when this one's run out
 * SPDX-License-Identifier: MIT
 * A borrowed frame keeps its home. The lender types it as a user's, zeroed, and counts it as used, when it lends it; it goes home the way
 * of all frames, when its page is given up. So nothing is mapped anew, and the one rule stays: the borrower's kernel reads a borrowed frame,
 * and never writes it. Only programs' pages are borrowed: page tables, threads and nodes are written by the kernel.
 *   B1 the borrower's hand is low (or empty, and a thread waits): `borrow` to the core that the memory service names. One is out at a time.
 *   B2 the lender, in its event loop: takes as many frames as its memory service lends, none when it is short itself
 *   B3 `lent`, several messages, the last one says so: leaves, which put the frames into the borrower's hand
 *   B4 the borrower, in its event loop: frames have come, and those who wait try again; or none has, and the next core is asked; or all have
 *      refused, and those who wait hear NO_MEMORY
 *   B5 before the borrower sleeps, or when it has frames enough of its own: what is in its hand goes home
 * A fault waits parked for B4 (kernel/entry/borrow.h). A system call's faults cannot: so it does not begin, or go on, while there is less in
 * the hand than a call needs (loans_short); and what one takes out of the reserve, before that is known, has a bound (frames.h).
 * I1 a frame in the hand is another core's, a user's by its table, zeroed, and in no slot
 * I2 the hand has room for what is asked for
 * `lending=off` at boot: nobody borrows. Modelled in tests/spin/lending.pml, tested by tests/unit/loans_test.c
 * Context: own core; as each function says. */
#ifndef KERNEL_MEMORY_LOANS_H
#define KERNEL_MEMORY_LOANS_H

#include <stdbool.h>
#include <stdint.h>

#include "percpu/frame_table.h"
#include "percpu/message.h"

enum loans {
	LOANS_NOTHING, /* to say to those who wait */
	LOANS_HERE,    /* frames have come */
	LOANS_REFUSED, /* by all */
};

/* Whether loans_go_on has something to do. */
extern bool loans_unsettled;

/* Whether this partition had none at the last look, and there is less in the hand than a call's step needs. */
extern bool loans_short;

/* Each core, once. */
void loans_open(void);

/* Whether asking is worth it: not so soon after all have refused. */
bool loans_may_come(void);

/* A frame from the hand; 0: none. May see to it that the event loop asks for more; sends nothing itself. */
uint64_t loans_take(void);
void loans_put_back(uint64_t frame); /* the one taken last, unused */

/* Event loop: B1 and B4, for `waiting` threads or for the hand alone. */
enum loans loans_go_on(bool waiting);

/* B5, and whatever else goes home. True: something was sent, and leaves may have been served. */
bool loans_give_back(void);

/* What is in the hand. */
void loans_visit(frame_visitor visit);

/* Call, B2. Leaf, B3. */
void loans_asked(const struct message *message);
void loans_arrived(const struct message *message);

#endif
