/* births.c - clone, clone3, fork and vfork: new threads, and children that copy or borrow their parent's memory
 * SPDX-License-Identifier: MIT
 * What needs another home goes on in a resume function when the answer comes: on the home itself that is at
 * once, without a message. A thread is counted in at its process's home before it runs; a child is known to its
 * parent's home, and its space has one user more, before it does.
 * Own core, never waits. */
#include "abi/kernel.h"
#include "lib/core_set.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/mapped.h"
#include "services/linux/process.h"
#include "services/linux/then.h"

enum clone_flags {
	CLONE_VM = 0x100, CLONE_VFORK = 0x4000, CLONE_THREAD = 0x10000, CLONE_SETTLS = 0x80000,
	CLONE_PARENT_SETTID = 0x100000, CLONE_CHILD_CLEARTID = 0x200000, CLONE_CHILD_SETTID = 0x1000000,
};

/* What clone, clone3 and vfork come down to. */
struct birth_request {
	uint64_t flags, stack, parent_tid, child_tid, tls;
};

_Static_assert(sizeof(struct birth_request) <= sizeof(((struct task *)0)->request), "kept in the task");

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

static int64_t start(struct birth_request *request, const struct task *task, struct vspace *space, unsigned core)
{
	struct registers registers = *kernel_registers();
	struct core_set affinity;
	uint64_t tls = request->flags & CLONE_SETTLS ? request->tls : kernel_base(0);

	kernel_affinity(&affinity);
	registers.rax = 0;
	if (request->stack)
		registers.rsp = request->stack;
	return kernel_start_thread(core, space, &registers, task, tls, &affinity);
}

static int64_t write_ids(const struct birth_request *request, uint32_t id)
{
	if (request->flags & CLONE_PARENT_SETTID && kernel_copy_out(request->parent_tid, &id, sizeof(id)))
		return -LINUX_EFAULT;
	if (request->flags & CLONE_VM && request->flags & CLONE_CHILD_SETTID &&
	    kernel_copy_out(request->child_tid, &id, sizeof(id)))
		return -LINUX_EFAULT;
	return 0;
}

/* The first that a child with memory of its own does: its id belongs there, and not in its parent's. */
static int64_t write_own_id(struct task *task, int64_t result)
{
	status_t unwritten = result == STATUS_OK ? kernel_copy_out(task->saved[0], &task->thread_id, sizeof(task->thread_id)) : STATUS_OK;

	if (unwritten && task->missed)
		return mapped_page(task, write_own_id);
	return 0; /* a child begins without, on Linux, too */
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
	if (!result && start(request, &born, kernel_vspace(), next_core(&allowed)))
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

/* The parent's home knows of the child: let it run. One that borrows memory is waited for until it has its own. */
static int64_t child_known(struct task *task, int64_t result)
{
	struct process *child = (struct process *)task->saved[1];
	struct birth_request *request = request_of(task);
	struct task born = { .process = (uint64_t)child, .process_id = child->id, .thread_id = child->id };
	uint64_t word[CALL_WORDS] = { task->process_id, child->id };

	task->saved[0] = child->id;
	if (request->flags & CLONE_CHILD_CLEARTID)
		born.clear_on_exit = request->child_tid;
	if (request->flags & CLONE_CHILD_SETTID && !(request->flags & CLONE_VM)) {
		born.saved[0] = request->child_tid;
		born.resume = write_own_id;
	}
	if (!result)
		result = write_ids(request, child->id);
	if (!result && !start(request, &born, child->space, kernel_core())) {
		if (!(request->flags & CLONE_VFORK))
			return (int64_t)task->saved[0];
		return then(kernel_call(kernel_core(), SERVICE_LINUX, LINUX_LEND,
					(uint64_t[CALL_WORDS]){ (uint64_t)child }), memory_is_back);
	}
	kernel_notify(process_home(task->process_id), SERVICE_LINUX, LINUX_CHILD_FORGET, word);
	kernel_vspace_release(child->space);
	process_discard(child);
	return result < 0 ? result : -LINUX_EAGAIN;
}

/* A space for the child is there: the parent's with one user more, or a copy. */
static int64_t new_process(struct vspace *space)
{
	struct task *task = kernel_task();
	const struct process *parent = process_current();
	struct process *child = process_create(parent, space, parent->executable);

	if (!child) {
		kernel_vspace_release(space);
		return -LINUX_EAGAIN;
	}
	task->saved[1] = (uint64_t)child;
	return then(kernel_call(process_home(parent->id), SERVICE_LINUX, LINUX_CHILD_ADD,
				(uint64_t[CALL_WORDS]){ parent->id, child->id }), child_known);
}

/* vfork. The space's home does not refuse. */
static int64_t space_held(struct task *task, int64_t result)
{
	(void)task;
	(void)result;
	return new_process(kernel_vspace());
}

static int64_t fork_space(struct task *task, int64_t result);

/* The pages of shared mappings that are not there yet, saved[0] the next one, as far as frames can be had. */
static int64_t fill_shared(struct task *task, int64_t result)
{
	status_t status = result ? STATUS_NO_MEMORY : kernel_vspace_fill_shared(&task->saved[0]);

	if (status == STATUS_NO_PAGE)
		return then(kernel_borrow(), fill_shared);
	if (status == STATUS_BUSY)
		return then(kernel_go_on(0), fill_shared);
	return status ? -LINUX_ENOMEM : fork_space(task, 0);
}

static int64_t fork_space(struct task *task, int64_t result)
{
	status_t status;
	struct vspace *copy = kernel_vspace_fork(&status);

	(void)result;
	if (copy)
		return new_process(copy);
	if (status != STATUS_NO_PAGE)
		return -LINUX_ENOMEM;
	task->saved[0] = 0;
	return fill_shared(task, 0);
}

static int64_t give_birth(const struct birth_request *request)
{
	struct task *task = kernel_task();

	*request_of(task) = *request;
	if (request->flags & CLONE_SETTLS && request->tls >= VSPACE_END)
		return -LINUX_EPERM;
	if (request->flags & CLONE_THREAD)
		return request->flags & CLONE_VM && request->stack ? new_thread() : -LINUX_EINVAL;
	if ((request->flags & (CLONE_VM | CLONE_VFORK)) == (CLONE_VM | CLONE_VFORK))
		return then(kernel_vspace_hold(kernel_vspace()), space_held);
	return request->flags & CLONE_VM ? -LINUX_ENOSYS : fork_space(task, 0); /* a process that shares memory for good: not there */
}

int64_t linux_clone(struct registers *registers)
{
	return give_birth(&(struct birth_request){ registers->rdi, registers->rsi, registers->rdx, registers->r10,
						   registers->r8 });
}

int64_t linux_fork(struct registers *registers)
{
	(void)registers;
	return give_birth(&(struct birth_request){ .flags = 0 });
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
