/* linux.c - the Linux ABI shim: from a system call's number to the function that serves it
 * SPDX-License-Identifier: MIT
 * Linked with the kernel (IC0). A replica on every core; what belongs to a process is at its home (process.h).
 * Own core, never waits. */
#include "abi/kernel.h"
#include "abi/token.h"
#include "abi/native.h"
#include "services/linux/calls.h"
#include "services/linux/closer.h"
#include "services/linux/errno.h"
#include "services/linux/exec.h"
#include "services/linux/files.h"
#include "services/linux/futex.h"
#include "services/linux/mapped.h"
#include "services/linux/process.h"
#include "services/linux/records.h"

enum {
	CALLS = 512,
	KILLED_MASK = 127,
};

typedef int64_t (*call_function)(struct registers *registers);

static int64_t unknown(struct registers *registers);

static const call_function calls[CALLS] = {
	[0 ... CALLS - 1] = unknown,
#define X(number, name, function, remark) [number] = function,
#include "services/linux/calls.def"
#undef X
};

static uint64_t told[CALLS / 64]; /* unknown numbers that the log knows of already */

static int64_t unknown(struct registers *registers)
{
	uint64_t number = registers->error;

	if (!(told[number / 64] >> number % 64 & 1)) {
		told[number / 64] |= UINT64_C(1) << number % 64;
		kernel_log("linux", "process %u called %lu, which is not there (see services/linux/calls.def)",
			   process_current()->id, number);
	}
	return -LINUX_ENOSYS;
}

static int64_t system_call(struct registers *registers)
{
	uint64_t number = registers->error;

	if (number < CALLS)
		return calls[number](registers);
	return native_call(registers);
}

int64_t linux_nothing(struct registers *registers)
{
	(void)registers;
	return 0;
}

static const char *reason(status_t status)
{
	if (status == STATUS_NO_MEMORY)
		return " (no memory is left for it)";
	return status == STATUS_OVER_LIMIT ? " (it has reached its limit)" : "";
}

static void fault(struct task *task, int signal, status_t status, uint64_t address, uint64_t instruction)
{
	const struct process *process = (const struct process *)task->process;

	if (task->token_landing && address >= TOKEN_WINDOW && address < TOKEN_WINDOW_END) {
		kernel_registers()->rip = task->token_landing;
		kernel_registers()->rax = (uint64_t)-(int64_t)LINUX_EFAULT;
		return;
	}
	kernel_log("linux", "process %u (%s, thread %u) killed by signal %d%s at instruction 0x%lx, address 0x%lx",
		   process->id, process->executable, task->thread_id, signal, reason(status), instruction, address);
	(void)process_exit(signal & KILLED_MASK);
}

static bool may_live(struct task *task)
{
	const struct process *process = (const struct process *)task->process;

	return !__atomic_load_n(&process->exiting, __ATOMIC_SEQ_CST);
}

static void thread_gone(struct task *task)
{
	if (task->file)
		file_put(task->file);
	if (task->unheard)
		closer_visit();
	kernel_notify(process_home(task->process_id), SERVICE_LINUX, LINUX_THREAD_GONE,
		      (uint64_t[CALL_WORDS]){ task->process_id, (uint64_t)task->exit_status });
}

static void visit_pages(void (*visit)(const void *page))
{
	processes_visit(visit);
	records_visit(visit);
}

static void visit_files(void (*visit)(const void *page))
{
	files_visit(visit);
	process_files_visit(visit);
}

static int64_t serve(const struct call *call)
{
	return call->operation >= LINUX_FUTEX_WAIT ? futex_serve(call) : process_serve(call);
}

const struct linux_service linux_service = {
	.system_call = system_call,
	.fault = fault,
	.start_first = exec_first,
	.may_live = may_live,
	.thread_gone = thread_gone,
	.page = mapped_page,
	.mapped_object = mapped_object,
	.mapped_keep = mapped_keep,
	.mapped_let_go = mapped_let_go,
	.page_moved = futex_page_moved,
	.visit_pages = visit_pages,
	.visit_files = visit_files,
	.call = serve,
};
