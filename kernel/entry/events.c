/* events.c - see events.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/events.h"

#include "abi/ipc.h"
#include "ipc/gate.h"
#include "ipc/proxy.h"
#include "ipc/remote.h"
#include "ipc/replica.h"
#include "kernel/arch/apic.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/offsets.h"
#include "kernel/arch/segments.h"
#include "kernel/entry/audit.h"
#include "kernel/entry/backed.h"
#include "kernel/entry/borrow.h"
#include "kernel/entry/idle.h"
#include "kernel/entry/inner.h"
#include "kernel/entry/threads.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/loans.h"
#include "kernel/memory/object.h"
#include "percpu/backlog.h"
#include "percpu/clock.h"
#include "percpu/inbox.h"
#include "sched/dispatch.h"
#include "sched/timer.h"

_Static_assert(RESULT_PARKED == (int)CALL_PARKED, "entry.S and services mean the same");

__attribute__((noinline)) static int64_t system_call_slowly(struct registers *registers)
{
	inbox_drain();
	if (!thread_current) /* a message has ended this thread */
		return CALL_PARKED;
	if (dispatch_preceded())
		clock_arm(clock_now());
	if (registers != &thread_current->program.registers)
		return STATUS_NO_CALL; /* a service's: it has the gate alone */
	if (loans_short && borrow_before_call())
		return CALL_PARKED;
	return linux_service.system_call(registers);
}

int64_t system_call(struct registers *registers)
{
	if (__builtin_expect(inbox_pending() || loans_short || registers != &thread_current->program.registers, 0))
		return system_call_slowly(registers);
	return linux_service.system_call(registers);
}

int64_t gate_system_call(struct registers *registers)
{
	int64_t result;

	if (loans_short && registers->error != IPC_RETURN && borrow_before_call())
		return CALL_PARKED;
	result = gate_slowly(registers);
	if (result != CALL_PARKED && activation_is_inner(thread_current->activation))
		inner_resume(result);
	return result;
}

void interrupt(unsigned vector)
{
	apic_end_of_interrupt();
	if (vector == VECTOR_TIMER)
		clock_fired();
}

/* The thread to run now: the current one while it may, else the next in the queue. NULL: none. A proxy that is through answers before it gives way. */
static struct thread *choose(void)
{
	if (thread_current && thread_current->state != THREAD_RUNNING)
		thread_current = NULL;
	if (thread_current && dispatch_preceded() && !proxy_is_through(thread_current)) {
		dispatch_give_way();
	} else if (thread_current && dispatch_slice_over()) {
		if (gate_slice_over(thread_current))
			dispatch_yield();
		else
			replica_fail(thread_current->activation->replica);
	}
	while (!thread_current) { /* bounded: the queue gets shorter */
		struct thread *next = dispatch_take();

		if (!next)
			break;
		if (next->dying && !next->task.resume && next->activation == &next->program)
			thread_end(next);
		else
			dispatch_select(next);
	}
	return thread_current;
}

/* Goes on in the shim where an operation has been waiting. False: it waits again, or its thread is gone. A thread
 * that is to end does so when its operation has come to its end, or only sleeps; not while it is in a service, which would wait for it for ever. */
static bool resume(struct thread *thread)
{
	int64_t (*function)(struct task *, int64_t) = thread->task.resume;
	int64_t result;

	if (!function || thread->activation != &thread->program)
		return true;
	if (__builtin_expect(loans_short, 0) && borrow_before_going_on())
		return false;
	thread->task.resume = NULL;
	result = function(&thread->task, (int64_t)thread->program.registers.rax);
	if (thread_current != thread)
		return false; /* it has ended itself */
	if (thread->dying && thread->activation == &thread->program && (result != CALL_PARKED || thread->wait == WAIT_NOTHING)) {
		thread_end(thread);
		return false;
	}
	if (result == CALL_PARKED)
		return thread->state == THREAD_RUNNING; /* a proxy, which is in a service now */
	if (__builtin_expect(thread->task.missed, 0) && backed_call_anew(result))
		return false;
	thread->program.registers.rax = (uint64_t)result;
	return true;
}

/* Nothing that the event loop would do before it goes on with a thread that runs. */
static bool only_thread_waits(void)
{
	return !inbox_pending() && !objects_orphaned && !remote_unsent && !loans_unsettled && !backlog_waits() && !dispatch_preceded();
}

/* The slice and the timer are the running thread's already. */
_Noreturn void call_parked(void)
{
	struct thread *thread = thread_current;

	if (thread && thread->state == THREAD_RUNNING && !dispatch_preceded() && resume(thread) && only_thread_waits()) {
		inner_prepare(thread);
		registers_resume(&thread->activation->registers);
	}
	event_loop();
}

/* A thread's end, or a leaf that was served in a wait, may have been the end of an object's maker. */
static bool may_leave(void)
{
	return !objects_orphaned && (!remote_unsent || backlog_waits()) && inbox_leave();
}

_Noreturn void event_loop(void)
{
	for (;;) { /* forever: event loop */
		struct thread *thread;
		bool backlog;

		inbox_listen();
		inbox_drain();
		backlog = backlog_waits() && inbox_flush_backlog();
		if (__builtin_expect(objects_orphaned, 0))
			objects_collect();
		if (__builtin_expect(remote_unsent, 0) && !backlog)
			remote_go_on();
		if (__builtin_expect(audit_frozen, 0)) {
			audit_rest(backlog);
			continue;
		}
		if (timer_next() != CLOCK_NEVER)
			threads_expire();
		thread = choose();
		if (thread && !resume(thread))
			continue;
		if (__builtin_expect(loans_unsettled, 0)) {
			borrow_go_on();
			continue;
		}
		if (thread) {
			if (may_leave()) {
				if (__builtin_expect(activation_is_inner(thread->activation), 0))
					inner_prepare(thread);
				dispatch_run();
			}
		} else if (backlog) {
			cpu_pause();
		} else if (!loans_give_back()) { /* else a leaf may have made somebody ready */
			dispatch_arm_idle();
			if (!idle_look() && may_leave())
				dispatch_sleep();
		}
	}
}
