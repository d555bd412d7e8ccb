/* freestanding.c - what a C library would bring: the functions of string.h, for the kernel
 * SPDX-License-Identifier: MIT
 * GCC calls memcpy, memmove, memset and memcmp whatever the flags, so they must exist. Copying
 * and filling use the string instructions: without vector registers they are the shortest way,
 * in instructions as well as in time. Host builds leave this file out.
 * Context: any core, any context, never blocks; the direction flag is clear, as the ABI has it.
 * Tested by tests/unit/freestanding_test.c, under other names */
#include "lib/string.h"

#include <stdint.h>

/* Without this GCC recognises the loops below and turns strlen into a call of strlen. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

/* From the lowest address up: also right for ranges that overlap with `to` below `from`. */
static inline void copy_upwards(void *to, const void *from, size_t size)
{
	size_t words = size / 8;
	size_t bytes = size % 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	copy_upwards(to, from, size);
	return to;
}

/* Downwards it goes byte by byte: the direction flag must not be set when an NMI comes. */
void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	if ((uintptr_t)to - (uintptr_t)from >= size)
		copy_upwards(to, from, size);
	else
		while (size--)
			out[size] = in[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	void *out = to;
	uint64_t pattern = UINT64_C(0x0101010101010101) * (uint8_t)byte;
	size_t words = size / 8;
	size_t bytes = size % 8;

	__asm__ volatile("rep stosq" : "+D"(out), "+c"(words) : "a"(pattern) : "memory");
	__asm__ volatile("rep stosb" : "+D"(out), "+c"(bytes) : "a"(pattern) : "memory");
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const uint8_t *a = left;
	const uint8_t *b = right;

	for (; size; size--, a++, b++)
		if (*a != *b)
			return *a < *b ? -1 : 1;
	return 0;
}

size_t strlen(const char *text)
{
	return strnlen(text, SIZE_MAX);
}

size_t strnlen(const char *text, size_t most)
{
	size_t length = 0;

	while (length < most && text[length])
		length++;
	return length;
}

int strcmp(const char *left, const char *right)
{
	return strncmp(left, right, SIZE_MAX);
}

int strncmp(const char *left, const char *right, size_t most)
{
	for (; most; most--, left++, right++) {
		if (*left != *right)
			return (uint8_t)*left < (uint8_t)*right ? -1 : 1;
		if (!*left)
			break;
	}
	return 0;
}

char *strchr(const char *text, int letter)
{
	for (;; text++) {
		if (*text == (char)letter)
			return (char *)text;
		if (!*text)
			return NULL;
	}
}
