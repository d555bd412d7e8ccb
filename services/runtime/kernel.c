/* kernel.c - what a service has the kernel do (abi/service.h)
 * SPDX-License-Identifier: MIT */
#include "services/runtime/ask.h"

enum {
	TEXT_PIECE = 64, /* bytes: most names are short */
	PAGE = 4096,
};

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

status_t ipc_copy_out_while(uint64_t offset, const void *from, uint64_t size, const uint64_t *word, uint64_t value)
{
	uint64_t done = 0;

	do { /* bounded: each turn copies something */
		struct ask request = { (uint64_t)from + done, offset + done, size - done, (uint64_t)word, value };
		int64_t copied = ipc_ask_all(IPC_COPY_OUT_WHILE, &request);

		if (copied < 0)
			return (status_t)copied;
		done += (uint64_t)copied;
	} while (done < size);
	return STATUS_OK;
}

/* Piece by piece: behind its end there may be nothing. */
int64_t ipc_copy_text(char *to, uint64_t offset, uint64_t size)
{
	uint64_t done = 0;

	while (done < size) {
		uint64_t piece = size - done < TEXT_PIECE ? size - done : TEXT_PIECE;
		int64_t copied = ipc_ask(IPC_COPY_IN, (uint64_t)(to + done), offset + done, piece);

		if (copied < 0)
			return copied;
		for (; copied; copied--, done++)
			if (!to[done])
				return (int64_t)done;
	}
	return STATUS_NO_SPACE;
}

/* What does not change while the replica lives. */
static const struct ask *here(void)
{
	static struct ask answer;

	if (!answer.rsi) {
		struct ask question = { .rdi = 0 };
		uint64_t core = (uint64_t)ipc_ask_all(IPC_HERE, &question);

		answer = question;
		answer.rdi = core;
	}
	return &answer;
}

unsigned ipc_core(void)
{
	return (unsigned)here()->rdi;
}

unsigned ipc_cores(void)
{
	return (unsigned)here()->rsi;
}

uint64_t archive_size(void)
{
	return here()->rdx;
}

uint64_t ipc_clock(void)
{
	return (uint64_t)ipc_ask(IPC_CLOCK, 0, 0, 0);
}

bool ipc_lives(uint32_t thread)
{
	return ipc_ask(IPC_LIVES, thread, 0, 0);
}

status_t store_fill(void *start, uint64_t pages)
{
	uint64_t next = (uint64_t)start;

	while (pages) { /* bounded: each turn some are there */
		int64_t done = ipc_ask(IPC_STORE_FILL, next, pages, 0);

		if (done < 0)
			return (status_t)done;
		next += (uint64_t)done * PAGE;
		pages -= (uint64_t)done;
	}
	return STATUS_OK;
}

status_t store_drop(void *start, uint64_t pages)
{
	return (status_t)ipc_ask(IPC_STORE_DROP, (uint64_t)start, pages, 0);
}
