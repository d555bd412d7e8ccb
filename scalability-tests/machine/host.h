/* host.h - what the emulator asks of the C library, answered by the model
 * SPDX-License-Identifier: MIT
 * This library is loaded before the C library (LD_PRELOAD), so the emulator's waits, signals, polls and clock readings come
 * here first. While the model is off, and for threads that are no vCPU's, they are handed on.
 *   pthread_cond_wait          of a vCPU thread: its core sleeps in the model, not on the host
 *   pthread_cond_broadcast/signal  a core that waits for it gets up, at a modelled moment
 *   clock_gettime              CLOCK_MONOTONIC is modelled time
 *   ppoll                      the main loop's sleep until its next timer ends when modelled time has come there
 * The guest's RDTSC is the host's under TCG: on the carrier it traps (prctl PR_SET_TSC) and is answered here, too. */
#ifndef MACHINE_HOST_H
#define MACHINE_HOST_H

#include <pthread.h>
#include <stdbool.h>

/* On a vCPU's thread, each time before it halts: whose it is. */
void host_core_halts(unsigned int core);
/* Whether the calling thread is this core's. */
bool host_is_core(unsigned int core);

/* The calling thread runs guest code from now on, and no other. */
void host_become_carrier(void);

/* What keeps the model from running here, as a sentence; or null. The emulator must have been started with this library loaded first. */
const char *host_lacks(void);

/* The C library's own. */
int host_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
void host_mutex_lock(pthread_mutex_t *mutex);
void host_mutex_unlock(pthread_mutex_t *mutex);

#endif
