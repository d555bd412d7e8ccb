/* backlog.h - calls that found their ring full, in the order in which they are to be sent
 * SPDX-License-Identifier: MIT
 * Sending a call must not fail for want of memory, or operations of several steps could not be brought to an end. So
 * records are provided for before they are needed: a thread is not created without them.
 * Context: own core, never waits. Nobody rings when a ring has room again: whoever runs a program or sleeps
 * while something waits here looks again within a millisecond.
 * I1 when a thread is created, BACKLOG_RESERVE records and BACKLOG_PER_THREAD for each thread of the core are free:
 *    its one request that is out, what undoes it, and word of the thread's end */
#ifndef PERCPU_BACKLOG_H
#define PERCPU_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/status.h"
#include "percpu/message.h"

enum {
	BACKLOG_RESERVE = 40, /* for what no thread owes: ends of processes and of spaces, a wish for a loan */
	BACKLOG_PER_THREAD = 3,
	BACKLOG_PATIENCE = 1000000, /* ns until somebody looks again */
};

/* Takes a page for records; composed in kernel/entry/composition.c. NULL: none left. */
extern void *(*const backlog_page)(void);

extern uint64_t backlog_pages; /* that this core's records fill */

struct backlog_record;
extern struct backlog_record *backlog_oldest;

static inline bool backlog_waits(void)
{
	return backlog_oldest != NULL;
}

/* Each core, once. */
void backlog_open(void);

/* Provides for that many threads (I1). NO_MEMORY. */
must_check status_t backlog_provide(unsigned threads);

/* Copies a message to the end. NO_MEMORY: more is waiting than was provided for, and no page is left. */
must_check status_t backlog_append(unsigned core, const struct message *message);

/* The oldest, and where it goes; NULL: none. */
const struct message *backlog_front(unsigned *core);
void backlog_drop(void);

#endif
