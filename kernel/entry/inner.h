/* inner.h - services in ring 0: how they come into the kernel, and go on
 * SPDX-License-Identifier: MIT
 * Called with all rights, on the kernel stack, interrupts off, and by code that a service may have jumped to with anything in its registers. So nothing
 * is taken as true but what the kernel itself has noted: which thread runs, and in which service. What a service claims about itself, where it is and
 * what its registers hold, harms it alone. */
#ifndef KERNEL_ENTRY_INNER_H
#define KERNEL_ENTRY_INNER_H

#include <stdint.h>

#include "sched/thread.h"

/* From entry.S: an interrupt of a service in ring 0, or so it claims: the registers on the landing. */
void interrupt_inside(void);

/* From gate_inner.S: the slow way, the registers in the activation's. Somebody has written to a register behind the gate's back: `wrote`, and
 * what PKRS is then. */
_Noreturn void gate_call_from_inner(struct registers *registers);
_Noreturn void gate_is_broken(uint32_t wrote, uint32_t found);

/* Goes on with the running thread, which gets a result. */
_Noreturn void inner_resume(int64_t result);

/* The running thread's service has been interrupted, its registers on a stack that it may have written itself: it goes on, or is ended. */
void inner_interrupted(struct registers *saved);

/* Before a thread goes on: its rights, if it is in ring 0. */
void inner_prepare(const struct thread *thread);

#endif
