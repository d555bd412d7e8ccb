/* mapped.c - see mapped.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/mapped.h"

#include "abi/fs.h"
#include "abi/pager.h"
#include "services/linux/calls.h"
#include "services/linux/closer.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"
#include "services/linux/process.h"
#include "services/linux/served.h"
#include "services/linux/then.h"

enum {
	PAGE = 4096,
	RIGHTS = 7, /* in task->missed, below the address */
	ANEW_MOST = 32,
	ACCESS_MODE = 3, ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_BOTH = 2, /* open(2) */
	TYPE_MASK = 0170000, TYPE_FILE = 0100000, /* of a file's mode */
};

static int64_t end(struct task *task, int64_t result)
{
	task->missed = 0;
	if (result == STATUS_BUSY || result == STATUS_NO_PAGE || result == STATUS_BAD_ADDRESS)
		result = STATUS_OK; /* who tries again sees why, or finds it: something else may be mapped there by now */
	return task->mapped(task, result);
}

static int64_t ask(const struct task *task, const struct object_page *page);

static bool is_wanted_still(const struct task *task, const struct object_page *page)
{
	struct object_page now;

	return !kernel_object_page_find(task->missed, &now) && now.object == page->object && now.index == page->index;
}

static int64_t answered(struct task *task, int64_t result)
{
	struct object_page page = { task->call.word[2], task->call.word[3] };

	if (result != STATUS_OK)
		return end(task, is_wanted_still(task, &page) ? result : STATUS_OK);
	result = kernel_object_page_put(task->missed & ~(uint64_t)(PAGE - 1), &page, SERVER_fs, &task->answer[1], task->missed & RIGHTS);
	if (result != STATUS_RESTART || ++task->anew == ANEW_MOST)
		return end(task, result == STATUS_RESTART ? STATUS_BUSY : result);
	return ask(task, &page);
}

static int64_t ask(const struct task *task, const struct object_page *page)
{
	uint64_t flags = task->anew ? PAGER_ANEW : 0;

	return serve_file_call(&(struct service_call){ .word = { PAGER_PAGE | flags << 16, 0, page->object, page->index } }, answered);
}

int64_t mapped_page(struct task *task, int64_t (*next)(struct task *task, int64_t result))
{
	struct object_page page;
	status_t status = kernel_object_page_find(task->missed, &page);

	task->mapped = next;
	task->anew = 0;
	return status ? end(task, status) : ask(task, &page);
}

uint64_t mapped_object(uint64_t file)
{
	return ((const struct file *)file)->inode;
}

void mapped_keep(uint64_t file)
{
	file_share((struct file *)file);
}

void mapped_let_go(uint64_t file)
{
	file_put((struct file *)file);
}

/* Who has mapped the file keeps it. */
static int64_t mapping_made(struct task *task, int64_t result)
{
	if (result < 0)
		file_put(task->file);
	task->file = NULL;
	return serve_closing(linux_result(result));
}

/* 0, or why the file cannot be mapped so. */
static int64_t refusal(const struct file *file, uint64_t rights, bool *unwritable)
{
	unsigned access = __atomic_load_n(&file->flags, __ATOMIC_RELAXED) & ACCESS_MODE;

	*unwritable = rights & VSPACE_SHARED && access != ACCESS_BOTH;
	if ((file->mode & TYPE_MASK) != TYPE_FILE || !file->inode)
		return -LINUX_ENODEV;
	if (access == ACCESS_WRITE || (*unwritable && rights & VSPACE_WRITE))
		return -LINUX_EACCES;
	return 0;
}

int64_t mapping_of_file(const struct mapping *mapping, uint64_t descriptor, uint64_t offset)
{
	struct task *task = kernel_task();
	struct file *file = descriptor_hold(process_current()->descriptors, (uint32_t)descriptor);
	bool unwritable;
	int64_t error;

	if (!file)
		return -LINUX_EBADF;
	error = refusal(file, mapping->rights, &unwritable);
	if (!error && (offset % PAGE || !mapping->size))
		error = -LINUX_EINVAL;
	if (!error && (offset > FS_SIZE_MOST || mapping->size > FS_SIZE_MOST - offset))
		error = mapping->size > VSPACE_END ? -LINUX_ENOMEM : -LINUX_EOVERFLOW;
	if (error) {
		file_put(file);
		return serve_closing(error);
	}
	task->file = file;
	return then(kernel_vspace_call(kernel_vspace(), VSPACE_MAP_OBJECT, mapping->address, mapping->size,
				       mapping->rights | (unwritable ? VSPACE_OBJECT_UNWRITABLE : 0) | (uint64_t)mapping->how << VSPACE_OBJECT_FLAGS |
				       offset / PAGE << VSPACE_OBJECT_PAGE, (uint64_t)file), mapping_made);
}
