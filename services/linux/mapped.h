/* mapped.h - pages of mapped files: the file service is asked for them when a thread reaches for one
 * SPDX-License-Identifier: MIT
 * What is mapped where, the kernel keeps (kernel/memory/backing.h): an open file, which each mapping has a reference of, and a page's number.
 * Own core, never waits. Tested by tests/guest/mapped.c. */
#ifndef SERVICES_LINUX_MAPPED_H
#define SERVICES_LINUX_MAPPED_H

#include "abi/kernel.h"

/* The page that the task has missed comes; then `next` gets OK: try again; or NOT_FOUND: the file ends before it; NO_SPACE, NO_MEMORY, OVER_LIMIT, DEAD. */
int64_t mapped_page(struct task *task, int64_t (*next)(struct task *task, int64_t result));

/* mmap of a file: Linux's result. */
struct mapping {
	uint64_t address, size; /* 0: anywhere */
	uint64_t rights;        /* enum vspace_right, VSPACE_SHARED */
	enum vspace_map_flags how;
};

int64_t mapping_of_file(const struct mapping *mapping, uint64_t descriptor, uint64_t offset);

/* What the kernel asks of holders. */
uint64_t mapped_object(uint64_t file);
void mapped_keep(uint64_t file);
void mapped_let_go(uint64_t file);

#endif
