/* window.h - the store of a service in ring 0, in the kernel's half
 * SPDX-License-Identifier: MIT
 * A service in ring 0 cannot reach what lies in ring 3's half. There is room in the kernel's for one store, each address at the same place of it
 * (store_inner, abi/domain.h). The words of this core's roots there lead to the tables of this core's view of the store, but without the right of ring 3: so
 * nothing is mapped twice, and what is taken back in the view (view.h) is taken back here. Pages are reached on fault, as in ring 3: a shard of another core
 * without the right to write, and nothing that its home has not filled.
 * Owner: its core. Each core opens it with its first replica, and never closes it.
 * I1 a word of this core's roots in the window is 0, or the store view's without PTE_USER, which never changes again
 * I2 while a service runs, the view's words of pages have its domain's key, so others in ring 0 with keys cannot reach them
 * I3 no replica of the service is in ring 3, and tables are not shared
 * Context: own core, interrupts off. Tested by the guest tests kills-ic1, files-ic1 and mapped-ic1. */
#ifndef KERNEL_MEMORY_WINDOW_H
#define KERNEL_MEMORY_WINDOW_H

#include "kernel/memory/store.h"

/* Of this server, with this key. NO_MEMORY: not yet. */
must_check status_t window_open(unsigned server, unsigned key);

/* An address in the window is reached for. OK, and it is there; BUSY: try again; else as store_fault. */
must_check status_t window_fault(uint64_t address, enum access access);

/* As store_fill and store_drop, addresses as the service has them. */
int64_t window_fill(uint64_t start, uint64_t pages);
must_check status_t window_drop(uint64_t start, uint64_t pages);

#endif
