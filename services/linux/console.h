/* console.h - the console as a file: what a first process has for standard input, output and error
 * SPDX-License-Identifier: MIT
 * It is at its end for who reads, and takes what is written into the kernel's log, a line at a time. Own core, never waits but for room in the log. */
#ifndef SERVICES_LINUX_CONSOLE_H
#define SERVICES_LINUX_CONSOLE_H

#include <stdint.h>

enum { CONSOLE_MODE = 0020620, CONSOLE_DEVICE = 5 << 8 | 1, CONSOLE_BLOCK = 1024 };

/* Three descriptors that lead there; NULL: no memory. */
struct descriptors *console_descriptors(void);

/* Bytes written, perhaps fewer than asked for: it is slow, and others wait for this core meanwhile; a negative error number only when there were none. */
int64_t console_write(uint64_t from, uint64_t size);

#endif
