/* carrier.h - all cores on one host thread, one at a time, lowest modelled clock first
 * SPDX-License-Identifier: MIT
 * Before the model is switched on, each vCPU runs on a host thread of its own. From then on a vCPU thread that comes to a
 * plugin callback or to a wait boards: the first becomes the carrier, the others leave it their contexts. The carrier alone runs guest
 * code, and it alone touches the model's state; other host threads (the emulator's main loop, vCPU threads that have not boarded
 * yet) reach it through news.h.
 * A core is in one of these states, changed by the carrier alone:
 *   READY     wants to run, is in the schedule; it may still be on its way to board, and the carrier waits for it
 *   RUNNING   the one
 *   SPINNING  has repeated a loop for long that another core's write or an interrupt will end, or the loop's own count: it is in
 *             the schedule for a look now and then, and wakes earlier by carrier_wake
 *   ASLEEP    halted, or in another wait of the emulator's; wakes when what it waits for is signalled
 * Modelled time never passes the emulator's next timer (main_loop.h); when all are asleep it goes on to it at once.
 * I1 at most one core is RUNNING, and it has the lowest clock but for its quantum
 * I2 `running` and the running_* variables change only in carrier_*
 * I3 no core that waits holds a lock of the emulator's, so none can keep the carrier from going on */
#ifndef MACHINE_CARRIER_H
#define MACHINE_CARRIER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "schedule.h"

enum { CARRIER_CORES = SCHEDULE_CORES, CARRIER_NOBODY = SCHEDULE_NOBODY };

extern unsigned int carrier_running; /* core, or CARRIER_NOBODY */
extern uint64_t carrier_clock;       /* of the core that runs: callers add what its work costs */
extern uint64_t carrier_limit;       /* where it has to give way */

struct carrier_settings {
	unsigned int cores;
	uint32_t quantum;
	uint32_t interrupt_latency; /* cycles from a signal to a core that runs or spins until it takes it */
	uint32_t wake_latency;      /* the same, to a core that is halted */
	void (*slice_begins)(unsigned int core); /* on the core that is about to run */
	void (*out_of_turn)(void);               /* the emulator stops all cores for a moment: each runs to the end of its block */
};

/* While no vCPU runs guest code: from now on, threads board. */
void carrier_switch_on(const struct carrier_settings *settings);
bool carrier_is_on(void);

/* First thing in every callback from the guest's own code while the model is on: returns when this core is the one that runs. */
void carrier_board(unsigned int core);
static inline void carrier_enter(unsigned int core)
{
	if (__builtin_expect(core != carrier_running, 0))
		carrier_board(core);
}

/* The running core has come to its limit: returns when it is its turn again. */
void carrier_give_way(void);
/* Returns when no core's clock is lower: what it reads of the time now, nobody will read earlier. From the guest's own code. */
void carrier_be_first(void);
/* It took a line from another core, so it has come to its limit, and its quantum is short from now on. Returns at once. */
void carrier_met_others(void);
/* Until carrier_wake, a signal to this core, or so many cycles have passed. */
void carrier_spin(uint32_t cycles);
/* A spinning core has something to see since `now`. Others are left alone. */
void carrier_wake(unsigned int core, uint64_t now);
/* A core goes on no sooner than at this moment, whatever it does. */
void carrier_hold_until(unsigned int core, uint64_t moment);

/* The emulator's time in cycles, for any thread; never goes back. */
uint64_t carrier_now(void);

/* A vCPU thread's wait on a condition variable, from before the model is switched on: `halt` when it is the halted core's own. */
void carrier_wait(unsigned int core, pthread_cond_t *condition, pthread_mutex_t *mutex, bool halt);
/* Any thread has signalled this condition variable. */
void carrier_signal(pthread_cond_t *condition);

/* The running core has set one of the emulator's timers: the main loop sees it before modelled time goes on. */
void carrier_timer_changed(void);

uint64_t carrier_switches(void); /* from one core to another, so far */

#endif
