/* console.c - see console.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/console.h"

#include "abi/kernel.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"

enum {
	READ_AND_WRITE = 2,
	STREAMS = 3,
	WRITE_MOST = 4096,
};

struct descriptors *console_descriptors(void)
{
	struct descriptors *table = descriptors_create();
	struct file *console = table ? file_open(0, CONSOLE_MODE, READ_AND_WRITE) : NULL;

	if (!console) {
		if (table)
			descriptors_destroy(table);
		return NULL;
	}
	for (int i = 0; i < STREAMS; i++) {
		if (i)
			file_share(console);
		descriptor_set(table, (unsigned)i, console, 0);
	}
	return table;
}

int64_t console_write(uint64_t from, uint64_t size)
{
	char piece[CONSOLE_BLOCK];
	uint64_t done = 0;

	if (size > WRITE_MOST)
		size = WRITE_MOST;
	while (done < size) {
		uint64_t length = size - done < CONSOLE_BLOCK ? size - done : CONSOLE_BLOCK;

		if (kernel_copy_in(piece, from + done, length))
			return done ? (int64_t)done : -LINUX_EFAULT;
		kernel_console_write(kernel_task()->process_id, piece, length);
		done += length;
	}
	return (int64_t)done;
}
