/* meeting.c - see meeting.h
 * SPDX-License-Identifier: MIT */
#include "meeting.h"

#include "native.h"

#include <time.h>

enum { QUIET_NANOSECONDS = 20000000 };

bool meeting_possible(void)
{
	return native_call(NATIVE_core_mark, 0, 0, 0) >= 0;
}

void meet(const struct work *work, uint64_t stage, enum meeting_wait wait)
{
	if (native_call(NATIVE_core_mark_set, (long)stage, 0, 0) < 0)
		fail("could not set the core's mark", 0);
	for (unsigned int i = 0; i < work->run->workers; i++) {
		struct work other;

		if (!worker_assign(&other, work->run, i))
			continue;
		while (native_call(NATIVE_core_mark, other.core, 0, 0) < (long)stage)
			if (wait == MEET_QUIETLY)
				nanosleep(&(struct timespec){ .tv_nsec = QUIET_NANOSECONDS }, NULL);
	}
}
