/* borrow.c - see borrow.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/borrow.h"

#include "kernel/arch/segments.h"
#include "kernel/entry/fault.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/loans.h"
#include "sched/dispatch.h"
#include "sched/run_queue.h"

static struct run_queue waiting; /* to hear whether there is a frame */
static struct run_queue delayed; /* who go on in any case */

int64_t fault_answered(struct task *task, status_t status)
{
	struct thread *thread = thread_current;

	thread->program.registers.rax = task->saved[FAULT_SAVED_RAX]; /* itself, too: returned, it may read as CALL_PARKED */
	if (status == STATUS_OK || status == STATUS_BUSY)
		return (int64_t)thread->program.registers.rax;
	linux_service.fault(task, fault_signal(status), status, task->saved[FAULT_SAVED_ADDRESS], thread->program.registers.rip);
	return CALL_PARKED;
}

static int64_t answered(struct task *task, int64_t result)
{
	return fault_answered(task, (status_t)result);
}

static void park(struct run_queue *queue)
{
	thread_current->wait = WAIT_ANSWER;
	dispatch_park();
	run_queue_append(queue, thread_current);
	loans_unsettled = true;
}

void borrow_and_wait(void)
{
	park(&waiting);
}

static bool must_wait(void)
{
	loans_short = !frame_page_ready();
	return loans_short && loans_may_come();
}

bool borrow_before_call(void)
{
	struct registers *registers = &thread_current->activation->registers;

	if (!must_wait())
		return false;
	registers_call_anew(registers);
	park(&delayed);
	return true;
}

bool borrow_before_going_on(void)
{
	if (!must_wait())
		return false;
	park(&delayed);
	return true;
}

static void wait_in_service(void)
{
	park(&delayed);
}

_Noreturn void borrow_in_service(void)
{
	event_loop_after(wait_in_service);
}

static void wait_for_fault(void)
{
	thread_current->task.resume = answered;
	borrow_and_wait();
}

_Noreturn void borrow_for_fault(const struct registers *registers, uint64_t address)
{
	struct thread *thread = thread_current;

	thread->program.registers = *registers;
	thread->task.saved[FAULT_SAVED_RAX] = registers->rax;
	thread->task.saved[FAULT_SAVED_ADDRESS] = address;
	event_loop_after(wait_for_fault);
}

void borrow_go_on(void)
{
	enum loans loans = loans_go_on(waiting.first || delayed.first);

	if (loans == LOANS_NOTHING)
		return;
	while (delayed.first) { /* bounded: as below */
		struct thread *thread = run_queue_take(&delayed);

		dispatch_complete(thread, (int64_t)thread->activation->registers.rax);
	}
	while (waiting.first) /* bounded: each turn there is one less */
		dispatch_complete(run_queue_take(&waiting), loans == LOANS_HERE ? STATUS_OK : STATUS_NO_MEMORY);
}
