/* crude.c - see abi/server.def
 * SPDX-License-Identifier: MIT
 * Word 0: 0, nothing; 1, turns interrupts off; 2, loads a control register; 3, a system call past the gate. No image with these instructions gets into
 * ring 0. */
#include "abi/service.h"

int64_t serve(struct words *words)
{
	switch (words->word[0]) {
	case 1:
		__asm__ volatile("cli");
		break;
	case 2:
		__asm__ volatile("mov %0, %%cr4" : : "r"(UINT64_C(0)));
		break;
	case 3:
		__asm__ volatile("syscall" : "+a"(words->word[1]) : "D"(0), "S"(0), "d"(0)
				 : "rcx", "r11", "rbx", "r8", "r9", "r10", "r12", "r13", "r14", "r15", "memory");
		return (int64_t)words->word[1];
	}
	return 0;
}
