/* kernel.c - what a service in ring 3 has the kernel do, and others cannot yet (abi/service.h)
 * SPDX-License-Identifier: MIT */
#include "abi/service.h"

enum {
	TEXT_PIECE = 64, /* bytes: most names are short */
	PAGE = 4096,
};

/* Words of a request, and then those of its answer. */
struct request {
	uint64_t rdi, rsi, rdx, r10, r8;
};

static int64_t ask(int64_t number, struct request *request)
{
	register uint64_t r10 __asm__("r10") = request->r10;
	register uint64_t r8 __asm__("r8") = request->r8;

	__asm__ volatile("push %%rbp\n\t" /* lost like the others, but not to be named */
			 "syscall\n\t"
			 "pop %%rbp"
			 : "+a"(number), "+D"(request->rdi), "+S"(request->rsi), "+d"(request->rdx), "+r"(r10), "+r"(r8)
			 :
			 : "rcx", "r11", "r9", "rbx", "r12", "r13", "r14", "r15", "memory");
	return number;
}

status_t ipc_copy_out_while(uint64_t offset, const void *from, uint64_t size, const uint64_t *word, uint64_t value)
{
	uint64_t done = 0;

	do { /* bounded: each turn copies something */
		struct request request = { (uint64_t)from + done, offset + done, size - done, (uint64_t)word, value };
		int64_t copied = ask(IPC_COPY_OUT_WHILE, &request);

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
static const struct request *here(void)
{
	static struct request answer;

	if (!answer.rsi) {
		struct request question = { .rdi = 0 };
		uint64_t core = (uint64_t)ask(IPC_HERE, &question);

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

const void *archive(uint64_t *size)
{
	*size = here()->rdx;
	return (const void *)ARCHIVE_BASE;
}

uint64_t ipc_clock(void)
{
	return (uint64_t)ipc_ask(IPC_CLOCK, 0, 0, 0);
}

bool ipc_lives(uint32_t thread)
{
	return ipc_ask(IPC_LIVES, thread, 0, 0);
}

void *store_of(unsigned core)
{
	return (void *)(STORE_BASE + ((uint64_t)core << STORE_SHIFT));
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
