/* clock.h - modelled cycles as the emulator's and the guest's time
 * SPDX-License-Identifier: MIT
 * Before the model is switched on, time is the host's. From then on the emulator's monotonic clock and the guest's time-stamp
 * counter go on from where they are, by modelled cycles: nobody sees a step.
 * Context: clock_switch_on once, while no core runs; the rest from any thread, never waits. */
#ifndef MACHINE_CLOCK_H
#define MACHINE_CLOCK_H

#include <stdint.h>

/* When the plugin is loaded: begins to measure how fast the host's time-stamp counter is. */
void clock_prepare(void);

/* Cycle 0 is now. `mhz`: of the modelled cores. */
void clock_switch_on(unsigned int mhz);

/* The host's CLOCK_MONOTONIC in nanoseconds, asked of the host's kernel. */
uint64_t clock_host(void);

uint64_t clock_nanoseconds(uint64_t cycles); /* as the emulator counts them */
uint64_t clock_timestamp(uint64_t cycles);   /* as the guest's RDTSC reads them */
uint64_t clock_cycles(uint64_t nanoseconds); /* a duration, rounded up */

#endif
