/* pager.c - see pager.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/pager.h"

#include "ipc/call.h"
#include "kernel/arch/segments.h"
#include "kernel/entry/backed.h"
#include "kernel/entry/borrow.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/instance.h"
#include "percpu/machine.h"
#include "sched/dispatch.h"

bool pager_is_called;

/* Kept until the kernel stack is ours again. */
static struct message request;

void pager_open(void)
{
	char value[sizeof("service")];

	pager_is_called = command_line_value(machine.boot.command_line, "paging", value, sizeof(value)) && !strcmp(value, "service");
}

/* Of the thread, which is dispatched again: its instruction runs anew, or its program ends. */
static int64_t answered(struct task *task, int64_t result)
{
	if (result == STATUS_BACKED)
		return backed_go_on(task, task->saved[FAULT_SAVED_ADDRESS], (enum access)task->request[0]);
	if (result != STATUS_NO_PAGE)
		return fault_answered(task, (status_t)result);
	task->resume = answered;
	borrow_and_wait();
	return CALL_PARKED;
}

/* Nobody is current while the pager works: its reply would begin a time slice. */
static void call(void)
{
	thread_current->wait = WAIT_ANSWER;
	dispatch_park();
	thread_current = NULL;
	call_request(&request);
}

_Noreturn void pager_call(const struct registers *registers, uint64_t address, enum access access)
{
	struct thread *thread = thread_current;

	thread->program.registers = *registers;
	thread->task.saved[FAULT_SAVED_RAX] = registers->rax;
	thread->task.saved[FAULT_SAVED_ADDRESS] = address;
	thread->task.request[0] = access;
	thread->task.resume = answered;
	request = (struct message){ .kind = MESSAGE_request, .service = SERVICE_PAGER, .from = (uint16_t)this_core(), .cookie = (uint64_t)thread,
				    .word = { (uint64_t)thread->program.view->space, address, access } };
	event_loop_after(call);
}
