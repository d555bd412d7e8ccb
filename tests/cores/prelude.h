/* prelude.h - what a module sees first when a thread plays its core
 * SPDX-License-Identifier: MIT
 * The kernel's own headers, with three differences: variables that other modules define are the
 * thread's; the mailbox is where the thread's core has it; and waiting lets other threads run. */
#ifndef TESTS_CORES_PRELUDE_H
#define TESTS_CORES_PRELUDE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "abi/native.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/paging.h"
#include "lib/core_set.h"

#define cpu_pause cpu_pause_instruction
#include "kernel/arch/cpu.h"
#undef cpu_pause

static inline void cpu_pause(void)
{
	sched_yield();
}

struct mailbox;
extern _Thread_local struct mailbox *core_mailbox;
#undef MAILBOX_BASE
#define MAILBOX_BASE ((uint64_t)core_mailbox)

#define extern extern _Thread_local
#include "percpu/backlog.h"
#include "percpu/counters.h"
#include "percpu/instance.h"
#undef extern

#endif
