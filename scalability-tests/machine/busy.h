/* busy.h - who asks while something is busy waits
 * SPDX-License-Identifier: MIT
 * Requests come nearly in order of time, not quite: a core may run a little ahead of the others. So what is
 * busy remembers an interval, not only its end: who asks before it, out of turn, finds it idle as it then was. But who
 * asks so shortly before it that one would be served while the other is, waits as well: which of the two comes first is all
 * the same to what they cost together, and cores that meet at one moment come in any order.
 * Two things are busy: a line (the interval is in its record) and a group's copy of a line, where the group's cores wait for
 * what has been fetched and then read it one after the other. The latter are in a table that forgets: a copy
 * whose place another took counts as idle.
 * Context: one host thread; never blocks.
 * Tested by tests/unit/model_busy_test.c */
#ifndef MACHINE_BUSY_H
#define MACHINE_BUSY_H

#include <stdbool.h>
#include <stdint.h>

/* A time of being busy, without gaps: [from, until), in cycles. */
struct interval {
	uint64_t from, until;
};

enum { INTERVAL_REACH = 100 }; /* cycles: of the order of one transfer */

/* When a request of `now` is served. */
static inline uint64_t interval_start(const struct interval *interval, uint64_t now)
{
	bool idle = interval->from == interval->until || now >= interval->until || now + INTERVAL_REACH < interval->from;

	return idle ? now : interval->until;
}

/* A request of `now` is served from `start` on and keeps it busy for `cycles`. */
void interval_occupy(struct interval *interval, uint64_t now, uint64_t start, uint32_t cycles);

void queues_start(void);

/* The interval of this group's copy of the line; valid until the next call. */
struct interval *queue_find(uint32_t line, unsigned int group);

#endif
