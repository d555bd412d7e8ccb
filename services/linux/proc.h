/* proc.h - files that nobody keeps: their text is made when they are opened, to be read
 * SPDX-License-Identifier: MIT
 * A table of absolute paths (proc.c), looked into where the file service has nothing of that name: so who opens other files pays nothing for it, and what a program
 * puts at the same path, it gets. There are no directories above these files. An open one has its text in a page of its own, which does not change any more and
 * goes with it. Nobody can write to one, root neither: EACCES, as Linux's kernfs answers.
 * Own core, never waits. Tested by tests/guest/composition.c */
#ifndef SERVICES_LINUX_PROC_H
#define SERVICES_LINUX_PROC_H

#include <stdint.h>

enum { PROC_MODE = 0100444, PROC_DEVICE = 2, PROC_BLOCK = 1024 };

struct file;
struct text; /* a page */

/* Which file it is that a path in the program's memory names; -1: none. */
int proc_find(uint64_t path);

/* It is opened, on this core, as open(2) has the flags, of which the file keeps some. NULL: *error says why it is not; none has this path: *error stays as it is. */
struct file *proc_open(uint64_t path, uint64_t flags, uint32_t kept, int64_t *error);

/* Any core that holds the file: which one it is; and so many bytes of it at most, to the program's memory: how many, or a negative error number. */
unsigned proc_number(const struct text *text);
int64_t proc_read(const struct text *text, uint64_t offset, uint64_t to, uint64_t size);

#endif
