/* kernel.c - what a service has the kernel do (abi/service.h)
 * SPDX-License-Identifier: MIT */
#include "abi/service.h"

static status_t copy_all(int64_t number, uint64_t own, uint64_t offset, uint64_t size)
{
	do { /* bounded: each turn copies something; and one asks whether nothing may be copied */
		int64_t done = ipc_ask(number, own, offset, size);

		if (done < 0)
			return (status_t)done;
		own += (uint64_t)done;
		offset += (uint64_t)done;
		size -= (uint64_t)done;
	} while (size);
	return STATUS_OK;
}

status_t ipc_copy_in(void *to, uint64_t offset, uint64_t size)
{
	return copy_all(IPC_COPY_IN, (uint64_t)to, offset, size);
}

status_t ipc_copy_out(uint64_t offset, const void *from, uint64_t size)
{
	return copy_all(IPC_COPY_OUT, (uint64_t)from, offset, size);
}

int64_t ipc_wait(uint64_t key, uint64_t nanoseconds)
{
	return ipc_ask(IPC_WAIT, key, nanoseconds, 0);
}

int64_t ipc_wake(uint64_t key, uint64_t most)
{
	return ipc_ask(IPC_WAKE, key, most, 0);
}
