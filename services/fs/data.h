/* data.h - what is in files: read by any core, written at home
 * SPDX-License-Identifier: MIT
 * A read copies page by page, each while the file's version stays (ipc_copy_out_while). A write copies first and commits then: what is new becomes
 * part of the file, with the size and the answer, by one change; what was there is overwritten in place. A write takes FS_TRANSFER_MOST bytes at
 * most, and its caller comes again for the rest. Data for another home goes through staging pages of the caller's shard: they stay for good, and
 * belong to the operation that names them.
 * A home notes what it answered to another core's operation (struct answer), because neither an append nor a truncation may be done twice.
 * I1 what is in a file's last page beyond its size is zero; while it may not be, `tail` of the shard says which file's
 * Context: as each says. */
#ifndef SERVICES_FS_DATA_H
#define SERVICES_FS_DATA_H

#include "services/fs/inode.h"
#include "services/fs/operation.h"

/* Any core, to the caller's first range: how many bytes; NOT_FOUND, IS_DIRECTORY, BUSY. */
int64_t data_read(uint64_t id, uint64_t offset, uint64_t size);

/* Any core: FS_PAGE. What was a hole has a page then, with what reads of the hole say. NOT_FOUND, IS_DIRECTORY, BUSY, NO_MEMORY, NO_SPACE. */
int64_t data_page(uint64_t id, uint64_t index, struct words *words);

/* Home: a hole inside the file gets its page, if it is one; whoever asks, it is done once. */
int64_t data_fill(uint64_t id, uint64_t index, uint64_t *page);

/* Home, from the caller's first range: the operation, not published yet, gets its key and ends, by the change that writes. */
int64_t data_write(struct operation *operation, uint64_t key);

/* The driver's core: into the operation's staging pages. NO_MEMORY, NO_SPACE, BUSY, BAD_ADDRESS. */
must_check status_t data_stage(struct operation *operation);

/* Home, by ticket: FS_STORE and FS_RESIZE, which is done when it says PENDING, too: FS_TIDY frees the rest of what was cut off. */
int64_t data_store(uint64_t ticket, uint64_t *end);
int64_t data_resize(uint64_t ticket);

void data_recover(void);

#endif
