/* mailbox.h - a core's page of words that other cores write
 * SPDX-License-Identifier: MIT
 * First page of the core's shared zone: its own at MAILBOX_BASE, anybody's through the direct map. The
 * rings that lead here follow it, in the receiver's memory. Co-managed words and their transitions:
 *   pending[class]  bit s % 64: a core s may have messages here. Any sender sets by fetch-or; the receiver alone
 *                   clears, by exchange with 0.
 *   watched         bit s: this core looks at the rings from core s by itself, so s need not set a pending bit. The receiver alone writes it.
 *   posted          bit s: core s has a bulletin for this core, in s's own mailbox. s sets; the receiver clears, reads it there, and
 *                   answers as its kind asks. s leaves the bulletin as it is until all whom it was posted to have answered.
 *   acknowledged    this core stores 0 before it asks; each core that was asked adds 1.
 *   panicked        0 -> 1 by the first core that panics: it alone reports.
 *   online          bit s: core s has reached its event loop. s sets, nobody clears.
 * The rest is written by the receiver alone.
 * I1 attention is LISTENING only while the receiver will look at pending before it leaves the kernel; a bit of watched is set only while it will
 *    look at the sender's rings before that
 * Modelled in tests/spin. */
#ifndef PERCPU_MAILBOX_H
#define PERCPU_MAILBOX_H

#include <stdint.h>

#include "kernel/arch/layout.h"
#include "lib/core_set.h"
#include "percpu/message.h"

enum attention {
	ATTENTION_AWAY,      /* runs a program, or sleeps: ring the doorbell */
	ATTENTION_LISTENING, /* in the event loop */
};

struct mailbox {
	uint64_t watched[CORE_SET_WORDS]; /* one line, which senders read with each message, and which changes when this core begins and ends to look */

	/* one line: what a sender touches when it is not watched */
	uint64_t pending[MESSAGE_CLASSES] __attribute__((aligned(64)));
	uint32_t attention;
	uint64_t acknowledged;
	uint64_t posted[CORE_SET_WORDS];

	struct message bulletin __attribute__((aligned(64))); /* this core's own, for others to read */

	uint64_t online[CORE_SET_WORDS]; /* core 0's alone is used */
	uint64_t panicked;               /* the same */
};

_Static_assert(sizeof(struct mailbox) <= PAGE_SIZE, "the mailbox is one page");

#endif
