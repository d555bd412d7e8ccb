/* pager.c - see pager.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/pager.h"

#include <stddef.h>

#include "ipc/call.h"
#include "kernel/arch/segments.h"
#include "kernel/entry/fault.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/instance.h"
#include "percpu/machine.h"
#include "sched/dispatch.h"

bool pager_is_called;

/* Kept until the kernel stack is ours again. */
static struct message request;

/* What a faulting thread's task keeps until the reply, which comes in rax. */
enum saved {
	SAVED_RAX,
	SAVED_ADDRESS,
};

void pager_open(void)
{
	char value[sizeof("service")];

	pager_is_called = command_line_value(machine.boot.command_line, "paging", value, sizeof(value)) && !strcmp(value, "service");
}

/* Of the thread, which is dispatched again: its instruction runs anew, or its program ends. */
static int64_t answered(struct task *task, int64_t result)
{
	struct thread *thread = thread_current;
	status_t status = (status_t)result;

	thread->registers.rax = task->saved[SAVED_RAX]; /* itself, too: returned, it may read as CALL_PARKED */
	if (status == STATUS_OK || status == STATUS_BUSY)
		return (int64_t)thread->registers.rax;
	linux_service.fault(task, fault_signal(status), task->saved[SAVED_ADDRESS], thread->registers.rip);
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

	thread->registers = *registers;
	thread->task.saved[SAVED_RAX] = registers->rax;
	thread->task.saved[SAVED_ADDRESS] = address;
	thread->task.resume = answered;
	request = (struct message){ .kind = MESSAGE_request, .service = SERVICE_PAGER, .from = this_core(), .cookie = (uint64_t)thread,
				    .word = { (uint64_t)thread->view->space, address, access } };
	event_loop_after(call);
}
