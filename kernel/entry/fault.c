/* fault.c - exceptions: page faults resolved, programs' mistakes answered, the kernel's own reported (fault.h)
 * SPDX-License-Identifier: MIT
 * Returning goes back to where the exception came from; a page fault that the instance resolves alone never leaves
 * the exception's stack. */
#include "kernel/entry/fault.h"

#include <stdbool.h>

#include "abi/domain.h"
#include "ipc/replica.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/fixup.h"
#include "kernel/arch/segments.h"
#include "kernel/entry/backed.h"
#include "kernel/entry/borrow.h"
#include "kernel/entry/events.h"
#include "kernel/entry/inner.h"
#include "kernel/entry/pager.h"
#include "kernel/entry/panic.h"
#include "kernel/memory/loans.h"
#include "kernel/memory/store.h"
#include "kernel/memory/vspace.h"
#include "kernel/memory/window.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "sched/thread.h"

enum page_fault_error {
	ERROR_WRITE = 1 << 1,
	ERROR_USER = 1 << 2,
	ERROR_FETCH = 1 << 4,
};

enum { SIGNAL_BUS = 7, SIGNAL_KILL = 9, SIGNAL_SEGMENT = 11 };

/* The signals of Linux's x86-64 ABI that exceptions lead to, by vector. */
static const uint8_t signal_of[32] = {
	[0] = 8, [1] = 5, [3] = 5, [4] = 11, [5] = 11, [6] = 4, [7] = 11, [9] = 8, [10] = 11,
	[11] = 7, [12] = 7, [13] = 11, [14] = 11, [16] = 8, [17] = 7, [18] = 7, [19] = 8,
};

/* A fault that its program answers for; kept until the kernel stack is ours again. */
static struct {
	int signal;
	status_t status; /* of a page fault */
	uint64_t address;
} pending;

static enum access access_of(uint64_t error)
{
	if (error & ERROR_FETCH)
		return ACCESS_EXECUTE;
	return error & ERROR_WRITE ? ACCESS_WRITE : ACCESS_READ;
}

int fault_signal(status_t status)
{
	if (status == STATUS_NO_MEMORY || status == STATUS_OVER_LIMIT)
		return SIGNAL_KILL;
	/* Of a page of a mapped file: it ends before, no more of it can be kept, or nobody answers. */
	return status == STATUS_NOT_FOUND || status == STATUS_NO_SPACE || status == STATUS_DEAD ? SIGNAL_BUS : SIGNAL_SEGMENT;
}

static void deliver(void)
{
	linux_service.fault(&thread_current->task, pending.signal, pending.status, pending.address, thread_current->program.registers.rip);
}

static void end_service(void)
{
	replica_fail(thread_current->activation->replica);
}

_Noreturn static void service_fault(const struct registers *registers, status_t status, uint64_t address)
{
	thread_current->activation->registers = *registers;
	if (status == STATUS_NO_PAGE && loans_may_come())
		borrow_in_service();
	log_line("ipc", "exception %lu in a service, at instruction 0x%lx, address 0x%lx%s", registers->vector, registers->rip, address,
		 fault_signal(status) == SIGNAL_KILL || status == STATUS_NO_PAGE ? " (no memory is left for it)" : "");
	event_loop_after(end_service);
}

static struct registers *saved_on(uint8_t *stack)
{
	return (struct registers *)(stack + PAGE_SIZE) - 1;
}

/* Whether the service that runs, in ring 0, may reach for an address of its store; and where it does. */
static bool is_in_window(uint64_t address)
{
	return thread_current && activation_is_inner(thread_current->activation) && thread_current->activation->replica->window && store_inner_has(address);
}

/* A page of the store that its service has not reached yet. A service that has written the registers itself, and jumped here, reaches what it may reach, and goes on
 * where it may jump to. */
static bool resolve_in_window(struct registers *saved, uint64_t address)
{
	status_t status;

	if (saved->vector != VECTOR_PAGE_FAULT || !is_in_window(address) || saved->rip - thread_current->activation->replica->place >= DOMAIN_SIZE)
		return false;
	status = window_fault(address, access_of(saved->error));
	if (status && status != STATUS_BUSY)
		return false;
	inner_interrupted(saved);
	return true;
}

void exception_of_domain(const struct registers *claimed)
{
	if (claimed == saved_on(stacks.nmi))
		panic_stop(claimed);
	if (claimed == saved_on(stacks.double_fault) || claimed == saved_on(stacks.machine_check) || !thread_current)
		panic_at(claimed, cpu_read_cr2());
	if (claimed == saved_on(stacks.exception) && resolve_in_window(saved_on(stacks.exception), cpu_read_cr2()))
		return; /* the event loop goes on with it */
	interrupt(VECTOR_TIMER); /* one may have been on its way in; if not, the timer is set once more */
	service_fault(saved_on(stacks.exception), STATUS_OK, cpu_read_cr2());
}

_Noreturn static void program_fault(const struct registers *registers, int signal, status_t status, uint64_t address)
{
	if (thread_current->activation != &thread_current->program)
		service_fault(registers, status, address);
	thread_current->program.registers = *registers;
	pending.signal = signal;
	pending.status = status;
	pending.address = address;
	event_loop_after(deliver);
}

/* Where the space itself has nothing, and the view is a replica's, its store may. */
static status_t in_store(status_t status, uint64_t address, enum access access)
{
	struct view *view = view_active();

	return status == STATUS_BAD_ADDRESS && view->store ? store_fault(view, address, access) : status;
}

/* In ring 0: of a service with the kernel's key. */
static bool is_of_service(const struct registers *registers)
{
	return domain_has(registers->rip) && thread_current && activation_is_inner(thread_current->activation);
}

/* From a copy to or from user memory: resolve, or go on at its landing. */
__attribute__((noinline)) static void kernel_page_fault(struct registers *registers, uint64_t address, enum access access)
{
	uint64_t landing = fixup_landing(registers->rip);
	status_t status = STATUS_BAD_ADDRESS;

	if (is_in_window(address) && (landing || is_of_service(registers)))
		status = window_fault(address, access);
	if (is_of_service(registers) && status && status != STATUS_BUSY)
		service_fault(registers, STATUS_OK, address);
	if (!landing && !is_of_service(registers))
		panic_at(registers, address);
	if (address < USER_END && view_active())
		status = in_store(vspace_fault_now(view_active(), address, access), address, access);
	if (status == STATUS_BACKED)
		backed_miss(address, access);
	if (status == STATUS_BUSY)
		inbox_serve_leaves(); /* the page is being taken back, and we must say that we know */
	else if (status)
		registers->rip = landing;
}

_Noreturn static void unresolved(const struct registers *registers, uint64_t address, enum access access, status_t status)
{
	if (status == STATUS_NO_PAGE && thread_current->activation == &thread_current->program)
		borrow_for_fault(registers, address);
	if (status == STATUS_BACKED && thread_current->activation == &thread_current->program)
		backed_fault(registers, address, access);
	program_fault(registers, fault_signal(status), status, address);
}

static void page_fault(struct registers *registers)
{
	uint64_t address = cpu_read_cr2();
	enum access access = access_of(registers->error);
	status_t status;

	if (!(registers->cs & 3)) {
		kernel_page_fault(registers, address, access);
		return;
	}
	if (__builtin_expect(pager_is_called, 0) && thread_current->activation == &thread_current->program)
		pager_call(registers, address, access);
	status = vspace_fault(view_active(), address, access);
	if (__builtin_expect(status == STATUS_OK, 1))
		return;
	status = in_store(status, address, access);
	if (status == STATUS_BUSY)
		cpu_pause(); /* the program's next try comes soon enough */
	else if (status)
		unresolved(registers, address, access, status);
}

_Noreturn __attribute__((noinline)) static void kernel_exception(const struct registers *registers)
{
	if (is_of_service(registers) && registers->vector != VECTOR_DOUBLE_FAULT && registers->vector != VECTOR_MACHINE_CHECK)
		service_fault(registers, STATUS_OK, registers->rip);
	panic_at(registers, 0);
}

void exception(struct registers *registers)
{
	if (registers->vector == VECTOR_PAGE_FAULT)
		page_fault(registers);
	else if (registers->vector == VECTOR_NMI)
		panic_stop(registers);
	else if (registers->cs & 3 && registers->vector != VECTOR_DOUBLE_FAULT &&
		 registers->vector != VECTOR_MACHINE_CHECK)
		program_fault(registers, signal_of[registers->vector % 32], STATUS_OK, registers->rip);
	else
		kernel_exception(registers);
}
