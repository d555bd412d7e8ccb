/* proc.c - see proc.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/proc.h"

#include <stddef.h>

#include "abi/kernel.h"
#include "lib/format.h"
#include "lib/string.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"

enum {
	OPEN_WRITES = 3, OPEN_CREATES = 0100, OPEN_EXCLUSIVE = 0200, OPEN_TRUNCATES = 01000, OPEN_DIRECTORY = 0200000, /* open(2) */
	PATH_MOST = 64,
	TEXT_MOST = 4096 - 2 * sizeof(uint32_t),
};

struct text {
	uint32_t number, length;
	char letter[TEXT_MOST];
};

_Static_assert(sizeof(struct text) == 4096, "a page");

/* The composition's name; then a line for each service: its name, its domain, the class that it should have, the one that it has, how many replicas have
 * ended, and why the class is another one, or -. */
static size_t composition(char *out, size_t size)
{
	size_t length = format(out, size, "composition %s\n", kernel_composition());

	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		struct server_about about;

		kernel_server_about((enum server)server, &about);
		length += format(out + length, size - length, "%s %s %u %u %lu %s\n", about.name, about.domain, about.wanted, about.class, about.ended,
				 about.why ? about.why : "-");
	}
	return length;
}

static const struct {
	const char *path;
	size_t (*make)(char *out, size_t size);
} files[] = {
	{ "/proc/tessera/composition", composition },
};

int proc_find(uint64_t path)
{
	char name[PATH_MOST];

	if (kernel_copy_in_text(name, path, sizeof(name)) < 0)
		return -1;
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(name, files[i].path))
			return (int)i;
	return -1;
}

static struct file *make(unsigned number, uint32_t flags)
{
	struct text *text = kernel_files_page_take();
	struct file *file = text ? file_open_text(text, PROC_MODE, flags) : NULL;

	if (file) {
		text->number = number;
		text->length = (uint32_t)files[number].make(text->letter, sizeof(text->letter));
		return file;
	}
	if (text)
		kernel_page_give(text);
	return NULL;
}

/* 0: it can be opened so. */
static int64_t refusal(uint64_t flags)
{
	if (flags & OPEN_CREATES && flags & OPEN_EXCLUSIVE)
		return -LINUX_EEXIST;
	if (flags & OPEN_DIRECTORY)
		return -LINUX_ENOTDIR;
	return flags & (OPEN_WRITES | OPEN_TRUNCATES) ? -LINUX_EACCES : 0;
}

struct file *proc_open(uint64_t path, uint64_t flags, uint32_t kept, int64_t *error)
{
	int number = proc_find(path);
	struct file *file;

	if (number < 0)
		return NULL;
	*error = refusal(flags);
	if (*error)
		return NULL;
	file = make((unsigned)number, kept);
	*error = file ? 0 : -LINUX_ENOMEM;
	return file;
}

unsigned proc_number(const struct text *text)
{
	return text->number;
}

int64_t proc_read(const struct text *text, uint64_t offset, uint64_t to, uint64_t size)
{
	if (offset >= text->length)
		return 0;
	if (size > text->length - offset)
		size = text->length - offset;
	return kernel_copy_out(to, text->letter + offset, size) ? -LINUX_EFAULT : (int64_t)size;
}
