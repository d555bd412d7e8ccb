/* errno.h - Linux's error numbers, and what each status becomes
 * SPDX-License-Identifier: MIT
 * The only place where Linux's numbers for errors exist. Source: Linux uapi asm-generic/errno*.h. */
#ifndef SERVICES_LINUX_ERRNO_H
#define SERVICES_LINUX_ERRNO_H

#include <stdint.h>

#include "abi/services.h"
#include "abi/status.h"

enum linux_errno {
	LINUX_EPERM = 1, LINUX_ENOENT = 2, LINUX_ESRCH = 3, LINUX_EIO = 5, LINUX_E2BIG = 7, LINUX_ENOEXEC = 8,
	LINUX_EBADF = 9, LINUX_ECHILD = 10, LINUX_EAGAIN = 11, LINUX_ENOMEM = 12, LINUX_EACCES = 13, LINUX_EFAULT = 14,
	LINUX_EBUSY = 16, LINUX_EEXIST = 17, LINUX_ENODEV = 19, LINUX_ENOTDIR = 20, LINUX_EISDIR = 21, LINUX_EINVAL = 22, LINUX_EMFILE = 24, LINUX_ENOTTY = 25,
	LINUX_EFBIG = 27, LINUX_ENOSPC = 28, LINUX_ESPIPE = 29, LINUX_ERANGE = 34, LINUX_ENAMETOOLONG = 36, LINUX_ENOSYS = 38,
	LINUX_ENOTEMPTY = 39, LINUX_EOVERFLOW = 75,
	LINUX_ETIMEDOUT = 110,
	LINUX_ERRNO_MAX = 4095, /* a result from -4095 to -1 is an error number */
};

/* A call's result for the program: results and CALL_PARKED as they are, a status as an error number. */
int64_t linux_result(int64_t result);

/* The same as the last step of a call (then.h). */
int64_t linux_answer(struct task *task, int64_t result);

#endif
