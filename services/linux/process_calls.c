/* process_calls.c - system calls about processes and threads
 * SPDX-License-Identifier: MIT
 * What needs a process's home goes on in a resume function when the answer comes: on the home itself that is at
 * once, without a message. */
#include "abi/kernel.h"
#include "lib/core_set.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/futex.h"
#include "services/linux/process.h"

enum clone_flags {
	CLONE_VM = 0x100, CLONE_VFORK = 0x4000, CLONE_THREAD = 0x10000, CLONE_SETTLS = 0x80000,
	CLONE_PARENT_SETTID = 0x100000, CLONE_CHILD_CLEARTID = 0x200000, CLONE_CHILD_SETTID = 0x1000000,
};

enum {
	SIGNAL_MAX = 64,
	SET_NAME = 15,
	SELECTOR_FS_SET = 0x1002,
	SELECTOR_GS_SET = 0x1001,
	SELECTOR_FS_GET = 0x1003,
	SELECTOR_GS_GET = 0x1004,
};

#define USER_END UINT64_C(0x00007ffffffff000)

/* What clone, clone3 and vfork come down to. */
struct birth_request {
	uint64_t flags, stack, parent_tid, child_tid, tls;
};

_Static_assert(sizeof(struct birth_request) == sizeof(((struct task *)0)->request), "kept in the task");

/* The answer is there, or goes on when it comes. */
static int64_t then(int64_t result, int64_t (*next)(struct task *task, int64_t result))
{
	if (result != CALL_PARKED)
		return next(kernel_task(), result);
	kernel_task()->resume = next;
	return CALL_PARKED;
}

/* Threads spread over the cores that their creator may use: one further for each. */
static unsigned next_core(const struct core_set *allowed)
{
	static unsigned last;
	unsigned core = core_set_next(allowed, last + 1);

	if (core == CORE_SET_SIZE)
		core = core_set_next(allowed, 0);
	last = core;
	return core;
}

static int64_t start(struct birth_request *request, const struct task *task, unsigned core)
{
	struct registers registers = *kernel_registers();
	struct core_set affinity;
	uint64_t tls = request->flags & CLONE_SETTLS ? request->tls : kernel_base(0);

	kernel_affinity(&affinity);
	registers.rax = 0;
	if (request->stack)
		registers.rsp = request->stack;
	return kernel_start_thread(core, kernel_vspace(), &registers, task, tls, &affinity);
}

static int64_t write_ids(const struct birth_request *request, uint32_t id)
{
	if (request->flags & CLONE_PARENT_SETTID && kernel_copy_out(request->parent_tid, &id, sizeof(id)))
		return -LINUX_EFAULT;
	if (request->flags & CLONE_CHILD_SETTID && kernel_copy_out(request->child_tid, &id, sizeof(id)))
		return -LINUX_EFAULT;
	return 0;
}

static struct birth_request *request_of(struct task *task)
{
	return (struct birth_request *)task->request;
}

/* The home has counted the thread in and named it. */
static int64_t thread_named(struct task *task, int64_t id)
{
	struct birth_request *request = request_of(task);
	struct task born = { .process = task->process, .process_id = task->process_id, .thread_id = (uint32_t)id };
	struct core_set allowed;
	int64_t result;

	if (id < 0)
		return id;
	if (request->flags & CLONE_CHILD_CLEARTID)
		born.clear_on_exit = request->child_tid;
	kernel_affinity(&allowed);
	result = write_ids(request, (uint32_t)id);
	if (!result && start(request, &born, next_core(&allowed)))
		result = -LINUX_EAGAIN;
	if (result)
		kernel_notify(process_home(task->process_id), SERVICE_LINUX, LINUX_THREAD_GONE,
			      (uint64_t[CALL_WORDS]){ task->process_id, 0 });
	return result ? result : id;
}

static int64_t new_thread(void)
{
	struct task *task = kernel_task();

	return then(kernel_call(process_home(task->process_id), SERVICE_LINUX, LINUX_THREAD_ADD,
				(uint64_t[CALL_WORDS]){ task->process }), thread_named);
}

/* vfork, from its end: the child has a space of its own, or is gone. */
static int64_t memory_is_back(struct task *task, int64_t result)
{
	(void)result;
	return (int64_t)task->saved[0];
}

/* The parent's home knows of the child: let it run, and wait until it has memory of its own. */
static int64_t child_known(struct task *task, int64_t result)
{
	struct process *child = (struct process *)task->saved[1];
	struct birth_request *request = request_of(task);
	struct task born = { .process = (uint64_t)child, .process_id = child->id, .thread_id = child->id };
	uint64_t word[CALL_WORDS] = { task->process_id, child->id };

	task->saved[0] = child->id;
	if (!result)
		result = write_ids(request, child->id);
	if (!result && !start(request, &born, kernel_core()))
		return then(kernel_call(kernel_core(), SERVICE_LINUX, LINUX_LEND, (uint64_t[CALL_WORDS]){ (uint64_t)child }),
			    memory_is_back);
	kernel_notify(process_home(task->process_id), SERVICE_LINUX, LINUX_CHILD_FORGET, word);
	kernel_vspace_release(child->space);
	process_discard(child);
	return result < 0 ? result : -LINUX_EAGAIN;
}

/* The space has one user more. */
static int64_t space_held(struct task *task, int64_t result)
{
	const struct process *parent = (const struct process *)task->process;
	struct process *child = process_create(parent->id, kernel_vspace(), parent->executable);

	(void)result;
	if (!child) {
		kernel_vspace_release(kernel_vspace());
		return -LINUX_EAGAIN;
	}
	task->saved[1] = (uint64_t)child;
	return then(kernel_call(process_home(parent->id), SERVICE_LINUX, LINUX_CHILD_ADD,
				(uint64_t[CALL_WORDS]){ parent->id, child->id }), child_known);
}

static int64_t give_birth(const struct birth_request *request)
{
	struct task *task = kernel_task();

	*request_of(task) = *request;
	if (request->flags & CLONE_SETTLS && request->tls >= USER_END)
		return -LINUX_EPERM;
	if (request->flags & CLONE_THREAD)
		return request->flags & CLONE_VM && request->stack ? new_thread() : -LINUX_EINVAL;
	if ((request->flags & (CLONE_VM | CLONE_VFORK)) == (CLONE_VM | CLONE_VFORK))
		return then(kernel_vspace_hold(kernel_vspace()), space_held);
	return -LINUX_ENOSYS; /* copying a space is not there yet */
}

int64_t linux_clone(struct registers *registers)
{
	return give_birth(&(struct birth_request){ registers->rdi, registers->rsi, registers->rdx, registers->r10,
						   registers->r8 });
}

int64_t linux_vfork(struct registers *registers)
{
	(void)registers;
	return give_birth(&(struct birth_request){ .flags = CLONE_VM | CLONE_VFORK });
}

/* Source: clone(2), struct clone_args. */
int64_t linux_clone3(struct registers *registers)
{
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	} wish;

	if (registers->rsi < sizeof(wish))
		return -LINUX_EINVAL;
	if (kernel_copy_in(&wish, registers->rdi, sizeof(wish)))
		return -LINUX_EFAULT;
	return give_birth(&(struct birth_request){ wish.flags, wish.stack ? wish.stack + wish.stack_size : 0,
						   wish.parent_tid, wish.child_tid, wish.tls });
}

static int64_t end_thread(struct task *task, int64_t result)
{
	(void)task;
	(void)result;
	return kernel_exit_thread();
}

int64_t linux_exit(struct registers *registers)
{
	struct task *task = kernel_task();
	uint64_t cleared = task->clear_on_exit;
	uint32_t zero = 0;

	task->exit_status = (int32_t)(registers->rdi & 255) << 8;
	if (!cleared || kernel_copy_out(cleared, &zero, sizeof(zero)))
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

static int64_t child_ended(struct task *task, int64_t result)
{
	int32_t status = (int32_t)(result & 0xffff);

	if (result <= 0)
		return result;
	if (task->saved[0] && kernel_copy_out(task->saved[0], &status, sizeof(status)))
		return -LINUX_EFAULT;
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

static int64_t signal_to(int32_t id, uint64_t signal)
{
	if (signal > SIGNAL_MAX)
		return -LINUX_EINVAL;
	if (id <= 0)
		return -LINUX_ESRCH; /* no process groups yet */
	if (process_home((uint32_t)id) >= kernel_core_count())
		return -LINUX_ESRCH;
	if ((uint32_t)id == process_current()->id && signal)
		return process_exit((int32_t)signal);
	return kernel_call(process_home((uint32_t)id), SERVICE_LINUX, LINUX_SIGNAL, (uint64_t[CALL_WORDS]){ (uint64_t)id, signal });
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
		if (value >= USER_END)
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

static int64_t moved(struct task *task, int64_t result)
{
	(void)task;
	return linux_result(result);
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
	task->resume = moved;
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
