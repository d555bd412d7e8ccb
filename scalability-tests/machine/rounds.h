/* rounds.h - a round (abi/marker.h) in parts: what a core waits for that takes a page back from others
 * SPDX-License-Identifier: MIT
 * The parts follow one another, and together are the round, from ASK to ANSWERED:
 *   SEND         until all of the others have been asked
 *   WAKE         from then on, until the last of them to be done took it up
 *   INVALIDATE   what that one did
 *   ACKNOWLEDGE  until the core that asked knew
 * What the others do while it is still asking is hidden behind SEND, and is in no part.
 * A marker cannot say whose round it belongs to. While a single core asks there is no doubt; rounds of several cores at a time are
 * OVERLAPPED, and have no parts: better none than another's.
 * Cores' clocks are apart by up to a quantum, so moments are taken in the order that they must have had.
 * Context: the carrier alone. Tested by tests/unit/model_rounds_test.c */
#ifndef MACHINE_ROUNDS_H
#define MACHINE_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

enum { ROUND_CORES = 256 };

enum round_part { ROUND_SEND, ROUND_WAKE, ROUND_INVALIDATE, ROUND_ACKNOWLEDGE, ROUND_PARTS };

struct round {
	bool overlapped;
	uint64_t cycles[ROUND_PARTS]; /* where it is not */
};

/* Forgets all rounds. */
void rounds_start(void);

/* A core has passed this marker, its clock being so. */
void rounds_ask(unsigned int core, uint64_t clock);
void rounds_asked(unsigned int core, uint64_t clock);
void rounds_taken(unsigned int core, uint64_t clock);
void rounds_done(unsigned int core, uint64_t clock);
/* False: nobody saw this round begin. */
bool rounds_answered(unsigned int core, uint64_t clock, struct round *round);

#endif
