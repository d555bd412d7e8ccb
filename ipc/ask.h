/* ask.h - what services, and nobody else, ask the kernel: where they are, what time it is, and pages of their store
 * SPDX-License-Identifier: MIT
 * Context: own core, interrupts off; IPC_STORE_DROP may wait for other cores, serving leaves. */
#ifndef IPC_ASK_H
#define IPC_ASK_H

#include <stdint.h>

#include "sched/thread.h"

/* IPC_STORE_FILL to IPC_LIVES, as abi/ipc.h has them, of the running thread's activation, its registers saved. NO_CALL: it is a program's. */
int64_t ask_kernel(struct thread *thread);

#endif
