/* kernel.c - what a service has the kernel do (abi/service.h)
 * SPDX-License-Identifier: MIT */
#include "abi/service.h"
#include "abi/store.h"

enum { TEXT_PIECE = 64 }; /* bytes: most names are short */

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

/* With the words after the first three as they are. */
static status_t copy_all(int64_t number, uint64_t own, uint64_t offset, uint64_t size, uint64_t word, uint64_t value)
{
	do { /* bounded: each turn copies something; and one asks whether nothing may be copied */
		int64_t done = ask(number, &(struct request){ own, offset, size, word, value });

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
	return copy_all(IPC_COPY_IN, (uint64_t)to, offset, size, 0, 0);
}

status_t ipc_copy_out(uint64_t offset, const void *from, uint64_t size)
{
	return copy_all(IPC_COPY_OUT, (uint64_t)from, offset, size, 0, 0);
}

status_t ipc_copy_out_while(uint64_t offset, const void *from, uint64_t size, const uint64_t *word, uint64_t value)
{
	return copy_all(IPC_COPY_OUT, (uint64_t)from, offset, size, (uint64_t)word, value);
}

/* Piece by piece: behind its end there may be nothing. */
int64_t ipc_copy_text(char *to, uint64_t offset, uint64_t size)
{
	uint64_t done = 0;

	while (done < size) {
		uint64_t piece = size - done < TEXT_PIECE ? size - done : TEXT_PIECE;
		int64_t copied = ask(IPC_COPY_IN, &(struct request){ .rdi = (uint64_t)(to + done), .rsi = offset + done, .rdx = piece });

		if (copied < 0)
			return copied;
		for (; copied; copied--, done++)
			if (!to[done])
				return (int64_t)done;
	}
	return STATUS_NO_SPACE;
}

int64_t ipc_wait(uint64_t key, uint64_t nanoseconds)
{
	return ask(IPC_WAIT, &(struct request){ .rdi = key, .rsi = nanoseconds });
}

int64_t ipc_wake(uint64_t key, uint64_t most)
{
	return ask(IPC_WAKE, &(struct request){ .rdi = key, .rsi = most });
}

/* What does not change while the replica lives. */
static const struct request *here(void)
{
	static struct request answer;
	static unsigned core;

	if (!answer.rsi)
		core = (unsigned)ask(IPC_HERE, &answer);
	answer.rdi = core;
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
	return (uint64_t)ask(IPC_CLOCK, &(struct request){ .rdi = 0 });
}

bool ipc_lives(uint32_t thread)
{
	return ask(IPC_LIVES, &(struct request){ .rdi = thread });
}

status_t store_fill(void *start, uint64_t pages)
{
	uint64_t next = (uint64_t)start;

	while (pages) {
		int64_t done = ask(IPC_STORE_FILL, &(struct request){ .rdi = next, .rsi = pages });

		if (done < 0)
			return (status_t)done;
		next += (uint64_t)done * 4096;
		pages -= (uint64_t)done;
	}
	return STATUS_OK;
}

status_t store_drop(void *start, uint64_t pages)
{
	return (status_t)ask(IPC_STORE_DROP, &(struct request){ .rdi = (uint64_t)start, .rsi = pages });
}
