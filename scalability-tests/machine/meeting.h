/* meeting.h - workers wait for one another in the model, and go on at one modelled moment
 * SPDX-License-Identifier: MIT
 * The protocol is abi/marker.h's: a worker's word holds FREE when it comes, HELD until all are there, MODELLED when it may go on.
 * They go on in a shuffled order, a few cycles apart: cores that started in the order of their numbers would follow
 * their neighbours at every contended line, and it would look nearer than it is.
 * The first meeting takes place before the model is on; its workers are let go once it is.
 * Context: meeting_announce and meeting_come from any vCPU thread before the model is on, from the carrier after. */
#ifndef MACHINE_MEETING_H
#define MACHINE_MEETING_H

#include <stdbool.h>
#include <stdint.h>

void meeting_announce(void);

/* A poll by a worker on this core whose word this is: true when it was the last to come to this meeting. */
bool meeting_come(unsigned int core, volatile uint64_t *word);

/* All have come: they go on from `now` on, in repetition meeting_number(). */
void meeting_end(uint64_t now);

/* Of meetings that have ended. */
unsigned int meeting_number(void);

#endif
