/* process_calls.c - system calls about processes and threads
 * SPDX-License-Identifier: MIT
 * What needs a process's home goes on in a resume function when the answer comes: on the home itself that is at
 * once, without a message. */
#include "abi/kernel.h"
#include "lib/core_set.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/futex.h"
#include "services/linux/mapped.h"
#include "services/linux/process.h"
#include "services/linux/then.h"

enum {
	SIGNAL_MAX = 64,
	SET_NAME = 15,
	SELECTOR_FS_SET = 0x1002,
	SELECTOR_GS_SET = 0x1001,
	SELECTOR_FS_GET = 0x1003,
	SELECTOR_GS_GET = 0x1004,
};

static int64_t end_thread(struct task *task, int64_t result)
{
	(void)task;
	(void)result;
	return kernel_exit_thread();
}

/* The page that it clears a word in has come, or does not. */
static int64_t exit_on(struct task *task, int64_t result)
{
	if (result != STATUS_OK)
		task->clear_on_exit = 0;
	return linux_exit(kernel_registers());
}

int64_t linux_exit(struct registers *registers)
{
	struct task *task = kernel_task();
	uint64_t cleared = task->clear_on_exit;
	uint32_t zero = 0;

	task->exit_status = (int32_t)(registers->rdi & 255) << 8;
	if (cleared && kernel_copy_out(cleared, &zero, sizeof(zero))) {
		if (task->missed)
			return mapped_page(task, exit_on);
		cleared = 0;
	}
	if (!cleared)
		return kernel_exit_thread();
	task->clear_on_exit = 0;
	return then(futex_wake_user(cleared, 1), end_thread);
}

int64_t linux_exit_group(struct registers *registers)
{
	return process_exit((int32_t)(registers->rdi & 255) << 8);
}

static void cancel_wait(struct task *task)
{
	struct reply_to self = kernel_reply_to(task);

	kernel_notify(process_home(task->process_id), SERVICE_LINUX, LINUX_WAIT_CANCEL,
		      (uint64_t[CALL_WORDS]){ task->process_id, self.core, self.cookie });
}

static int64_t child_ended(struct task *task, int64_t result);

/* The page that its status goes to has come, or does not. A child is told of once, so the call is not made anew. */
static int64_t status_on(struct task *task, int64_t result)
{
	return result == STATUS_OK ? child_ended(task, (int64_t)task->saved[1]) : -LINUX_EFAULT;
}

static int64_t child_ended(struct task *task, int64_t result)
{
	int32_t status = (int32_t)(result & 0xffff);

	if (result <= 0)
		return result;
	if (task->saved[0] && kernel_copy_out(task->saved[0], &status, sizeof(status))) {
		task->saved[1] = (uint64_t)result;
		return task->missed ? mapped_page(task, status_on) : -LINUX_EFAULT;
	}
	return result >> 16;
}

int64_t linux_wait4(struct registers *registers)
{
	struct task *task = kernel_task();
	int32_t which = (int32_t)registers->rdi;

	if (which < -1 || which == 0)
		which = -1; /* there are no process groups yet: all are one */
	task->saved[0] = registers->rsi;
	task->cancel = cancel_wait;
	return then(kernel_call(process_home(task->process_id), SERVICE_LINUX, LINUX_WAIT,
				(uint64_t[CALL_WORDS]){ task->process_id, which == -1 ? 0 : (uint64_t)which,
							registers->rdx & WAIT_NO_HANG }), child_ended);
}

/* Signals whose default is to be ignored: SIGCHLD, SIGCONT, SIGURG, SIGWINCH (signal(7)). */
static bool is_ignored(uint64_t signal)
{
	return signal == 17 || signal == 18 || signal == 23 || signal == 28;
}

static int64_t signal_to(int32_t id, uint64_t signal)
{
	if (signal > SIGNAL_MAX)
		return -LINUX_EINVAL;
	if (id <= 0)
		return -LINUX_ESRCH; /* no process groups yet */
	if (process_home((uint32_t)id) >= kernel_core_count())
		return -LINUX_ESRCH;
	if (is_ignored(signal))
		signal = 0; /* is the process there? */
	if ((uint32_t)id == process_current()->id)
		return signal ? process_exit((int32_t)signal) : 0;
	return kernel_call(process_home((uint32_t)id), SERVICE_LINUX, LINUX_SIGNAL,
			   (uint64_t[CALL_WORDS]){ (uint64_t)id, signal });
}

int64_t linux_kill(struct registers *registers)
{
	return signal_to((int32_t)registers->rdi, registers->rsi);
}

int64_t linux_tgkill(struct registers *registers)
{
	return signal_to((int32_t)registers->rdi, registers->rdx);
}

int64_t linux_tgkill_any(struct registers *registers)
{
	if ((uint32_t)registers->rdi == kernel_task()->thread_id)
		return signal_to((int32_t)process_current()->id, registers->rsi);
	return signal_to((int32_t)registers->rdi, registers->rsi);
}

int64_t linux_pause(struct registers *registers)
{
	(void)registers;
	return kernel_sleep();
}

int64_t linux_sched_yield(struct registers *registers)
{
	(void)registers;
	return kernel_yield();
}

int64_t linux_getpid(struct registers *registers)
{
	(void)registers;
	return process_current()->id;
}

int64_t linux_getppid(struct registers *registers)
{
	(void)registers;
	return process_current()->parent_id;
}

int64_t linux_gettid(struct registers *registers)
{
	(void)registers;
	return kernel_task()->thread_id;
}

int64_t linux_set_tid_address(struct registers *registers)
{
	kernel_task()->clear_on_exit = registers->rdi;
	return kernel_task()->thread_id;
}

int64_t linux_prctl(struct registers *registers)
{
	return registers->rdi == SET_NAME ? 0 : -LINUX_EINVAL;
}

int64_t linux_arch_prctl(struct registers *registers)
{
	uint64_t value = registers->rsi;

	switch (registers->rdi) {
	case SELECTOR_FS_SET:
	case SELECTOR_GS_SET:
		if (value >= VSPACE_END)
			return -LINUX_EPERM;
		kernel_set_base(registers->rdi == SELECTOR_GS_SET, value);
		return 0;
	case SELECTOR_FS_GET:
	case SELECTOR_GS_GET:
		value = kernel_base(registers->rdi == SELECTOR_GS_GET);
		return linux_result(kernel_copy_out(registers->rsi, &value, sizeof(value)));
	default:
		return -LINUX_EINVAL;
	}
}

static bool is_caller(uint64_t id)
{
	return id == 0 || (uint32_t)id == kernel_task()->thread_id;
}

int64_t linux_sched_setaffinity(struct registers *registers)
{
	struct core_set wish = {}, possible = {};
	uint64_t size = registers->rsi < sizeof(wish) ? registers->rsi : sizeof(wish);
	struct task *task = kernel_task();
	int64_t result;

	if (!is_caller(registers->rdi))
		return -LINUX_ESRCH;
	if (kernel_copy_in(&wish, registers->rdx, size))
		return -LINUX_EFAULT;
	core_set_for_each(core, &wish)
		if (core < kernel_core_count())
			core_set_add(&possible, core);
	if (core_set_empty(&possible))
		return -LINUX_EINVAL;
	task->resume = linux_answer;
	result = kernel_set_affinity(&possible);
	if (result != CALL_PARKED)
		task->resume = NULL;
	return result;
}

int64_t linux_sched_getaffinity(struct registers *registers)
{
	struct core_set set;
	uint64_t needed = (kernel_core_count() + 63) / 64 * 8;

	if (!is_caller(registers->rdi))
		return -LINUX_ESRCH;
	if (registers->rsi < needed || registers->rsi % 8)
		return -LINUX_EINVAL;
	kernel_affinity(&set);
	if (kernel_copy_out(registers->rdx, &set, needed))
		return -LINUX_EFAULT;
	return (int64_t)needed;
}

int64_t linux_getcpu(struct registers *registers)
{
	uint32_t core = kernel_core(), node = kernel_node();

	if (registers->rdi && kernel_copy_out(registers->rdi, &core, sizeof(core)))
		return -LINUX_EFAULT;
	if (registers->rsi && kernel_copy_out(registers->rsi, &node, sizeof(node)))
		return -LINUX_EFAULT;
	return 0;
}
