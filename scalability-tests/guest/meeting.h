/* meeting.h - a barrier between worker processes, which have no memory in common
 * SPDX-License-Identifier: MIT
 * On Tessera each core has a mark that its own programs set and everybody reads by token (abi/native.def), so a
 * meeting sends no message and leaves nobody's window disturbed. Elsewhere there is none, and callers
 * meet by the clock. */
#ifndef GUEST_MEETING_H
#define GUEST_MEETING_H

#include "bench.h"

/* Whether this system has marks. */
bool meeting_possible(void);

enum meeting_wait {
	MEET_PROMPTLY, /* polls: all go on at once */
	MEET_QUIETLY,  /* looks now and then: others still measure, and may count this core's kernel */
};

/* Waits until all workers of the test have come to the same or a later stage; stages rise. */
void meet(const struct work *work, uint64_t stage, enum meeting_wait wait);

#endif
