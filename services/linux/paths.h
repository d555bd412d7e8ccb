/* paths.h - what system calls with a path have in common
 * SPDX-License-Identifier: MIT
 * Own core, never waits. */
#ifndef SERVICES_LINUX_PATHS_H
#define SERVICES_LINUX_PATHS_H

#include "abi/kernel.h"

enum { AT_CURRENT = -100 }; /* openat(2) and its kin: the directory that the process is in */

/* The file service is asked about one path, which begins at a descriptor's directory: words of the call but the directory are set. `next` gets its result. */
int64_t path_ask(uint64_t descriptor, uint64_t path, struct service_call *call, int64_t (*next)(struct task *task, int64_t result));

#endif
