/* attacks.h - what stops an attack (abi/attacks.def), and how a test learns it
 * SPDX-License-Identifier: MIT */
#ifndef GUEST_ATTACKS_H
#define GUEST_ATTACKS_H

#include <string.h>

/* A defence; or none. With ENDS it is not tried where the defence is off. */
enum stop {
#define DEFENCE(name, words, what) STOP_##name,
#define UNSWITCHED(name, reason, what) STOP_##name,
#include "../../abi/defence.def"
#undef DEFENCE
#undef UNSWITCHED
	STOPS,
	STOP_open = STOPS,
	STOP_fatal,
	STOP_absent,
	ENDS = 64,
};

#define STOP_ends(defence) STOP_##defence | ENDS

/* By its name; STOPS: there is none. */
static inline enum stop stop_find(const char *name)
{
	static const char *const names[STOPS] = {
#define DEFENCE(name, words, what) #name,
#define UNSWITCHED(name, reason, what) #name,
#include "../../abi/defence.def"
#undef DEFENCE
#undef UNSWITCHED
	};
	unsigned stop = 0;

	while (stop < STOPS && strcmp(names[stop], name))
		stop++;
	return (enum stop)stop;
}

/* Whether to try one now, and what is to come of it. */
enum outcome { NOT_TRIED, REFUSED, GOES_THROUGH };

/* off: the defence that is switched off, whose attacks are tried alone; STOPS: none is. */
static inline enum outcome outcome_of(unsigned stop, enum stop off)
{
	if (stop == STOP_fatal || stop == STOP_absent)
		return NOT_TRIED;
	if (off != STOPS)
		return stop == off ? GOES_THROUGH : NOT_TRIED;
	return stop == STOP_open ? GOES_THROUGH : REFUSED;
}

#endif
