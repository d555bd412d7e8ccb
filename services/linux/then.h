/* then.h - going on with the answer of a call, now or when it comes
 * SPDX-License-Identifier: MIT
 * For system calls of several steps. What a step needs is kept in the task (abi/services.h), not on the stack.
 * Own core, never waits. */
#ifndef SERVICES_LINUX_THEN_H
#define SERVICES_LINUX_THEN_H

#include "abi/kernel.h"

/* `next` gets the result of kernel_call: at once, or on the event loop's way back to the thread. */
static inline int64_t then(int64_t result, int64_t (*next)(struct task *task, int64_t result))
{
	if (result != CALL_PARKED)
		return next(kernel_task(), result);
	kernel_task()->resume = next;
	return CALL_PARKED;
}

#endif
