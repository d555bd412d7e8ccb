/* cpio.h - reader of "newc" cpio archives that lie in memory: the first file system
 * SPDX-License-Identifier: MIT
 * The archive comes from outside and is trusted in nothing: every field is checked before
 * use, and no byte outside [base, base + size) is read. Several archives in a row, with zero
 * bytes between them, are one; of several entries with one path the last counts. Only the
 * form with magic 070701 is read: no compression, no checksums.
 * Context: any core, any context, never blocks; the archive does not change meanwhile.
 * I1 a name ends in NUL inside the archive; its data lies inside the archive
 * I2 cpio_next moves the offset forward by at least one header each time it answers OK
 * I3 cpio_find makes at most 2 * CPIO_LINKS_MAX + 2 passes over the archive
 * Source: cpio(5); Linux, Documentation/driver-api/early-userspace/buffer-format.rst
 * Tested by tests/unit/cpio_test.c and tests/fuzz */
#ifndef LIB_CPIO_H
#define LIB_CPIO_H

#include <stdint.h>

#include "abi/status.h"

enum {
	CPIO_NAME_MAX  = 4095, /* letters of a name in the archive */
	CPIO_PATH_MAX  = 255,  /* letters of a path looked for, links resolved */
	CPIO_LINKS_MAX = 8,    /* symbolic links on the way to one file */
};

enum cpio_mode {
	CPIO_TYPE      = 0170000, /* the bits of a mode that tell the type */
	CPIO_DIRECTORY = 0040000,
	CPIO_FILE      = 0100000,
	CPIO_LINK      = 0120000, /* symbolic: its data is the target, not NUL-terminated */
};

struct cpio_archive {
	const uint8_t *base;
	uint64_t size;
};

/* Pointers lead into the archive. */
struct cpio_entry {
	const char *name; /* as stored: "bin/sh", "./bin/sh" and "/bin/sh" are one path */
	uint32_t name_length;
	uint32_t mode;
	uint32_t inode;
	uint32_t user, group;
	uint32_t hard_links; /* above 1, only the last entry with this inode has the data */
	uint32_t modified; /* seconds since 1970 */
	uint32_t device_major, device_minor; /* where the inode number is unique */
	uint32_t special_major, special_minor; /* which device a device file is */
	const uint8_t *data;
	uint64_t size;
};

/* The entry at *offset (0 begins) as it is stored; *offset then stands on the next one.
 * NOT_FOUND: that was the last. TRUNCATED, BAD_FORMAT, UNSUPPORTED: the archive is broken
 * at *offset, which has not moved. BAD_ARGUMENT: *offset is outside the archive. */
must_check status_t cpio_next(const struct cpio_archive *archive, uint64_t *offset,
			      struct cpio_entry *entry);

/* The entry of a path, relative to the archive's root whether it begins with / or not.
 * Symbolic links are followed, absolute ones from the archive's root; .. never leaves the
 * root, and cancels the name before it as written. A hard link gets the data of its file.
 * NOT_FOUND; NO_SPACE: a path longer than CPIO_PATH_MAX came out; BAD_FORMAT: more than
 * CPIO_LINKS_MAX links, or the archive is broken; TRUNCATED, UNSUPPORTED as cpio_next. */
must_check status_t cpio_find(const struct cpio_archive *archive, const char *path,
			      struct cpio_entry *entry);

/* The same, but a link in the path's last place is itself the answer (lstat, readlink). */
must_check status_t cpio_find_link(const struct cpio_archive *archive, const char *path,
				   struct cpio_entry *entry);

#endif
