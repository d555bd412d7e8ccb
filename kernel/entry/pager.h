/* pager.h - page faults as calls of a pager: an ablation, `paging=service` at boot
 * SPDX-License-Identifier: MIT
 * What it is worth that an instance resolves page faults itself. Here a program's fault is a call of the memory service on the same core,
 * as in a microkernel whose pager is a server: the thread parks, the service has the page resolved, its reply makes the thread
 * ready, and the event loop dispatches it. Other threads that are ready run before it. The service is linked with the kernel
 * (IC0), so a server's two changes of address space are not in it: the least that a pager costs. The kernel's own faults, at copies to and
 * from a program's memory, are resolved in place.
 * Context: as each function says; interrupts off.
 * Tested by the guest tests paging-* */
#ifndef KERNEL_ENTRY_PAGER_H
#define KERNEL_ENTRY_PAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/registers.h"
#include "kernel/memory/vspace.h"

/* Whether programs' page faults are calls; constant after pager_open. */
extern bool pager_is_called;

/* Each core, once, before its first program. */
void pager_open(void);

/* The running thread's page fault, on the exception's stack. */
_Noreturn void pager_call(const struct registers *registers, uint64_t address, enum access access);

#endif
