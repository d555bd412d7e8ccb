/* mapped_work.h - a file as memory, with what it must hold
 * SPDX-License-Identifier: MIT
 * Context: any thread; the file is its own. */
#ifndef GUEST_MAPPED_WORK_H
#define GUEST_MAPPED_WORK_H

#include <stdbool.h>
#include <stdint.h>

/* Makes a file without a name, maps it shared and private, writes to it in every way, and checks it. False: a child of its own was killed, but not by it. */
bool file_chaos(uint64_t *random);

#endif
