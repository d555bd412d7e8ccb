/* transfer.c - see transfer.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/transfer.h"

#include "abi/kernel.h"
#include "services/linux/calls.h"
#include "services/linux/closer.h"
#include "services/linux/console.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"
#include "services/linux/mapped.h"
#include "services/linux/proc.h"
#include "services/linux/process.h"
#include "services/linux/served.h"

enum {
	ACCESS_MODE = 3, ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_BOTH = 2, /* open(2) */
	APPENDS = 02000,
	VECTORS_MOST = 1024,
	PAGE = 4096,
	READV = 19, /* its number */
};

#define TRANSFER_MOST UINT64_C(0x7ffff000) /* read(2) */

/* In task->request. */
struct transfer {
	uint64_t address, size; /* of what is left of this piece of memory */
	uint64_t next, count;   /* the pieces behind it */
	uint64_t start, total;  /* in the file, and how much was asked for */
	uint64_t done;
	uint64_t how;
};

_Static_assert(sizeof(struct transfer) == sizeof(((struct task *)0)->request), "kept in the task");

struct vector {
	uint64_t base, size;
};

static struct transfer *transfer_of(struct task *task)
{
	return (struct transfer *)task->request;
}

static int64_t read_vector(const struct transfer *transfer, uint64_t index, struct vector *vector)
{
	if (kernel_copy_in(vector, transfer->next + index * sizeof(*vector), sizeof(*vector)))
		return -LINUX_EFAULT;
	return vector->size > INT64_MAX ? -LINUX_EINVAL : 0;
}

/* How much is asked for: no more than a call may. */
static int64_t add_up(struct transfer *transfer)
{
	struct vector vector;
	int64_t error = 0;

	transfer->total = transfer->size;
	for (uint64_t i = 0; !error && i < transfer->count; i++) {
		error = read_vector(transfer, i, &vector);
		if (!error && (transfer->total += vector.size) > INT64_MAX)
			error = -LINUX_EINVAL;
	}
	if (transfer->total > TRANSFER_MOST)
		transfer->total = TRANSFER_MOST;
	return error;
}

/* False: there is nothing more to do, or the program has changed its mind about where. */
static bool next_piece(struct transfer *transfer)
{
	struct vector vector;

	while (!transfer->size && transfer->count) { /* bounded: by VECTORS_MOST */
		if (read_vector(transfer, 0, &vector))
			return false;
		transfer->address = vector.base;
		transfer->size = vector.size;
		transfer->next += sizeof(vector);
		transfer->count--;
	}
	if (transfer->size > transfer->total - transfer->done)
		transfer->size = transfer->total - transfer->done;
	return transfer->size > 0;
}

static bool move_offset(struct file *file, uint64_t from, uint64_t to)
{
	return __atomic_compare_exchange_n(&file->offset, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static int64_t read_anew(void)
{
	struct registers *registers = kernel_registers();

	return registers->error == READV ? linux_readv(registers) : linux_read(registers);
}

static int64_t leave(struct task *task, int64_t result)
{
	file_put_served(task->file);
	task->file = NULL;
	return serve_closing(result);
}

static int64_t finish(struct task *task, int64_t error)
{
	struct transfer *transfer = transfer_of(task);
	struct file *file = task->file;
	uint64_t end = transfer->start + transfer->done;

	transfer->how &= ~(uint64_t)HOW_BY_PAGES;
	if (transfer->how == HOW_MOVES && transfer->done && !move_offset(file, transfer->start, end)) {
		file_put(file);
		task->file = NULL;
		return read_anew();
	}
	if (transfer->how == (HOW_MOVES | HOW_WRITES))
		(void)move_offset(file, transfer->start + transfer->total, end);
	if (transfer->how & HOW_APPENDS && transfer->done)
		__atomic_store_n(&file->offset, transfer->start, __ATOMIC_RELEASE);
	return leave(task, transfer->done ? (int64_t)transfer->done : error);
}

static int64_t go_on(struct task *task);

static uint64_t left_of_page(const struct transfer *transfer)
{
	return PAGE - transfer->address % PAGE;
}

/* What the service is asked for at once. */
static uint64_t part_of_piece(const struct transfer *transfer)
{
	uint64_t most = transfer->how & HOW_BY_PAGES ? left_of_page(transfer) : FS_TRANSFER_MOST;

	return transfer->size < most ? transfer->size : most;
}

/* The service begins anew behind a page that it has missed. So the pages behind that come, too, before it does: saved[0] is the next one. */
static int64_t page_came(struct task *task, int64_t result)
{
	struct transfer *transfer = transfer_of(task);
	uint64_t *next = &task->saved[0];
	char byte;

	if (result != STATUS_OK && transfer->how & HOW_BY_PAGES)
		return finish(task, -LINUX_EFAULT);
	if (result != STATUS_OK)
		transfer->how |= HOW_BY_PAGES; /* what lies before that page counts */
	while (result == STATUS_OK && *next - transfer->address < part_of_piece(transfer)) { /* bounded: by FS_TRANSFER_MOST */
		result = kernel_copy_in(&byte, *next, sizeof(byte));
		*next += PAGE;
	}
	return result != STATUS_OK && task->missed ? mapped_page(task, page_came) : go_on(task);
}

static int64_t fetch_pages(struct task *task)
{
	task->saved[0] = (task->missed | (PAGE - 1)) + 1;
	return mapped_page(task, page_came);
}

static int64_t piece_done(struct task *task, int64_t result)
{
	struct transfer *transfer = transfer_of(task);
	uint64_t asked = task->call.word[0] >> 16;

	if (result == STATUS_BAD_ADDRESS && task->missed)
		return fetch_pages(task);
	if (result == STATUS_BAD_ADDRESS && asked > left_of_page(transfer) && !kernel_ending()) { /* what lies before the bad address counts */
		transfer->how |= HOW_BY_PAGES;
		return go_on(task);
	}
	if (result < 0)
		return finish(task, linux_result(result));
	transfer->address += (uint64_t)result;
	transfer->size -= (uint64_t)result;
	transfer->done += (uint64_t)result;
	if (transfer->how & HOW_APPENDS)
		transfer->start = task->answer[1];
	return (uint64_t)result < asked || kernel_ending() ? finish(task, 0) : go_on(task);
}

static int64_t go_on(struct task *task)
{
	struct transfer *transfer = transfer_of(task);
	bool writes = transfer->how & HOW_WRITES;
	uint64_t size, offset = transfer->how & HOW_APPENDS ? FS_APPEND : transfer->start + transfer->done;

	if (!next_piece(transfer))
		return task->missed ? fetch_pages(task) : finish(task, 0);
	size = part_of_piece(transfer);
	return serve_file_call(&(struct service_call){
		.word = { (writes ? FS_WRITE : FS_READ) | size << 16, 0, task->file->inode, offset },
		.lent = { { transfer->address, size | (writes ? 0 : IPC_WRITABLE) } },
	}, piece_done);
}

/* One piece, where no service is asked: bytes, or a negative error number. */
static int64_t move_piece(const struct task *task, const struct transfer *transfer)
{
	if (task->file->text)
		return proc_read(task->file->text, transfer->start + transfer->done, transfer->address, transfer->size);
	return transfer->how & HOW_WRITES ? console_write(transfer->address, transfer->size) : 0;
}

static int64_t go_on_here(struct task *task, int64_t result);

/* A text, or the console. */
static int64_t move_here(struct task *task)
{
	struct transfer *transfer = transfer_of(task);
	int64_t result = 0;

	while (next_piece(transfer)) { /* bounded: by VECTORS_MOST */
		result = move_piece(task, transfer);
		if (result < 0)
			break;
		transfer->address += (uint64_t)result;
		transfer->size -= (uint64_t)result;
		transfer->done += (uint64_t)result;
		if (transfer->size)
			break;
	}
	if (task->missed)
		return mapped_page(task, go_on_here);
	return finish(task, result);
}

static int64_t go_on_here(struct task *task, int64_t result)
{
	return result == STATUS_OK ? move_here(task) : finish(task, -LINUX_EFAULT);
}

static bool is_permitted(const struct file *file, unsigned how)
{
	unsigned access = __atomic_load_n(&file->flags, __ATOMIC_RELAXED) & ACCESS_MODE;

	return access == ACCESS_BOTH || access == (how & HOW_WRITES ? ACCESS_WRITE : ACCESS_READ);
}

/* Where a transfer that moves the offset begins; a write takes all that it may write. */
static void begin(struct file *file, struct transfer *transfer)
{
	transfer->start = __atomic_load_n(&file->offset, __ATOMIC_ACQUIRE);
	while (transfer->how & HOW_WRITES && !move_offset(file, transfer->start, transfer->start + transfer->total)) /* bounded: each turn another has moved it */
		transfer->start = __atomic_load_n(&file->offset, __ATOMIC_ACQUIRE);
}

int64_t transfer(uint64_t descriptor, uint64_t address, uint64_t size, uint64_t count, uint64_t offset, unsigned how)
{
	struct task *task = kernel_task();
	struct transfer *transfer = transfer_of(task);
	struct file *file = descriptor_hold(process_current()->descriptors, (uint32_t)descriptor);
	int64_t error;

	if (!file)
		return -LINUX_EBADF;
	task->file = file;
	*transfer = (struct transfer){ .address = address, .size = size, .start = offset, .how = how };
	if (count)
		transfer->address = transfer->size = 0, transfer->next = address, transfer->count = count;
	if (!is_permitted(file, how))
		return leave(task, -LINUX_EBADF);
	if (count > VECTORS_MOST || size > INT64_MAX || (!(how & HOW_MOVES) && offset > INT64_MAX))
		return leave(task, -LINUX_EINVAL);
	error = add_up(transfer);
	if (error)
		return leave(task, error);
	if (!file->inode && !file->text)
		return how & HOW_MOVES ? move_here(task) : leave(task, -LINUX_ESPIPE);
	if (how == (HOW_MOVES | HOW_WRITES) && __atomic_load_n(&file->flags, __ATOMIC_RELAXED) & APPENDS)
		transfer->how |= HOW_APPENDS;
	else if (how & HOW_MOVES)
		begin(file, transfer);
	return file->text ? move_here(task) : go_on(task);
}
