/* exec.c - see exec.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/exec.h"

#include "abi/kernel.h"
#include "lib/core_set.h"
#include "lib/string.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"
#include "services/linux/image.h"
#include "services/linux/process.h"

enum {
	PATH_SIZE = 256,
	USER_CODE = 0x2b,
	USER_DATA = 0x23,
	FLAGS_RESET = 0x202, /* interrupts on */
};

static struct registers initial_registers(const struct image *image)
{
	return (struct registers){ .rip = image->entry, .cs = USER_CODE, .rflags = FLAGS_RESET,
				   .rsp = image->stack, .ss = USER_DATA };
}

int exec_first(const char *path, char *const argv[])
{
	static const char *const environment[] = { "HOME=/", "PATH=/bin", "TERM=dumb", NULL };
	struct image_request request = { path, STRINGS_KERNEL, (uint64_t)argv, (uint64_t)environment };
	struct core_set everywhere = {};
	struct registers registers;
	struct process *process;
	struct image image;
	struct task task;
	const char *why;
	status_t status = image_build(&request, &image, &why);

	if (status) {
		kernel_log("linux", "cannot start %s: %s", path, why);
		return status;
	}
	for (unsigned core = 0; core < kernel_core_count(); core++)
		core_set_add(&everywhere, core);
	process = process_create(NULL, image.space, image.executable);
	if (!process)
		return STATUS_NO_MEMORY;
	task = (struct task){ .process = (uint64_t)process, .process_id = process->id, .thread_id = process->id };
	registers = initial_registers(&image);
	kernel_log("linux", "first program: %s", path);
	return kernel_start_thread(kernel_core(), image.space, &registers, &task, 0, &everywhere);
}

/* The home knows: the new program's first instruction is next. */
static int64_t step_over(struct task *task, int64_t result)
{
	task->clear_on_exit = 0;
	return result < 0 ? process_exit(task->exit_status) : 0;
}

static int64_t replace(const struct image *image)
{
	struct registers *registers = kernel_registers();
	struct task *task = kernel_task();
	const struct process *process = process_current();
	int64_t result;

	if (kernel_vspace_enter(image->space)) {
		kernel_vspace_release(image->space);
		return -LINUX_ENOMEM;
	}
	descriptors_exec(process->descriptors);
	*registers = initial_registers(image);
	kernel_set_base(0, 0);
	kernel_set_base(1, 0);
	result = kernel_call(process_home(process->id), SERVICE_LINUX, LINUX_EXECUTED,
			     (uint64_t[CALL_WORDS]){ task->process, (uint64_t)image->space,
						     (uint64_t)image->executable });
	task->resume = step_over;
	return result == CALL_PARKED ? result : kernel_go_on(result);
}

int64_t linux_execve(struct registers *registers)
{
	char path[PATH_SIZE];
	struct image_request request = { path, STRINGS_USER, registers->rsi, registers->rdx };
	int64_t length = kernel_copy_in_text(path, registers->rdi, sizeof(path));
	struct image image;
	const char *why;
	status_t status;

	if (length < 0)
		return length == STATUS_NO_SPACE ? -LINUX_ENAMETOOLONG : linux_result(length);
	if (process_current()->threads != 1)
		return -LINUX_EBUSY;
	status = image_build(&request, &image, &why);
	if (!status)
		return replace(&image);
	if (status == STATUS_NOT_FOUND)
		return -LINUX_ENOENT;
	if (status == STATUS_NO_SPACE)
		return -LINUX_E2BIG;
	if (status == STATUS_BAD_FORMAT || status == STATUS_TRUNCATED || status == STATUS_UNSUPPORTED)
		kernel_log("linux", "process %u cannot execute %s: %s", process_current()->id, path, why);
	return linux_result(status);
}
