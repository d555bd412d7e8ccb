/* clock.h - time since boot, and the core's one-shot timer
 * SPDX-License-Identifier: MIT
 * The time-stamp counter scaled by what boot has calibrated against the ACPI timer. On one core time never goes
 * back. Across cores it is as good as the processor's invariant, synchronised counters: no offset is added.
 * Any core, any context; only clock_calibrate waits (about 5 ms). */
#ifndef PERCPU_CLOCK_H
#define PERCPU_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/status.h"

/* Boot core, once, before seal. UNSUPPORTED: the machine has no ACPI timer. */
must_check status_t clock_calibrate(void);

/* Nanoseconds since the kernel's first instruction. */
uint64_t clock_now(void);
uint64_t clock_from_timestamp(uint64_t timestamp);

/* Fires the timer interrupt at `deadline`, or earlier when it is far away; CLOCK_NEVER stops it.
 * Touches the hardware only when the deadline changes. */
#define CLOCK_NEVER UINT64_MAX
void clock_arm(uint64_t deadline);

/* The same, but for an earlier one that is armed already. */
void clock_arm_by(uint64_t deadline);

/* The timer has fired: the next clock_arm must reach the hardware. */
void clock_fired(void);

#endif
