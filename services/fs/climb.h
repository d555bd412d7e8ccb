/* climb.h - from a directory to its path: by token, without a message
 * SPDX-License-Identifier: MIT
 * Context: own core. Lets nobody in. */
#ifndef SERVICES_FS_CLIMB_H
#define SERVICES_FS_CLIMB_H

#include <stdint.h>

/* The path of a directory into the first range that is lent, with a zero behind it: its length. NO_SPACE: so many bytes do not hold it; NOT_FOUND: it has been
 * removed; NOT_DIRECTORY; NAME_TOO_LONG; BUSY: directories are being renamed. */
int64_t climb(uint64_t directory, uint64_t size);

#endif
