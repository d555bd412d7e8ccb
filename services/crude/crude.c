/* crude.c - see abi/server.def
 * SPDX-License-Identifier: MIT
 * Word 0: 0, nothing; 1, turns interrupts off; 2, loads a control register; 3, a system call past the gate; 4, writes to a register that nobody uses; 5, loads FS. No image with these instructions gets into
 * ring 0. */
#include "abi/service.h"

enum { MSR_KERNEL_GS_BASE = 0xc0000102, USER_DATA = 0x23 };

int64_t serve(struct words *words)
{
	switch (words->word[0]) {
	case 1:
		__asm__ volatile("cli");
		break;
	case 2:
		__asm__ volatile("mov %%cr4, %0\n\t"
				 "mov %0, %%cr4" : "=r"(words->word[1]));
		break;
	case 3:
		__asm__ volatile("syscall" : "+a"(words->word[1]) : "D"(0), "S"(0), "d"(0)
				 : "rcx", "r11", "rbx", "r8", "r9", "r10", "r12", "r13", "r14", "r15", "memory");
		return (int64_t)words->word[1];
	case 4:
		__asm__ volatile("wrmsr" : : "c"(MSR_KERNEL_GS_BASE), "a"(0), "d"(0));
		break;
	case 5:
		__asm__ volatile("mov %0, %%fs" : : "r"(USER_DATA));
		break;
	}
	return 0;
}
