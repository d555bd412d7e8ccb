/* info_calls.c - system calls that tell a program about the system
 * SPDX-License-Identifier: MIT
 * Own core, never waits. Layouts: Linux uapi linux/utsname.h, linux/sysinfo.h, linux/resource.h. */
#include "abi/kernel.h"
#include "lib/string.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"
#include "services/linux/mapped.h"
#include "services/linux/then.h"

enum {
	NAME_SIZE = 65,
	NAMES = 6,
	LIMITS = 16,
	LIMIT_STACK = 3,
	LIMIT_FILES = 7,
	STACK_SIZE = 8 << 20,
	SIGNAL_SET_SIZE = 8,
	RANDOM_PIECE = 256,
	RANDOM_STEP = (CALL_PAGES - 1) * 4096, /* bytes */
};

int64_t linux_uname(struct registers *registers)
{
	static const char *const text[NAMES] = {
		/* Programs look at the release to learn which calls they may use. */
		"Linux", "tessera", "6.1.0-tessera", "Tessera", "x86_64", "(none)",
	};
	char name[NAMES][NAME_SIZE] = {};

	for (unsigned i = 0; i < NAMES; i++)
		memcpy(name[i], text[i], strlen(text[i]));
	return linux_result(kernel_copy_out(registers->rdi, name, sizeof(name)));
}

int64_t linux_sysinfo(struct registers *registers)
{
	struct {
		int64_t uptime;
		uint64_t load[3], total, free, shared, buffers, swap_total, swap_free;
		uint16_t processes, pad;
		uint64_t high_total, high_free;
		uint32_t unit;
		uint32_t end;
	} info = {
		.uptime = (int64_t)(kernel_time() / 1000000000),
		.total = kernel_memory_total(),
		.free = kernel_memory_free(),
		.processes = 1,
		.unit = 1,
	};

	_Static_assert(sizeof(info) == 112, "struct sysinfo");
	return linux_result(kernel_copy_out(registers->rdi, &info, sizeof(info)));
}

int64_t linux_prlimit64(struct registers *registers)
{
	uint64_t limit[2] = { UINT64_MAX, UINT64_MAX };

	if (registers->rsi >= LIMITS)
		return -LINUX_EINVAL;
	if (registers->rdi && (uint32_t)registers->rdi != kernel_task()->process_id)
		return -LINUX_ESRCH;
	if (registers->rdx)
		return -LINUX_EPERM;
	if (registers->rsi == LIMIT_STACK)
		limit[0] = limit[1] = STACK_SIZE;
	if (registers->rsi == LIMIT_FILES)
		limit[0] = limit[1] = DESCRIPTORS_MOST;
	return registers->r10 ? linux_result(kernel_copy_out(registers->r10, limit, sizeof(limit))) : 0;
}

static status_t copy_random(uint64_t to, uint64_t size)
{
	uint64_t word[RANDOM_PIECE / 8];

	for (unsigned i = 0; i < RANDOM_PIECE / 8; i++)
		word[i] = kernel_random();
	return kernel_copy_out(to, word, size);
}

static int64_t fill_random(struct task *task, int64_t result);

static int64_t page_came(struct task *task, int64_t result)
{
	if (result != STATUS_OK)
		return task->saved[0] ? (int64_t)task->saved[0] : -LINUX_EFAULT;
	return fill_random(task, 0);
}

/* A step; saved[0] counts the bytes of those before it. Others have their turn in between. */
static int64_t fill_random(struct task *task, int64_t result)
{
	const struct registers *registers = kernel_registers();
	uint64_t *done = &task->saved[0], size = registers->rsi, end = size - *done < RANDOM_STEP ? size : *done + RANDOM_STEP;

	while (*done < end) {
		uint64_t piece = end - *done < RANDOM_PIECE ? end - *done : RANDOM_PIECE;

		if (copy_random(registers->rdi + *done, piece))
			return task->missed ? mapped_page(task, page_came) : page_came(task, STATUS_BAD_ADDRESS);
		*done += piece;
	}
	return end == size ? (int64_t)size : then(kernel_go_on(result), fill_random);
}

int64_t linux_getrandom(struct registers *registers)
{
	if (registers->rsi > INT32_MAX || registers->rdx > 7)
		return -LINUX_EINVAL;
	kernel_task()->saved[0] = 0;
	return fill_random(kernel_task(), 0);
}

int64_t linux_rt_sigprocmask(struct registers *registers)
{
	uint64_t none = 0;

	if (registers->r10 != SIGNAL_SET_SIZE)
		return -LINUX_EINVAL;
	if (registers->rsi && kernel_copy_in(&none, registers->rsi, sizeof(none)))
		return -LINUX_EFAULT;
	none = 0;
	return registers->rdx ? linux_result(kernel_copy_out(registers->rdx, &none, sizeof(none))) : 0;
}

int64_t linux_rseq(struct registers *registers)
{
	(void)registers;
	return -LINUX_ENOSYS;
}
