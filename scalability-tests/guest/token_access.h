/* token_access.h - loads and stores by address token that may find it revoked
 * SPDX-License-Identifier: MIT
 * A thread that reaches for a token which it has not goes on at its landing (abi/native.def, token_landing), with -EFAULT in rax. Both functions
 * have their landing at their `ret`, so they return 0 or -EFAULT. For one source file of a program. */
#ifndef GUEST_TOKEN_ACCESS_H
#define GUEST_TOKEN_ACCESS_H

#include <stdint.h>

#include "../../abi/native.h"

/* Returned in rax and rdx, as the ABI has it. */
struct token_value {
	int64_t error;
	uint64_t value; /* when that is 0 */
};

struct token_value token_load(uint64_t address);
int64_t token_store(uint64_t address, uint64_t value);
extern const char token_access_landing[];

__asm__(".text\n"
	".globl token_load, token_store, token_access_landing\n"
	"token_load:\n"
	"	mov (%rdi), %rdx\n"
	"	xor %eax, %eax\n"
	"	ret\n"
	"token_store:\n"
	"	mov %rsi, (%rdi)\n"
	"	xor %eax, %eax\n"
	"token_access_landing:\n"
	"	ret\n");

/* Each thread, once. */
static inline long token_access_open(void)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(NATIVE_token_landing), "D"(token_access_landing) : "rcx", "r11", "memory");
	return result;
}

#endif
