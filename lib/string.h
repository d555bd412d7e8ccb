/* string.h - the handful of memory and text functions that kernel code stands on
 * SPDX-License-Identifier: MIT
 * Names and meanings are those of ISO C, because GCC emits calls to the first four by itself.
 * The kernel links lib/freestanding.c for them; host builds take their libc's and leave that
 * file out. What C offers and this header does not is left out on purpose: unbounded copies.
 * Context: any core, any context, never blocks; work is linear in the size.
 * Tested by tests/unit/freestanding_test.c */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);

size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t most);
char *strchr(const char *text, int letter);

#endif
