/* kernel.c - what a class has of its own, in ring 3 (services/runtime/ask.h)
 * SPDX-License-Identifier: MIT */
#include "services/runtime/ask.h"

int64_t ipc_ask_all(int64_t number, struct ask *words)
{
	register uint64_t r10 __asm__("r10") = words->r10;
	register uint64_t r8 __asm__("r8") = words->r8;

	__asm__ volatile("push %%rbp\n\t" /* lost like the others, but not to be named */
			 "syscall\n\t"
			 "pop %%rbp"
			 : "+a"(number), "+D"(words->rdi), "+S"(words->rsi), "+d"(words->rdx), "+r"(r10), "+r"(r8)
			 :
			 : "rcx", "r11", "r9", "rbx", "r12", "r13", "r14", "r15", "memory");
	return number;
}

const void *archive(uint64_t *size)
{
	*size = archive_size();
	return (const void *)ARCHIVE_BASE;
}

void *store_of(unsigned core)
{
	return (void *)(STORE_BASE + ((uint64_t)core << STORE_SHIFT));
}
