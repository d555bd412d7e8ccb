/* model.c - see model.h
 * SPDX-License-Identifier: MIT */
#include "model.h"

#include "../../abi/marker.h"

#include <stddef.h>
#include <time.h>

enum { LINE_SIZE = 64, SLEEP_NANOSECONDS = 1000000 };

/* The plugin writes here: no other datum is on this line. */
static _Thread_local struct {
	_Alignas(LINE_SIZE) uint64_t word;
} meeting;

bool model_meet(enum model_wait wait)
{
	uint64_t answer;

	meeting.word = MEETING_FREE;
	marker_meet(&meeting.word); /* M1: this load is what the plugin answers to, so it holds no answer yet */
	while ((answer = marker_meet(&meeting.word)) == MEETING_HELD)
		if (wait == MODEL_SLEEPING)
			nanosleep(&(struct timespec){ .tv_nsec = SLEEP_NANOSECONDS }, NULL);
		else
			__builtin_ia32_pause();
	return answer == MEETING_MODELLED;
}
