/* known.c - executes a known number of instructions, to check the counter against
 * SPDX-License-Identifier: MIT
 * One window on core 0 with what is easily counted wrong: a loop, a `rep` of many iterations, and one
 * basic block whose stores fault one after the other. Prints `known USER`: what a user count must be. */
#include "../../abi/marker.h"

#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>

enum {
	PAGE_SIZE = 4096,
	LOOP = 1000,
	/* The loop and its counter, rep stosb with two set-ups, four stores: as written below. */
	KNOWN_INSTRUCTIONS = 1 + 2 * LOOP + 3 + 4,
};

static void window_run(char *pages)
{
	char *fill = pages;

	__asm__ volatile(
		".byte 0x0f, 0x1f, 0x80; .long %c[begin]\n"
		"mov %[loop], %%eax\n"
		"1: dec %%eax\n"
		"jnz 1b\n"
		"mov %[size], %%ecx\n"
		"xor %%eax, %%eax\n"
		"rep stosb\n"
		"movb $1, 1 * %c[size](%[pages])\n"
		"movb $1, 2 * %c[size](%[pages])\n"
		"movb $1, 3 * %c[size](%[pages])\n"
		"movb $1, 4 * %c[size](%[pages])\n"
		".byte 0x0f, 0x1f, 0x80; .long %c[end]\n"
		: "+&D"(fill)
		: [pages] "r"(pages), [loop] "i"(LOOP), [size] "i"(PAGE_SIZE), [begin] "i"(MARKER_BEGIN), [end] "i"(MARKER_END)
		: "rax", "rcx", "memory", "cc");
}

int main(void)
{
	char *pages = mmap(NULL, 5 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (pages == MAP_FAILED || sched_setaffinity(0, sizeof(set), &set))
		return 1;
	marker(MARKER_WARM);
	printf("known %d\n", KNOWN_INSTRUCTIONS);
	/* Whoever started us may have something left to do on this core. */
	sched_yield();
	window_run(pages);
	return 0;
}
