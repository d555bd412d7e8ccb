/* link_calls.c - readlink
 * SPDX-License-Identifier: MIT
 * Own core, never waits. */
#include "abi/fs.h"
#include "abi/kernel.h"
#include "lib/string.h"
#include "services/linux/calls.h"
#include "services/linux/closer.h"
#include "services/linux/errno.h"
#include "services/linux/paths.h"
#include "services/linux/process.h"

/* There are no links but one: to the program that runs. */
static int64_t link_known(struct task *task, int64_t result)
{
	(void)task;
	return serve_closing(result < 0 ? linux_result(result) : -LINUX_EINVAL);
}

static int64_t read_executable(uint64_t to, uint64_t size)
{
	const char *executable = process_current()->executable;
	char target[256] = "/";
	size_t length;

	while (*executable == '.' || *executable == '/') /* bounded: names end */
		executable++;
	length = strlen(executable);
	if (length > sizeof(target) - 1)
		length = sizeof(target) - 1;
	memcpy(target + 1, executable, length);
	length++;
	if (length > size)
		length = size;
	return kernel_copy_out(to, target, length) ? -LINUX_EFAULT : (int64_t)length;
}

static int64_t read_link(uint64_t descriptor, uint64_t path, uint64_t to, uint64_t size)
{
	char name[sizeof("/proc/self/exe")];

	if (!size || size > INT32_MAX)
		return -LINUX_EINVAL;
	if (kernel_copy_in_text(name, path, sizeof(name)) == sizeof(name) - 1 && !strcmp(name, "/proc/self/exe"))
		return read_executable(to, size);
	return path_ask(descriptor, path, &(struct service_call){ .word = { FS_STAT } }, link_known);
}

int64_t linux_readlink(struct registers *registers)
{
	return read_link((uint64_t)AT_CURRENT, registers->rdi, registers->rsi, registers->rdx);
}

int64_t linux_readlinkat(struct registers *registers)
{
	return read_link(registers->rdi, registers->rsi, registers->rdx, registers->r10);
}
