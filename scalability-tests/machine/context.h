/* context.h - the emulator's vCPU threads, switched between at user level
 * SPDX-License-Identifier: MIT
 * A thread that waits in the model leaves its stack and its thread-local storage behind for the carrier, the one
 * host thread that goes on; from then on, giving way to another core costs tens of nanoseconds, and not the
 * microseconds of two system calls and a wake-up. To the emulator's code a context is a thread
 * as before: what it asks of its thread (pthread_self, errno, thread-local variables) hangs on FS.
 * What belongs to the host's thread instead must not differ between vCPU threads: signal mask, TSC trap, affinity.
 * Needs FSGSBASE in user mode (Linux 5.9, x86-64). Context: vCPU threads, inside a plugin callback or a wait. */
#ifndef MACHINE_CONTEXT_H
#define MACHINE_CONTEXT_H

#include <stdatomic.h>
#include <stdint.h>

struct context {
	void *stack;          /* callee-saved registers and return address are on it */
	uint64_t thread_base; /* FS */
};

/* Leaves what runs in `saved` and goes on with `next`. Returns when somebody goes on with `saved`. */
void context_switch(struct context *saved, const struct context *next);

/* Leaves what runs in `saved`, stores 1 to *boarded, wakes one futex waiter on *news, and stops this host thread for ever.
 * Returns, on the carrier, when it goes on with `saved`. */
void context_board(struct context *saved, atomic_int *boarded, atomic_int *news);

#endif
