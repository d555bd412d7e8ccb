/* panic.h - the kernel has found a bug of its own: say all that helps, and end the run
 * SPDX-License-Identifier: MIT
 * Cause, backtrace with symbols, a line for every other core (stopped by NMI). Any core, any context. The
 * first core that panics speaks; the others stop. */
#ifndef KERNEL_ENTRY_PANIC_H
#define KERNEL_ENTRY_PANIC_H

#include <stdint.h>

#include "abi/registers.h"

__attribute__((format(printf, 1, 2)))
_Noreturn void panic(const char *fmt, ...);

/* An exception in kernel code. */
_Noreturn void panic_at(const struct registers *registers, uint64_t address);

/* NMI: another core panics. Notes what this one was doing, and stops; returns on the core that reports. An NMI that
 * no panic has sent is one itself. */
void panic_stop(const struct registers *registers);

#endif
