/* ask.c - see ask.h
 * SPDX-License-Identifier: MIT */
#include "ipc/ask.h"

#include "abi/ipc.h"
#include "ipc/replica.h"
#include "kernel/arch/defences.h"
#include "kernel/memory/store.h"
#include "kernel/memory/window.h"
#include "percpu/clock.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

static bool lives(uint64_t thread_id)
{
	const struct thread *thread = thread_first();

	while (thread && thread->task.thread_id != thread_id)
		thread = thread->all_next;
	return thread != NULL;
}

static int64_t here(struct registers *answer)
{
	answer->rsi = machine_cores();
	answer->rdx = answer->r15 = machine.boot.initrd.end - machine.boot.initrd.start; /* where the gate of ring 3 has it, and where that of ring 0 does */
	return this_core();
}

static int64_t ask_window(const struct registers *registers)
{
	if (registers->error == IPC_STORE_FILL)
		return window_fill(registers->rdi, registers->rsi);
	return window_drop(registers->rdi, registers->rsi);
}

static int64_t ask_store(const struct activation *service, const struct registers *registers)
{
	struct view *store = activation_is_inner(service) ? NULL : service->view->store;

	if (activation_is_inner(service) && service->replica->window)
		return ask_window(registers);
	if (!store)
		return STATUS_NOT_ALLOWED;
	if (registers->error == IPC_STORE_FILL)
		return store_fill(store, registers->rdi, registers->rsi);
	return store_drop(store, registers->rdi, registers->rsi);
}

int64_t ask_kernel(struct thread *thread)
{
	struct registers *registers = &thread->activation->registers;

	if (thread->activation == &thread->program && defence_holds(DEFENCE_inside))
		return STATUS_NO_CALL;
	switch (registers->error) {
	case IPC_HERE:
		return here(registers);
	case IPC_CLOCK:
		return (int64_t)clock_now();
	case IPC_LIVES:
		return lives(registers->rdi);
	default:
		return ask_store(thread->activation, registers);
	}
}
