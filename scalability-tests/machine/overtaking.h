/* overtaking.h - who queues for a line again and again is overtaken now and then
 * SPDX-License-Identifier: MIT
 * Lines serve first come, first served. Cores that all ask again as soon as they are served would keep their first order for ever, and
 * with it the share of transfers that go far; real interconnects refuse and retry, and mix them. Here one request in eight that
 * queued for the line which its core queued for just before ends later, by up to what it waited: the core comes back at another
 * place. The line is not busy meanwhile, so a queue's throughput stays what it is.
 * Whoever queues once, as in a burst, pays nothing.
 * Context: one host thread; the same numbers in every run. Tested by tests/unit/model_overtaking_test.c */
#ifndef MACHINE_OVERTAKING_H
#define MACHINE_OVERTAKING_H

#include <stdint.h>

/* Forgets all that has queued. */
void overtaking_start(void);

/* This core asked for this line at `now` and waited so long until it was served: how many cycles later it goes on, at most `waited`. */
uint32_t overtaking_delay(unsigned int core, uint32_t line, uint64_t now, uint32_t waited);

#endif
