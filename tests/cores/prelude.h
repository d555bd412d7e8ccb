/* prelude.h - what a module sees first when a thread plays its core
 * SPDX-License-Identifier: MIT
 * The kernel's own headers, with these differences: variables that other modules define are the thread's; physical
 * memory and the core's mailbox lie where the play has them; waiting lets other threads run; and
 * instructions that only a kernel may use are functions of the play or of the suite. */
#ifndef TESTS_CORES_PRELUDE_H
#define TESTS_CORES_PRELUDE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "abi/native.h"
#include "kernel/arch/layout.h"
#include "lib/core_set.h"

extern uint64_t play_memory; /* address of physical address 0 */
#undef DIRECT_MAP
#define DIRECT_MAP play_memory
#include "kernel/arch/paging.h"

#define token_of token_of_kernel
#include "abi/token.h"
#undef token_of
#define token_of direct

#define cpu_pause cpu_pause_instruction
#define cpu_write_cr3 cpu_write_cr3_instruction
#define cpu_invalidate_page cpu_invalidate_page_instruction
#include "kernel/arch/cpu.h"
#undef cpu_pause
#undef cpu_write_cr3
#undef cpu_invalidate_page

void cpu_write_cr3(uint64_t root);
void cpu_invalidate_page(uint64_t address);

static inline void cpu_pause(void)
{
	sched_yield();
}

struct mailbox;
extern _Thread_local struct mailbox *core_mailbox;
#undef MAILBOX_BASE
#define MAILBOX_BASE ((uint64_t)core_mailbox)

/* A full fence, as the kernel's is; ThreadSanitizer takes it for an order with nobody, and so it must do without. */
static inline void play_fence(void)
{
	static _Thread_local uint64_t nothing;

	__atomic_fetch_add(&nothing, 0, __ATOMIC_SEQ_CST);
}
#define __atomic_thread_fence(order) play_fence()

#include "percpu/frame_table.h"

#define extern extern _Thread_local
#include "kernel/memory/loans.h"
#include "kernel/memory/object.h"
#include "kernel/memory/pool.h"
#include "kernel/memory/tables.h"
#include "percpu/backlog.h"
#include "percpu/counters.h"
#include "percpu/instance.h"
#undef extern

#endif
