/* user.h - copying between the kernel and the running program
 * SPDX-License-Identifier: MIT
 * The only way by which the kernel touches user addresses. Missing pages are faulted in on the
 * way (kernel/entry/fault.c); what cannot be is BAD_ADDRESS, and part of the copy may have happened.
 * Context: own core, a program's view active, never waits. */
#ifndef KERNEL_MEMORY_USER_H
#define KERNEL_MEMORY_USER_H

#include <stddef.h>
#include <stdint.h>

#include "abi/status.h"

must_check status_t user_copy_in(void *to, uint64_t from, size_t size);
must_check status_t user_copy_out(uint64_t to, const void *from, size_t size);

/* A NUL-terminated text of at most size - 1 letters: its length; BAD_ADDRESS; NO_SPACE: too long. */
must_check int64_t user_copy_in_text(char *to, uint64_t from, size_t size);

#endif
