/* halts.h - whose halt a condition variable is
 * SPDX-License-Identifier: MIT
 * The emulator halts a core in a wait on a condition variable of that core's own, which it never destroys. Learnt while
 * the guest boots, so that a signal to a halted core needs no search.
 * Context: any thread; a lookup waits for nobody. */
#ifndef MACHINE_HALTS_H
#define MACHINE_HALTS_H

#include <pthread.h>

void halts_learn(const pthread_cond_t *condition, unsigned int core);
/* CARRIER_NOBODY: not known to be any core's. */
unsigned int halts_core(const pthread_cond_t *condition);

#endif
