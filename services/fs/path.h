/* path.h - from a path to a place: by token, without a message
 * SPDX-License-Identifier: MIT
 * A path is lent; it begins at the root or at a directory. Slashes may be repeated; `.` and `..` are as everywhere, and the root is its own parent.
 * Context: own core. Lets others in when a table changes too fast. */
#ifndef SERVICES_FS_PATH_H
#define SERVICES_FS_PATH_H

#include <stdbool.h>

#include "abi/fs.h"
#include "services/fs/entries.h"

/* In what a path ends, slashes left away. */
enum path_end { END_IS_NAME, END_IS_DOT, END_IS_DOTS, END_IS_ROOT };

/* Where a path's last name is or may be put. Nameless: the path ends in `.`, `..` or is the root; then meaning.inode alone counts. */
struct place {
	uint64_t directory;
	struct meaning meaning; /* inode 0: nothing is there */
	enum path_end end;
	uint32_t length;        /* 0: nameless */
	bool slash;             /* behind it: it must be a directory (path_check_slash) */
	char name[FS_NAME_MOST + 1];
};

/* What becomes of the last name: who means to put it asks its home in any case, which says whether it is there. Unless the path ends in a slash or in dots. */
enum path_last { LAST_IS_LOOKED_UP, LAST_IS_LEFT };

/* `range`: 0 or IPC_SECOND. NOT_FOUND and NOT_DIRECTORY: on the way; NAME_TOO_LONG, BAD_ADDRESS, BUSY. A last name that is not there, or is left, is OK. */
must_check status_t path_resolve(uint64_t directory, uint64_t range, enum path_last last, struct place *place);

/* NOT_DIRECTORY: there is a slash behind what is none. Who creates or removes has other things to say before. */
must_check status_t path_check_slash(const struct place *place);

/* A name in a directory: the same for one that is at hand. */
must_check status_t path_step(uint64_t directory, const char *name, uint32_t length, struct place *place);

#endif
