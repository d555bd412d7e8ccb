/* borrow.c - see borrow.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/borrow.h"

#include "kernel/arch/segments.h"
#include "kernel/entry/fault.h"
#include "kernel/memory/loans.h"
#include "sched/dispatch.h"
#include "sched/run_queue.h"

static struct run_queue waiting;

int64_t fault_answered(struct task *task, status_t status)
{
	struct thread *thread = thread_current;

	thread->registers.rax = task->saved[FAULT_SAVED_RAX]; /* itself, too: returned, it may read as CALL_PARKED */
	if (status == STATUS_OK || status == STATUS_BUSY)
		return (int64_t)thread->registers.rax;
	linux_service.fault(task, fault_signal(status), status, task->saved[FAULT_SAVED_ADDRESS], thread->registers.rip);
	return CALL_PARKED;
}

static int64_t answered(struct task *task, int64_t result)
{
	return fault_answered(task, (status_t)result);
}

void borrow_and_wait(void)
{
	struct thread *thread = thread_current;

	thread->task.resume = answered;
	thread->wait = WAIT_ANSWER;
	dispatch_park();
	run_queue_append(&waiting, thread);
	loans_unsettled = true;
}

_Noreturn void borrow_for_fault(const struct registers *registers, uint64_t address)
{
	struct thread *thread = thread_current;

	thread->registers = *registers;
	thread->task.saved[FAULT_SAVED_RAX] = registers->rax;
	thread->task.saved[FAULT_SAVED_ADDRESS] = address;
	event_loop_after(borrow_and_wait);
}

void borrow_go_on(void)
{
	enum loans loans = loans_go_on(waiting.first != NULL);

	if (loans == LOANS_NOTHING)
		return;
	while (waiting.first) /* bounded: each turn there is one less */
		dispatch_complete(run_queue_take(&waiting), loans == LOANS_HERE ? STATUS_OK : STATUS_NO_MEMORY);
}
