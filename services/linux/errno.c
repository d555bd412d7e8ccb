/* errno.c - see errno.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/errno.h"

int64_t linux_result(int64_t result)
{
	if (result >= 0 || result == CALL_PARKED)
		return result;
	switch ((enum status)result) {
	case STATUS_NO_MEMORY:
	case STATUS_OVER_LIMIT: return -LINUX_ENOMEM;
	case STATUS_BAD_ADDRESS: return -LINUX_EFAULT;
	case STATUS_NOT_FOUND: return -LINUX_ENOENT;
	case STATUS_EXISTS: return -LINUX_EEXIST;
	case STATUS_NO_SPACE: return -LINUX_ENOSPC;
	case STATUS_BAD_FORMAT:
	case STATUS_TRUNCATED:
	case STATUS_UNSUPPORTED: return -LINUX_ENOEXEC;
	case STATUS_BUSY: return -LINUX_EAGAIN;
	case STATUS_TIMED_OUT: return -LINUX_ETIMEDOUT;
	case STATUS_UNWRITABLE: return -LINUX_EACCES;
	case STATUS_NOT_ALLOWED: return -LINUX_EPERM;
	case STATUS_DEAD: return -LINUX_EIO;
	case STATUS_NO_CALL: return -LINUX_ENOSYS;
	case STATUS_NOT_DIRECTORY: return -LINUX_ENOTDIR;
	case STATUS_IS_DIRECTORY: return -LINUX_EISDIR;
	case STATUS_NOT_EMPTY: return -LINUX_ENOTEMPTY;
	case STATUS_NAME_TOO_LONG: return -LINUX_ENAMETOOLONG;
	case STATUS_IN_USE: return -LINUX_EBUSY;
	case STATUS_TOO_BIG: return -LINUX_EFBIG;
	default: return -LINUX_EINVAL;
	}
}

int64_t linux_answer(struct task *task, int64_t result)
{
	(void)task;
	return linux_result(result);
}
