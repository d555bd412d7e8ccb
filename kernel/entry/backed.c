/* backed.c - see backed.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/backed.h"

#include "kernel/arch/paging.h"
#include "kernel/arch/segments.h"
#include "kernel/entry/borrow.h"
#include "kernel/entry/events.h"
#include "sched/dispatch.h"

enum { CALL_FAULTED = -14 }; /* EFAULT of Linux's x86-64 ABI */

bool backed_missed;

static void note(uint64_t address, enum access access)
{
	thread_current->task.missed = (address & ~(uint64_t)(PAGE_SIZE - 1)) | access;
}

/* The call of the service has left the registers as a system call does; a fault's are not lost. */
static int64_t fault_over(struct task *task, int64_t result)
{
	thread_current->program.registers.vector = VECTOR_PAGE_FAULT;
	return fault_answered(task, (status_t)result);
}

static int64_t call_over(struct task *task, int64_t result)
{
	struct registers *registers = &thread_current->program.registers;

	if (result == STATUS_OK)
		return (int64_t)task->saved[FAULT_SAVED_RAX];
	registers->rip += SYSTEM_CALL_SIZE;
	return CALL_FAULTED;
}

static int64_t begin_call(struct task *task, int64_t result)
{
	(void)result;
	return linux_service.page(task, call_over);
}

int64_t backed_go_on(struct task *task, uint64_t address, enum access access)
{
	note(address, access);
	return linux_service.page(task, fault_over);
}

static void begin_fault(void)
{
	struct thread *thread = thread_current;
	int64_t result = linux_service.page(&thread->task, fault_over);

	if (result != CALL_PARKED)
		thread->program.registers.rax = (uint64_t)result;
	call_parked();
}

_Noreturn void backed_fault(const struct registers *registers, uint64_t address, enum access access)
{
	struct task *task = &thread_current->task;

	thread_current->program.registers = *registers;
	task->saved[FAULT_SAVED_RAX] = registers->rax;
	task->saved[FAULT_SAVED_ADDRESS] = address;
	note(address, access);
	event_loop_after(begin_fault);
}

void backed_miss(uint64_t address, enum access access)
{
	note(address, access);
	backed_missed = true;
}

bool backed_call_anew(int64_t result)
{
	struct thread *thread = thread_current;
	struct task *task = &thread->task;

	if (result != CALL_FAULTED || !task->missed) {
		task->missed = 0;
		return false;
	}
	registers_call_anew(&thread->program.registers);
	task->saved[FAULT_SAVED_RAX] = thread->program.registers.rax;
	task->resume = begin_call;
	return true;
}

void backed_call_ends(int64_t result)
{
	struct activation *caller = thread_current->activation;

	backed_missed = false;
	if (caller != &thread_current->program || !backed_call_anew(result)) /* a service hears itself that its copy has failed */
		caller->registers.rax = (uint64_t)result;
}
