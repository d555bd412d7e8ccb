/* stat.h - struct stat and struct statx, from what the file service says
 * SPDX-License-Identifier: MIT
 * Offsets are those of Linux uapi asm/stat.h and linux/stat.h. Own core, never waits. */
#ifndef SERVICES_LINUX_STAT_H
#define SERVICES_LINUX_STAT_H

#include <stdint.h>

/* Into the program's memory: 0 or an error number. `answer` has the words of FS_STAT's answer, its result first (abi/fs.h). */
int64_t stat_out(uint64_t to, const uint64_t *answer);
int64_t statx_out(uint64_t to, const uint64_t *answer);
int64_t stat_console(uint64_t to);
int64_t statx_console(uint64_t to);
int64_t stat_text(uint64_t to, unsigned number); /* of proc.h */
int64_t statx_text(uint64_t to, unsigned number);

#endif
