/* file_calls.c - system calls with a descriptor
 * SPDX-License-Identifier: MIT
 * Own core; never waits but for room in the log: what the file service does goes on in a resume function. */
#include "abi/kernel.h"
#include "services/linux/calls.h"
#include "services/linux/closer.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"
#include "services/linux/proc.h"
#include "services/linux/process.h"
#include "services/linux/served.h"
#include "services/linux/stat.h"
#include "services/linux/transfer.h"

enum {
	CLOSE_ON_EXEC = 02000000, /* O_CLOEXEC */
	CHANGEABLE = 0x6c00,      /* O_APPEND, O_NONBLOCK, O_ASYNC, O_DIRECT */
	ACCESS_MODE = 3,
	DUP = 0, GET_FD = 1, SET_FD = 2, GET_FLAGS = 3, SET_FLAGS = 4, DUP_EXEC = 1030, /* fcntl(2) */
	RANGE_EXEC = 4,           /* CLOSE_RANGE_CLOEXEC */
	SEEK_START = 0, SEEK_HERE = 1, SEEK_END = 2,
};

static struct descriptors *table(void)
{
	return process_current()->descriptors;
}

int64_t linux_read(struct registers *registers)
{
	return transfer(registers->rdi, registers->rsi, registers->rdx, 0, 0, HOW_MOVES);
}

int64_t linux_write(struct registers *registers)
{
	return transfer(registers->rdi, registers->rsi, registers->rdx, 0, 0, HOW_MOVES | HOW_WRITES);
}

int64_t linux_readv(struct registers *registers)
{
	return transfer(registers->rdi, registers->rsi, 0, registers->rdx, 0, HOW_MOVES);
}

int64_t linux_writev(struct registers *registers)
{
	return transfer(registers->rdi, registers->rsi, 0, registers->rdx, 0, HOW_MOVES | HOW_WRITES);
}

int64_t linux_pread64(struct registers *registers)
{
	return transfer(registers->rdi, registers->rsi, registers->rdx, 0, registers->r10, 0);
}

int64_t linux_pwrite64(struct registers *registers)
{
	return transfer(registers->rdi, registers->rsi, registers->rdx, 0, registers->r10, HOW_WRITES);
}

int64_t linux_close(struct registers *registers)
{
	struct file *file = descriptor_take(table(), (uint32_t)registers->rdi);

	if (!file)
		return -LINUX_EBADF;
	file_put_served(file);
	return serve_closing(0);
}

int64_t linux_close_range(struct registers *registers)
{
	uint32_t first = (uint32_t)registers->rdi, last = (uint32_t)registers->rsi;

	if (first > last || registers->rdx & ~(uint64_t)RANGE_EXEC)
		return -LINUX_EINVAL;
	for (uint32_t number = first; number <= last && number < DESCRIPTORS_MOST; number++) {
		struct file *file = registers->rdx ? NULL : descriptor_take(table(), number);

		if (file)
			file_put_served(file);
		else if (registers->rdx)
			(void)descriptor_mark(table(), number, true);
	}
	return serve_closing(0);
}

/* The lowest descriptor from `from` on leads to the file as well, whose reference it takes. */
static int64_t give_descriptor(struct file *file, uint64_t from, unsigned exec)
{
	int number = from < DESCRIPTORS_MOST ? descriptor_reserve(table(), (unsigned)from) : -1;

	if (number >= 0)
		descriptor_set(table(), (unsigned)number, file, exec);
	else
		file_put(file);
	return number >= 0 ? number : from < DESCRIPTORS_MOST ? -LINUX_EMFILE : -LINUX_EINVAL;
}

int64_t linux_dup(struct registers *registers)
{
	struct file *file = descriptor_hold(table(), (uint32_t)registers->rdi);

	return file ? give_descriptor(file, 0, 0) : -LINUX_EBADF;
}

static int64_t replace(uint32_t from, uint32_t to, unsigned exec)
{
	struct file *file = descriptor_hold(table(), from);
	bool done;

	if (!file)
		return -LINUX_EBADF;
	if (!descriptor_open(table(), to)) {
		file_put(file);
		return -LINUX_EBADF;
	}
	done = descriptor_replace(table(), to, file, exec);
	if (!done)
		file_put(file);
	return serve_closing(done ? (int64_t)to : -LINUX_EBUSY);
}

int64_t linux_dup2(struct registers *registers)
{
	uint32_t from = (uint32_t)registers->rdi, to = (uint32_t)registers->rsi;
	struct file *file;

	if (from != to)
		return replace(from, to, 0);
	file = descriptor_hold(table(), from);
	if (!file)
		return -LINUX_EBADF;
	file_put(file);
	return to;
}

int64_t linux_dup3(struct registers *registers)
{
	if ((uint32_t)registers->rdi == (uint32_t)registers->rsi || registers->rdx & ~(uint64_t)CLOSE_ON_EXEC)
		return -LINUX_EINVAL;
	return replace((uint32_t)registers->rdi, (uint32_t)registers->rsi, registers->rdx ? DESCRIPTOR_EXEC : 0);
}

static int64_t set_flags(struct file *file, uint32_t flags)
{
	uint32_t kept = __atomic_load_n(&file->flags, __ATOMIC_RELAXED) & ~(uint32_t)CHANGEABLE;

	__atomic_store_n(&file->flags, kept | (flags & CHANGEABLE), __ATOMIC_RELAXED);
	return 0;
}

static int64_t control(struct file *file, unsigned number, uint64_t operation, uint64_t argument)
{
	switch (operation) {
	case GET_FD:
		return __atomic_load_n(descriptor_word(table(), number), __ATOMIC_RELAXED) & DESCRIPTOR_EXEC ? 1 : 0;
	case SET_FD:
		return descriptor_mark(table(), number, argument & 1) ? 0 : -LINUX_EBADF; /* closed meanwhile */
	case GET_FLAGS:
		return __atomic_load_n(&file->flags, __ATOMIC_RELAXED);
	case SET_FLAGS:
		return set_flags(file, (uint32_t)argument);
	default:
		return -LINUX_EINVAL;
	}
}

int64_t linux_fcntl(struct registers *registers)
{
	struct file *file = descriptor_hold(table(), (uint32_t)registers->rdi);
	int64_t result;

	if (!file)
		return -LINUX_EBADF;
	if (registers->rsi == DUP || registers->rsi == DUP_EXEC)
		return give_descriptor(file, registers->rdx, registers->rsi == DUP_EXEC ? DESCRIPTOR_EXEC : 0);
	result = control(file, (uint32_t)registers->rdi, registers->rsi, registers->rdx);
	file_put(file);
	return serve_closing(result);
}

int64_t linux_ioctl(struct registers *registers)
{
	struct file *file = descriptor_hold(table(), (uint32_t)registers->rdi);

	if (!file)
		return -LINUX_EBADF;
	file_put(file);
	return serve_closing(-LINUX_ENOTTY);
}

/* Calls of one step: with the file that the descriptor leads to, and its inode in the service's words. */
static int64_t ask_of(uint64_t descriptor, struct service_call *call, int64_t (*next)(struct task *task, int64_t result))
{
	struct task *task = kernel_task();

	task->file = descriptor_hold(table(), (uint32_t)descriptor);
	if (!task->file)
		return -LINUX_EBADF;
	if (!task->file->inode)
		return next(task, STATUS_NO_CALL);
	call->word[2] = task->file->inode;
	return serve_file_call(call, next);
}

static int64_t let_go(struct task *task, int64_t result)
{
	file_put_served(task->file);
	task->file = NULL;
	return serve_closing(result);
}

static int64_t stat_known(struct task *task, int64_t result)
{
	if (task->file->text)
		return let_go(task, stat_text(kernel_registers()->rsi, proc_number(task->file->text)));
	if (!task->file->inode)
		return let_go(task, stat_console(kernel_registers()->rsi));
	return let_go(task, result < 0 ? linux_result(result) : stat_out(kernel_registers()->rsi, task->answer));
}

int64_t linux_fstat(struct registers *registers)
{
	return ask_of(registers->rdi, &(struct service_call){ .word = { FS_STAT_INODE } }, stat_known);
}

static int64_t listed(struct task *task, int64_t result)
{
	uint64_t from = task->call.word[3];

	if (!task->file->inode)
		return let_go(task, -LINUX_ENOTDIR);
	if (result > 0) /* who else reads from the same open directory meanwhile may read the same */
		__atomic_compare_exchange_n(&task->file->offset, &from, task->answer[1], 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	return let_go(task, linux_result(result));
}

int64_t linux_getdents64(struct registers *registers)
{
	uint64_t size = (uint32_t)registers->rdx < FS_TRANSFER_MOST ? (uint32_t)registers->rdx : FS_TRANSFER_MOST;
	struct file *file = descriptor_hold(table(), (uint32_t)registers->rdi);
	uint64_t offset;

	if (!file)
		return -LINUX_EBADF;
	offset = __atomic_load_n(&file->offset, __ATOMIC_ACQUIRE);
	file_put(file);
	return ask_of(registers->rdi, &(struct service_call){ .word = { FS_LIST | size << 16, 0, 0, offset }, .lent = { { registers->rsi, size | IPC_WRITABLE } } }, listed);
}

static int64_t truncated(struct task *task, int64_t result)
{
	return let_go(task, task->file->inode ? linux_result(result) : -LINUX_EINVAL);
}

int64_t linux_ftruncate(struct registers *registers)
{
	struct file *file = descriptor_hold(table(), (uint32_t)registers->rdi);
	bool writes;

	if (!file)
		return -LINUX_EBADF;
	writes = file->flags & ACCESS_MODE;
	file_put(file);
	if (!writes || registers->rsi > INT64_MAX)
		return -LINUX_EINVAL;
	return ask_of(registers->rdi, &(struct service_call){ .word = { FS_TRUNCATE, 0, 0, registers->rsi } }, truncated);
}

/* From where it is, which others may change: each distance counts. */
static int64_t seek_on(struct file *file, int64_t distance)
{
	uint64_t from = __atomic_load_n(&file->offset, __ATOMIC_ACQUIRE);
	int64_t to;

	do {
		if (__builtin_add_overflow((int64_t)from, distance, &to) || to < 0)
			return -LINUX_EINVAL;
	} while (!__atomic_compare_exchange_n(&file->offset, &from, (uint64_t)to, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)); /* bounded: each turn that fails, another has moved it */
	return to;
}

static int64_t seek_to(struct file *file, int64_t base, int64_t distance)
{
	int64_t to;

	if (__builtin_add_overflow(base, distance, &to) || to < 0)
		return -LINUX_EINVAL;
	__atomic_store_n(&file->offset, (uint64_t)to, __ATOMIC_RELEASE);
	return to;
}

static int64_t end_known(struct task *task, int64_t result)
{
	if (!task->file->inode)
		return let_go(task, task->file->text ? -LINUX_EINVAL : -LINUX_ESPIPE); /* as Linux has it of files that are made to be read */
	return let_go(task, result < 0 ? linux_result(result) : seek_to(task->file, (int64_t)task->answer[2], (int64_t)kernel_registers()->rsi));
}

int64_t linux_lseek(struct registers *registers)
{
	struct file *file;
	int64_t result;

	if (registers->rdx == SEEK_END)
		return ask_of(registers->rdi, &(struct service_call){ .word = { FS_STAT_INODE } }, end_known);
	file = descriptor_hold(table(), (uint32_t)registers->rdi);
	if (!file)
		return -LINUX_EBADF;
	if (!file->inode && !file->text)
		result = -LINUX_ESPIPE;
	else if (registers->rdx == SEEK_HERE)
		result = seek_on(file, (int64_t)registers->rsi);
	else if (registers->rdx == SEEK_START)
		result = seek_to(file, 0, (int64_t)registers->rsi);
	else
		result = -LINUX_EINVAL;
	file_put(file);
	return serve_closing(result);
}

/* Nothing outlives the machine. */
int64_t linux_fsync(struct registers *registers)
{
	struct file *file = descriptor_hold(table(), (uint32_t)registers->rdi);
	bool console = file && !file->inode;

	if (!file)
		return -LINUX_EBADF;
	file_put(file);
	return serve_closing(console ? -LINUX_EINVAL : 0);
}
