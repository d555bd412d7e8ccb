/* check.h - is all that a machine's file service has stored as it should be?
 * SPDX-License-Identifier: MIT
 * For a machine in which nobody is inside and every caller has come back. Ends the program at what is not so. */
#ifndef TESTS_FS_CHECK_H
#define TESTS_FS_CHECK_H

#include <stdint.h>

struct census {
	uint64_t inodes, entries, pages, nodes; /* live */
	uint64_t dead;  /* entries that nobody has cleared away */
	uint64_t store; /* pages of all shards */
};

struct census fs_check(void);

#endif
