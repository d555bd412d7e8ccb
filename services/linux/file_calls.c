/* file_calls.c - system calls about files, as far as there are any: the console
 * SPDX-License-Identifier: MIT
 * Descriptors 0, 1 and 2 are the console; there is no other. Own core, never waits but for room in the log. */
#include "abi/kernel.h"
#include "lib/string.h"
#include "services/linux/calls.h"
#include "services/linux/errno.h"
#include "services/linux/process.h"

enum {
	CONSOLE_LAST = 2,
	PIECE = 1024,
	WRITE_MAX = 4096, /* bytes in one call: the console is slow, and others wait for this core meanwhile */
	VECTORS_MAX = 1024,
	PATH_SIZE = 256,
	STAT_SIZE = 144,
	STAT_MODE = 24,      /* offsets in struct stat, Linux uapi asm/stat.h */
	STAT_RDEV = 40,
	STAT_BLOCK_SIZE = 56,
	CONSOLE_MODE = 0020620,
	CONSOLE_DEVICE = 5 << 8 | 1,
	EMPTY_PATH = 0x1000,
};

static int64_t check_console(uint64_t descriptor)
{
	return (uint32_t)descriptor <= CONSOLE_LAST ? 0 : -LINUX_EBADF;
}

/* Bytes written, perhaps fewer than asked for; an error only when there were none. */
static int64_t write_console(uint64_t from, uint64_t size)
{
	char piece[PIECE];
	uint64_t done = 0;

	if (size > WRITE_MAX)
		size = WRITE_MAX;
	while (done < size) {
		size_t length = size - done < PIECE ? size - done : PIECE;

		if (kernel_copy_in(piece, from + done, length))
			return done ? (int64_t)done : -LINUX_EFAULT;
		kernel_console_write(kernel_task()->process_id, piece, length);
		done += length;
	}
	return (int64_t)done;
}

int64_t linux_read(struct registers *registers)
{
	return check_console(registers->rdi);
}

int64_t linux_write(struct registers *registers)
{
	int64_t error = check_console(registers->rdi);

	if (error || !registers->rdx)
		return error;
	return registers->rdx > INT32_MAX ? -LINUX_EINVAL : write_console(registers->rsi, registers->rdx);
}

int64_t linux_writev(struct registers *registers)
{
	int64_t error = check_console(registers->rdi), done = 0;

	if (error)
		return error;
	if (registers->rdx > VECTORS_MAX)
		return -LINUX_EINVAL;
	for (uint64_t i = 0; i < registers->rdx; i++) {
		struct { uint64_t base, size; } vector;
		int64_t written;

		if (kernel_copy_in(&vector, registers->rsi + i * sizeof(vector), sizeof(vector)))
			return done ? done : -LINUX_EFAULT;
		if (vector.size > INT32_MAX)
			return done ? done : -LINUX_EINVAL;
		written = write_console(vector.base, vector.size);
		if (written < 0)
			return done ? done : written;
		done += written;
		if ((uint64_t)written < vector.size || done >= WRITE_MAX)
			break;
	}
	return done;
}

int64_t linux_close(struct registers *registers)
{
	return check_console(registers->rdi);
}

int64_t linux_ioctl(struct registers *registers)
{
	int64_t error = check_console(registers->rdi);

	return error ? error : -LINUX_ENOTTY;
}

static int64_t copy_stat(uint64_t to)
{
	uint8_t stat[STAT_SIZE] = {};
	uint32_t mode = CONSOLE_MODE;
	uint64_t device = CONSOLE_DEVICE, block = PIECE;

	memcpy(stat + STAT_MODE, &mode, sizeof(mode));
	memcpy(stat + STAT_RDEV, &device, sizeof(device));
	memcpy(stat + STAT_BLOCK_SIZE, &block, sizeof(block));
	return linux_result(kernel_copy_out(to, stat, sizeof(stat)));
}

int64_t linux_fstat(struct registers *registers)
{
	int64_t error = check_console(registers->rdi);

	return error ? error : copy_stat(registers->rsi);
}

int64_t linux_newfstatat(struct registers *registers)
{
	char path[PATH_SIZE];
	int64_t length = kernel_copy_in_text(path, registers->rsi, sizeof(path));

	if (length < 0)
		return length == STATUS_NO_SPACE ? -LINUX_ENAMETOOLONG : linux_result(length);
	if (length || !(registers->r10 & EMPTY_PATH))
		return -LINUX_ENOENT;
	return check_console(registers->rdi) ? -LINUX_EBADF : copy_stat(registers->rdx);
}

int64_t linux_openat(struct registers *registers)
{
	char path[PATH_SIZE];
	int64_t length = kernel_copy_in_text(path, registers->rsi, sizeof(path));

	return length < 0 && length != STATUS_NO_SPACE ? linux_result(length) : -LINUX_ENOENT;
}

int64_t linux_readlink(struct registers *registers)
{
	const char *executable = process_current()->executable;
	size_t length = strlen(executable);
	char path[PATH_SIZE], target[PATH_SIZE] = "/";
	int64_t status = kernel_copy_in_text(path, registers->rdi, sizeof(path));

	if (status < 0)
		return status == STATUS_NO_SPACE ? -LINUX_ENAMETOOLONG : linux_result(status);
	if (strcmp(path, "/proc/self/exe"))
		return -LINUX_ENOENT;
	while (*executable == '.' || *executable == '/') /* bounded: names end */
		executable++, length--;
	if (length > sizeof(target) - 1)
		length = sizeof(target) - 1;
	memcpy(target + 1, executable, length);
	length++;
	if (length > registers->rdx)
		length = registers->rdx;
	return kernel_copy_out(registers->rsi, target, length) ? -LINUX_EFAULT : (int64_t)length;
}

int64_t linux_getcwd(struct registers *registers)
{
	if (registers->rsi < 2)
		return -LINUX_ERANGE;
	return kernel_copy_out(registers->rdi, "/", 2) ? -LINUX_EFAULT : 2;
}

int64_t linux_umask(struct registers *registers)
{
	(void)registers;
	return 0022;
}
