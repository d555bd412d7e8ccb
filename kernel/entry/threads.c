/* threads.c - see threads.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/threads.h"

#include <stddef.h>

#include "ipc/call.h"
#include "ipc/monitor.h"
#include "ipc/remote.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/paging.h"
#include "kernel/entry/composition.h"
#include "kernel/memory/view.h"
#include "kernel/memory/vspace.h"
#include "percpu/far.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "sched/dispatch.h"
#include "sched/timer.h"

void thread_end(struct thread *thread)
{
	linux_service.thread_gone(&thread->task);
	thread_destroy(thread);
}

/* A thread of the process that does not end already; NULL: none. */
static struct thread *find_living(uint32_t process_id)
{
	struct thread *thread = thread_first();

	while (thread && (thread->task.process_id != process_id || thread->dying))
		thread = thread->all_next;
	return thread;
}

/* Each search begins anew, because a thread's end may serve messages, and these end others. */
void kernel_kill_threads(uint32_t process_id)
{
	struct thread *thread;

	while ((thread = find_living(process_id))) { /* bounded: each turn there is one less */
		if (thread->wait == WAIT_NOTHING && !thread->task.resume && thread->activation == &thread->program) {
			thread_end(thread);
			continue;
		}
		/* An operation of several steps is brought to its end, or what others hold for it would be lost:
		 * the event loop ends the thread then. */
		thread->dying = true;
		if (thread->activation != &thread->program)
			thread->service[0].on_return |= ON_RETURN_ENDING;
		if (thread->out)
			remote_abandon(thread);
		else if (thread->asleep_in)
			monitor_wake_up(thread);
		else if (thread->wait == WAIT_ANSWER && thread->task.cancel)
			thread->task.cancel(&thread->task);
	}
}

/* A leaf's handler, so nothing is sent from here: a thread that is to end does so in the event loop. */
void thread_answered(struct thread *thread, int64_t result)
{
	if (thread->wait == WAIT_MOVE && result == STATUS_OK) {
		thread_destroy(thread); /* M5: it lives elsewhere */
		return;
	}
	if (thread->wait == WAIT_MOVE && !thread->task.resume)
		result = (int64_t)thread->program.registers.rax; /* no memory where it was to begin: it begins here, where it is */
	thread->task.cancel = NULL;
	dispatch_complete(thread, result);
}

void threads_expire(void)
{
	struct thread *thread;

	while ((thread = timer_expired())) {
		if (thread->out)
			remote_abandon(thread);
		else if (thread->asleep_in)
			monitor_wake_up(thread);
		else if (thread->wait == WAIT_NOTHING)
			dispatch_complete(thread, 0);
		else if (thread->task.cancel)
			thread->task.cancel(&thread->task);
	}
}

void thread_send(struct thread *thread, unsigned core)
{
	struct message message = { .kind = MESSAGE_request, .service = SERVICE_KERNEL, .operation = KERNEL_ADOPT,
				   .cookie = (uint64_t)thread,
				   .word = { direct_physical(thread), (uint64_t)thread->program.view->space } };

	dispatch_save(thread);
	dispatch_forget(thread);
	thread->state = THREAD_PARKED;
	thread->wait = WAIT_MOVE;
	vspace_join(thread->program.view->space, core); /* M1 */
	inbox_send_call(core, &message);        /* M2 */
}

int64_t thread_adopt(uint64_t page, struct vspace *space)
{
	const far struct thread *source = far_physical(page);
	struct view *view = view_get(space);
	struct thread *thread = view ? thread_create(view) : NULL;

	if (!thread)
		return STATUS_NO_MEMORY;
	far_copy(&thread->program.registers, &source->program.registers, sizeof(thread->program.registers)); /* M3 */
	far_copy(&thread->fs_base, &source->fs_base, sizeof(thread->fs_base));
	far_copy(&thread->gs_base, &source->gs_base, sizeof(thread->gs_base));
	far_copy(&thread->affinity, &source->affinity, sizeof(thread->affinity));
	far_copy(&thread->task, &source->task, sizeof(thread->task));
	far_copy(&thread->fpu, &source->fpu, sizeof(thread->fpu));
	dispatch_complete(thread, (int64_t)thread->program.registers.rax);
	if (!linux_service.may_live(&thread->task)) /* M4 */
		thread_end(thread);
	return STATUS_OK; /* M5 */
}

status_t kernel_start_thread(unsigned core, struct vspace *space, const struct registers *registers,
			     const struct task *task, uint64_t fs_base, const struct core_set *affinity)
{
	struct view *view = view_get(space);
	struct thread *thread = view ? thread_create(view) : NULL;

	if (!thread)
		return STATUS_NO_MEMORY;
	if (thread_current) { /* what its creator's registers hold, but for those it is given */
		dispatch_save(thread_current);
		thread->fpu = thread_current->fpu;
		thread->gs_base = thread_current->gs_base;
	}
	thread->program.registers = *registers;
	if (!defence_holds(DEFENCE_iopl))
		thread->program.registers.rflags |= RFLAGS_IOPL;
	thread->task = *task;
	thread->fs_base = fs_base;
	thread->affinity = *affinity;
	if (core == this_core()) {
		dispatch_complete(thread, (int64_t)registers->rax);
		if (!linux_service.may_live(&thread->task)) /* as M4 */
			thread_end(thread);
	} else {
		thread_send(thread, core);
	}
	return STATUS_OK;
}

struct task *kernel_start_worker(uint32_t thread_id, int64_t (*resume)(struct task *task, int64_t result))
{
	struct thread *thread = thread_create(view_nobodys());

	if (!thread)
		return NULL;
	thread->task = (struct task){ .thread_id = thread_id, .resume = resume };
	return &thread->task;
}

void kernel_wake_worker(struct task *task)
{
	dispatch_complete((struct thread *)((char *)task - offsetof(struct thread, task)), 0);
}

int64_t kernel_exit_thread(void)
{
	thread_end(thread_current);
	return CALL_PARKED;
}

int64_t kernel_set_affinity(const struct core_set *set)
{
	struct thread *thread = thread_current;

	thread->affinity = *set;
	if (core_set_has(set, this_core()))
		return STATUS_OK;
	thread->program.registers.rax = 0;
	thread_send(thread, core_set_next(set, 0));
	return CALL_PARKED;
}
