/* dump.h - all that a program can see of a tree, as text
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FS_DUMP_H
#define TESTS_FS_DUMP_H

#include "tests/fs/calls.h"

/* Names in order, types, sizes and what is in files (their first bytes); to be freed. */
char *dump_tree(struct caller *caller);

#endif
