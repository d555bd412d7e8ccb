/* path_calls.c - system calls with a path
 * SPDX-License-Identifier: MIT
 * The file service resolves it: it gets the path as the program's memory has it, and the directory that a relative one begins at.
 * Own core, never waits: what the file service does goes on in a resume function. */
#include "abi/kernel.h"
#include "lib/string.h"
#include "services/linux/calls.h"
#include "services/linux/closer.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"
#include "services/linux/paths.h"
#include "services/linux/proc.h"
#include "services/linux/process.h"
#include "services/linux/served.h"
#include "services/linux/stat.h"

enum {
	AT_REMOVES_DIRECTORY = 0x200, AT_EMPTY_PATH = 0x1000, /* openat(2) and its kin */
	AT_KNOWN = 0x100 | 0x800 | AT_EMPTY_PATH | 0x6000,                       /* and those that change nothing here: links, mounts, synchronisation */
	OPEN_WRITES = 3, OPEN_CREATES = 0100, OPEN_EXCLUSIVE = 0200, OPEN_TRUNCATES = 01000, OPEN_DIRECTORY = 0200000, OPEN_CLOSES = 02000000,
	OPEN_KEPT = ~(OPEN_CREATES | OPEN_EXCLUSIVE | OPEN_TRUNCATES | 0400 /* O_NOCTTY */ | OPEN_CLOSES),
	RENAME_KEEPS = 1,
	MODE = 07777, DIRECTORY_MODE = 01777,
	MAY_EXECUTE = 1, ANY_EXECUTE = 0111,
	PATH_SIZE = 4096, PAGE = 4096,
};

static struct descriptors *table(void)
{
	return process_current()->descriptors;
}

/* The beginning of a path goes along, as far as its page does. */
static void take_along(struct service_call *call)
{
	uint64_t path = call->lent[0].address, size = PAGE - path % PAGE;

	if (size > LENT_BEGINNING)
		size = LENT_BEGINNING;
	call->begins = kernel_copy_in(call->beginning, path, size) ? 0 : size;
}

static struct lent path_at(uint64_t address)
{
	return (struct lent){ address, PATH_SIZE };
}

/* The inode of the directory that a descriptor leads to; or a negative error number. */
static int64_t directory_of(uint64_t descriptor)
{
	int64_t inode = (int64_t)descriptors_directory(table());
	struct file *file;

	if ((int32_t)descriptor == AT_CURRENT)
		return inode ? inode : (int64_t)FS_ROOT;
	file = descriptor_hold(table(), (uint32_t)descriptor);
	if (!file)
		return -LINUX_EBADF;
	inode = (int64_t)file->inode;
	file_put(file);
	return inode ? inode : -LINUX_ENOTDIR;
}

/* Where a path begins: an absolute one at the root, whatever the descriptor is. */
static int64_t start_of(uint64_t descriptor, uint64_t path)
{
	char first;

	if ((int32_t)descriptor == AT_CURRENT)
		return directory_of(descriptor);
	if (kernel_copy_in(&first, path, 1))
		return -LINUX_EFAULT;
	return first == '/' ? (int64_t)FS_ROOT : directory_of(descriptor);
}

int64_t path_ask(uint64_t descriptor, uint64_t path, struct service_call *call, int64_t (*next)(struct task *task, int64_t result))
{
	int64_t directory = start_of(descriptor, path);

	if (directory < 0)
		return directory;
	call->word[2] = (uint64_t)directory;
	call->lent[0] = path_at(path);
	take_along(call);
	return serve_file_call(call, next);
}

static int64_t done(struct task *task, int64_t result)
{
	(void)task;
	return serve_closing(linux_result(result));
}

/* What open(2) asks for, in task->request. */
struct opening {
	uint64_t number, flags;
};

static struct opening *opening_of(struct task *task)
{
	return (struct opening *)task->request;
}

static int64_t failed(struct task *task, int64_t result)
{
	(void)result;
	return serve_closing((int64_t)task->request[2]);
}

/* The service has it open, and nobody else knows of it. */
static int64_t close_again(struct task *task, uint64_t inode, int64_t error)
{
	task->request[2] = (uint64_t)error;
	return serve_file_call(&(struct service_call){ .word = { FS_CLOSE, 0, inode } }, failed);
}

static int64_t opened(struct task *task, int64_t result)
{
	struct opening *opening = opening_of(task);
	uint32_t kept = (uint32_t)opening->flags & (uint32_t)OPEN_KEPT;
	int64_t error = linux_result(result);
	struct file *file = NULL;

	if (result > 0)
		file = file_open((uint64_t)result, (uint32_t)task->answer[1], kept);
	else if (result == STATUS_NOT_FOUND)
		file = proc_open(task->call.lent[0].address, opening->flags, kept, &error);
	descriptor_set(table(), (unsigned)opening->number, file, opening->flags & OPEN_CLOSES ? DESCRIPTOR_EXEC : 0);
	if (file)
		return serve_closing((int64_t)opening->number);
	return result > 0 ? close_again(task, (uint64_t)result, -LINUX_ENOMEM) : serve_closing(error);
}

static uint64_t service_flags(uint64_t flags)
{
	return (flags & OPEN_CREATES ? FS_CREATE : 0) | (flags & OPEN_EXCLUSIVE ? FS_EXCLUSIVE : 0) | (flags & OPEN_TRUNCATES ? FS_TRUNCATES : 0) |
	       (flags & OPEN_DIRECTORY ? FS_DIRECTORY : 0) | (flags & OPEN_WRITES ? FS_WRITES : 0);
}

static int64_t open_at(uint64_t descriptor, uint64_t path, uint64_t flags, uint64_t mode)
{
	int64_t directory = start_of(descriptor, path);
	int number = directory < 0 ? -1 : descriptor_reserve(table(), 0);
	struct service_call call = {
		.word = { FS_OPEN | service_flags(flags) << 16, 0, (uint64_t)directory, mode & MODE & ~table()->mask },
		.lent = { path_at(path) },
	};

	if (number < 0)
		return directory < 0 ? directory : -LINUX_EMFILE;
	*opening_of(kernel_task()) = (struct opening){ (uint64_t)number, flags };
	take_along(&call);
	return serve_file_call(&call, opened);
}

int64_t linux_open(struct registers *registers)
{
	return open_at((uint64_t)AT_CURRENT, registers->rdi, registers->rsi, registers->rdx);
}

int64_t linux_openat(struct registers *registers)
{
	return open_at(registers->rdi, registers->rsi, registers->rdx, registers->r10);
}

int64_t linux_creat(struct registers *registers)
{
	return open_at((uint64_t)AT_CURRENT, registers->rdi, OPEN_CREATES | OPEN_TRUNCATES | 1, registers->rsi);
}

/* Of a path of which the file service says this; -1: it is no file that is made to be read. */
static int text_of(const struct task *task, int64_t result)
{
	return result == STATUS_NOT_FOUND ? proc_find(task->call.lent[0].address) : -1;
}

static int64_t path_stat_known(struct task *task, int64_t result)
{
	int text = text_of(task, result);

	if (text >= 0)
		return serve_closing(stat_text(task->request[0], (unsigned)text));
	return serve_closing(result < 0 ? linux_result(result) : stat_out(task->request[0], task->answer));
}

static int64_t path_statx_known(struct task *task, int64_t result)
{
	int text = text_of(task, result);

	if (text >= 0)
		return serve_closing(statx_text(task->request[0], (unsigned)text));
	return serve_closing(result < 0 ? linux_result(result) : statx_out(task->request[0], task->answer));
}

/* The path is empty, and the descriptor is meant. */
static bool is_empty(uint64_t path, uint64_t flags)
{
	char first;

	return flags & AT_EMPTY_PATH && !kernel_copy_in(&first, path, 1) && !first;
}

struct stat_ways {
	int64_t (*console)(uint64_t to), (*text)(uint64_t to, unsigned number), (*known)(struct task *task, int64_t result);
};

static int64_t stat_descriptor(uint64_t descriptor, uint64_t to, const struct stat_ways *ways)
{
	struct file *file = (int32_t)descriptor == AT_CURRENT ? NULL : descriptor_hold(table(), (uint32_t)descriptor);
	int64_t inode = file ? (int64_t)file->inode : directory_of(descriptor);
	int text = file && file->text ? (int)proc_number(file->text) : -1;

	if (file)
		file_put(file);
	if (inode < 0)
		return inode;
	if (text >= 0)
		return ways->text(to, (unsigned)text);
	if (!inode)
		return ways->console(to);
	return serve_file_call(&(struct service_call){ .word = { FS_STAT_INODE, 0, (uint64_t)inode } }, ways->known);
}

int64_t linux_stat(struct registers *registers)
{
	kernel_task()->request[0] = registers->rsi;
	return path_ask((uint64_t)AT_CURRENT, registers->rdi, &(struct service_call){ .word = { FS_STAT } }, path_stat_known);
}

int64_t linux_newfstatat(struct registers *registers)
{
	kernel_task()->request[0] = registers->rdx;
	if (registers->r10 & ~(uint64_t)AT_KNOWN)
		return -LINUX_EINVAL;
	if (is_empty(registers->rsi, registers->r10))
		return stat_descriptor(registers->rdi, registers->rdx, &(struct stat_ways){ stat_console, stat_text, path_stat_known });
	return path_ask(registers->rdi, registers->rsi, &(struct service_call){ .word = { FS_STAT } }, path_stat_known);
}

int64_t linux_statx(struct registers *registers)
{
	kernel_task()->request[0] = registers->r8;
	if (registers->rdx & ~(uint64_t)AT_KNOWN)
		return -LINUX_EINVAL;
	if (is_empty(registers->rsi, registers->rdx))
		return stat_descriptor(registers->rdi, registers->r8, &(struct stat_ways){ statx_console, statx_text, path_statx_known });
	return path_ask(registers->rdi, registers->rsi, &(struct service_call){ .word = { FS_STAT } }, path_statx_known);
}

/* Everybody is root: a file that nobody may execute is the only thing refused. */
static int64_t access_known(struct task *task, int64_t result)
{
	uint32_t mode = (uint32_t)task->answer[3];

	if (text_of(task, result) >= 0)
		return serve_closing(task->request[0] & MAY_EXECUTE ? -LINUX_EACCES : 0);
	if (result >= 0 && task->request[0] & MAY_EXECUTE && (mode & FS_MODE_TYPE) == FS_MODE_FILE && !(mode & ANY_EXECUTE))
		return serve_closing(-LINUX_EACCES);
	return serve_closing(result < 0 ? linux_result(result) : 0);
}

static int64_t access_at(uint64_t descriptor, uint64_t path, uint64_t wish)
{
	kernel_task()->request[0] = wish;
	return wish & ~UINT64_C(7) ? -LINUX_EINVAL : path_ask(descriptor, path, &(struct service_call){ .word = { FS_STAT } }, access_known);
}

int64_t linux_access(struct registers *registers)
{
	return access_at((uint64_t)AT_CURRENT, registers->rdi, registers->rsi);
}

int64_t linux_faccessat(struct registers *registers)
{
	return access_at(registers->rdi, registers->rsi, registers->rdx);
}

int64_t linux_unlink(struct registers *registers)
{
	return path_ask((uint64_t)AT_CURRENT, registers->rdi, &(struct service_call){ .word = { FS_UNLINK } }, done);
}

int64_t linux_unlinkat(struct registers *registers)
{
	if (registers->rdx & ~(uint64_t)AT_REMOVES_DIRECTORY)
		return -LINUX_EINVAL;
	return path_ask(registers->rdi, registers->rsi, &(struct service_call){ .word = { registers->rdx ? FS_RMDIR : FS_UNLINK } }, done);
}

int64_t linux_rmdir(struct registers *registers)
{
	return path_ask((uint64_t)AT_CURRENT, registers->rdi, &(struct service_call){ .word = { FS_RMDIR } }, done);
}

static int64_t make_directory(uint64_t descriptor, uint64_t path, uint64_t mode)
{
	return path_ask(descriptor, path, &(struct service_call){ .word = { FS_MKDIR, 0, 0, mode & DIRECTORY_MODE & ~table()->mask } }, done);
}

int64_t linux_mkdir(struct registers *registers)
{
	return make_directory((uint64_t)AT_CURRENT, registers->rdi, registers->rsi);
}

int64_t linux_mkdirat(struct registers *registers)
{
	return make_directory(registers->rdi, registers->rsi, registers->rdx);
}

static int64_t rename_at(uint64_t from_directory, uint64_t from, uint64_t to_directory, uint64_t to, uint64_t flags)
{
	int64_t target = start_of(to_directory, to);

	if (flags & ~(uint64_t)RENAME_KEEPS)
		return -LINUX_EINVAL;
	if (target < 0)
		return target;
	return path_ask(from_directory, from, &(struct service_call){
		.word = { FS_RENAME | (flags ? FS_NO_REPLACE << 16 : 0), 0, 0, (uint64_t)target },
		.lent = { [1] = path_at(to) },
	}, done);
}

int64_t linux_rename(struct registers *registers)
{
	return rename_at((uint64_t)AT_CURRENT, registers->rdi, (uint64_t)AT_CURRENT, registers->rsi, 0);
}

int64_t linux_renameat(struct registers *registers)
{
	return rename_at(registers->rdi, registers->rsi, registers->rdx, registers->r10, 0);
}

int64_t linux_renameat2(struct registers *registers)
{
	return rename_at(registers->rdi, registers->rsi, registers->rdx, registers->r10, registers->r8);
}

static int64_t truncated(struct task *task, int64_t result)
{
	file_put_served(task->file);
	task->file = NULL;
	return serve_closing(linux_result(result));
}

static int64_t opened_to_truncate(struct task *task, int64_t result)
{
	if (result < 0)
		return serve_closing(linux_result(result));
	task->file = file_open((uint64_t)result, (uint32_t)task->answer[1], 0);
	if (!task->file)
		return close_again(task, (uint64_t)result, -LINUX_ENOMEM);
	return serve_file_call(&(struct service_call){ .word = { FS_TRUNCATE, 0, (uint64_t)result, task->request[0] } }, truncated);
}

int64_t linux_truncate(struct registers *registers)
{
	kernel_task()->request[0] = registers->rsi;
	if (registers->rsi > INT64_MAX)
		return -LINUX_EINVAL;
	return path_ask((uint64_t)AT_CURRENT, registers->rdi, &(struct service_call){ .word = { FS_OPEN | FS_WRITES << 16 } }, opened_to_truncate);
}

static int64_t opened_to_move(struct task *task, int64_t result)
{
	struct file *file = result > 0 ? file_open((uint64_t)result, (uint32_t)task->answer[1], 0) : NULL;

	if (file)
		descriptors_move(table(), file);
	else if (result > 0)
		return close_again(task, (uint64_t)result, -LINUX_ENOMEM);
	return serve_closing(file ? 0 : linux_result(result));
}

int64_t linux_chdir(struct registers *registers)
{
	return path_ask((uint64_t)AT_CURRENT, registers->rdi, &(struct service_call){ .word = { FS_OPEN | FS_DIRECTORY << 16 } }, opened_to_move);
}

int64_t linux_fchdir(struct registers *registers)
{
	struct file *file = descriptor_hold(table(), (uint32_t)registers->rdi);

	if (!file)
		return -LINUX_EBADF;
	if ((file->mode & FS_MODE_TYPE) != FS_MODE_DIRECTORY) {
		file_put(file);
		return serve_closing(-LINUX_ENOTDIR);
	}
	descriptors_move(table(), file);
	return serve_closing(0);
}

/* With the zero behind it, as getcwd(2) counts. */
static int64_t path_known(struct task *task, int64_t result)
{
	(void)task;
	return serve_closing(result == STATUS_NO_SPACE ? -LINUX_ERANGE : result < 0 ? linux_result(result) : result + 1);
}

int64_t linux_getcwd(struct registers *registers)
{
	int64_t directory = directory_of((uint64_t)AT_CURRENT);
	uint64_t size = registers->rsi < PATH_SIZE ? registers->rsi : PATH_SIZE;

	return serve_file_call(&(struct service_call){ .word = { FS_PATH | size << 16, 0, (uint64_t)directory }, .lent = { { registers->rdi, size | IPC_WRITABLE } } }, path_known);
}

int64_t linux_umask(struct registers *registers)
{
	return (int64_t)__atomic_exchange_n(&table()->mask, registers->rdi & 0777, __ATOMIC_RELAXED);
}
