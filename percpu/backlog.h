/* backlog.h - calls that found their ring full, in the order in which they are to be sent
 * SPDX-License-Identifier: MIT
 * Records come from pages that are taken as needed and kept, and BACKLOG_RESERVE of them are there from the start.
 * Notifications must not fail, so requests leave that many to them.
 * Context: own core, never waits. Nobody rings when a ring has room again: whoever runs a program or sleeps
 * while something waits here looks again within a millisecond. */
#ifndef PERCPU_BACKLOG_H
#define PERCPU_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/status.h"
#include "percpu/message.h"

enum { BACKLOG_RESERVE = 40 };

/* Takes a page for records; composed in kernel/entry/composition.c. NULL: none left. */
extern void *(*const backlog_page)(void);

struct backlog_record;
extern struct backlog_record *backlog_oldest;

static inline bool backlog_waits(void)
{
	return backlog_oldest != NULL;
}

/* Each core, once. */
void backlog_open(void);

/* Copies a message to the end. NO_MEMORY: fewer than `kept` records would be left to others. */
must_check status_t backlog_append(unsigned core, const struct message *message, unsigned kept);

/* The oldest, and where it goes; NULL: none. */
const struct message *backlog_front(unsigned *core);
void backlog_drop(void);

#endif
