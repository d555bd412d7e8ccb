/* events.h - the event loop, system calls and interrupts: every way in, and where it leads
 * SPDX-License-Identifier: MIT
 * Called from kernel/arch/entry.S alone, interrupts off, on the kernel stack. */
#ifndef KERNEL_ENTRY_EVENTS_H
#define KERNEL_ENTRY_EVENTS_H

#include <stdint.h>

#include "abi/registers.h"

/* Result for the program, or RESULT_PARKED: the thread does not go on. */
int64_t system_call(struct registers *registers);

/* The same of the gate's calls that are not simple (ipc/gate.h). */
int64_t gate_system_call(struct registers *registers);

void interrupt(unsigned vector);

/* A call has not come to its end: its thread goes on at once where it has only gone into a service or come out of one, and nothing else waits; else the
 * event loop says who does. */
_Noreturn void call_parked(void);

/* Messages, deadlines, then a program or sleep; again. */
_Noreturn void event_loop(void);

#endif
