/* page_registers.c - a page fault changes no register of its program, whatever the register holds
 * SPDX-License-Identifier: MIT
 * Each write is the first to its page, with known values in all registers that it does not need. Some are what the kernel's own results
 * look like: a fault that is resolved by way of a call has its thread's rax for the answer. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

enum { PAGE = 4096, KEPT = 14 };

static const uint64_t values[] = { 0, 1, -1UL, -10UL, -65536UL, 0xffff0000, 0x123456789abcdef };

enum { VALUES = sizeof(values) / sizeof(*values) };

/* In one round each register has a value of its own. */
static uint64_t expected(unsigned round, unsigned which)
{
	return values[round] == 1 ? 1 + which : values[round];
}

/* Writes to a page with registers loaded from `kept`, and stores them there. */
__attribute__((naked)) static void touch(volatile char *page, uint64_t kept[KEPT])
{
	(void)page;
	(void)kept;
	__asm__("push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; push %rsi\n\t"
		"mov %rsi, %rax\n\t"
		"mov 8(%rax), %rbx; mov 16(%rax), %rcx; mov 24(%rax), %rdx; mov 32(%rax), %rsi; mov 40(%rax), %rbp\n\t"
		"mov 48(%rax), %r8; mov 56(%rax), %r9; mov 64(%rax), %r10; mov 72(%rax), %r11\n\t"
		"mov 80(%rax), %r12; mov 88(%rax), %r13; mov 96(%rax), %r14; mov 104(%rax), %r15; mov (%rax), %rax\n\t"
		"movb $1, (%rdi)\n\t"
		"xchg %rax, (%rsp)\n\t" /* rax is kept on the stack, and points to `kept` */
		"mov %rbx, 8(%rax); mov %rcx, 16(%rax); mov %rdx, 24(%rax); mov %rsi, 32(%rax); mov %rbp, 40(%rax)\n\t"
		"mov %r8, 48(%rax); mov %r9, 56(%rax); mov %r10, 64(%rax); mov %r11, 72(%rax)\n\t"
		"mov %r12, 80(%rax); mov %r13, 88(%rax); mov %r14, 96(%rax); mov %r15, 104(%rax)\n\t"
		"pop (%rax)\n\t"
		"pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n\t"
		"ret");
}

int main(void)
{
	volatile char *pages = mmap(NULL, VALUES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned changed = 0;

	if (pages == MAP_FAILED)
		return 1;
	for (unsigned i = 0; i < VALUES; i++) {
		uint64_t kept[KEPT];

		for (unsigned j = 0; j < KEPT; j++)
			kept[j] = expected(i, j);
		touch(pages + i * PAGE, kept);
		for (unsigned j = 0; j < KEPT; j++)
			changed += kept[j] != expected(i, j);
		changed += pages[i * PAGE] != 1;
	}
	printf("page-registers: %u pages, %u registers changed\n", VALUES, changed);
	return changed != 0;
}
