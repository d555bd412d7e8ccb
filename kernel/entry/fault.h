/* fault.h - exceptions, and what a program's fault that cannot be resolved leads to
 * SPDX-License-Identifier: MIT
 * `exception` is called from kernel/arch/entry.S alone, on the exception's stack, interrupts off. */
#ifndef KERNEL_ENTRY_FAULT_H
#define KERNEL_ENTRY_FAULT_H

#include "abi/registers.h"
#include "abi/status.h"

void exception(struct registers *registers);

/* Of a service in ring 0 with a key of its own, which may have claimed it; on the kernel's stack. Does not return. */
void exception_of_domain(const struct registers *claimed);

/* The signal that ends the program, by vspace_fault's status. */
int fault_signal(status_t status);

#endif
