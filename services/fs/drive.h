/* drive.h - an operation from its record to its end, step by step, wherever it stands
 * SPDX-License-Identifier: MIT
 * Each kind has a function that does the step at which the record is and sets the next one. A step that has been done already is done again without
 * effect (operation.h), so the function does not care whether it goes on in the same activation, or after a death.
 * Results: the operation's, and it has ended; BUSY: it is still in flight, come again; RESTART: what it was about has changed before it
 * did anything, it has been forgotten, look the path up again.
 * Context: own core; others come in while a request is out. */
#ifndef SERVICES_FS_DRIVE_H
#define SERVICES_FS_DRIVE_H

#include "services/fs/entries.h"
#include "services/fs/operation.h"
#include "services/fs/path.h"

enum driver { DRIVER_CALLER, DRIVER_OTHER }; /* another one has no memory lent by its caller */

int64_t drive(struct operation *operation, enum driver driver);

/* The kinds (open.c, create.c, remove.c, rename.c). */
int64_t open_drive(struct operation *operation);
int64_t close_drive(struct operation *operation);
int64_t create_drive(struct operation *operation);
int64_t unlink_drive(struct operation *operation);
int64_t rename_drive(struct operation *operation);
int64_t write_drive(struct operation *operation, enum driver driver);
int64_t truncate_drive(struct operation *operation);

/* A request for the operation to a core: its result; where that waits for another operation, after having had it finished a few times. BUSY also when
 * nobody tells what has become of it: the operation stays at its step, for whoever comes for it. */
enum { DRIVE_TRIES = 4 };
int64_t drive_ask(const struct operation *operation, unsigned core, enum fs_operation what, uint64_t argument, struct words *words);

/* Puts the operation's entry, its directory's permission included: as entry_put, but for PENDING. */
int64_t drive_put(const struct operation *operation);

/* Closes the directory that is to go, and looks whether it is empty: OK, NOT_EMPTY, NOT_FOUND, BUSY. */
int64_t drive_shut(const struct operation *operation, uint64_t directory);

/* At its home: an inode that has no name and is not open goes, with all its pages, as far as time allows: OK, BUSY. */
int64_t drive_release(const struct operation *operation, uint64_t inode);

/* Pages that are nobody's any more there become free, as far as time allows. */
void drive_tidy(unsigned core);

/* The end; of one that has come to nothing, when its path is to be looked up again. */
int64_t drive_end(struct operation *operation, int64_t result);

/* New operations. `key` is the caller's. Results as above. */
int64_t open_existing(uint64_t key, uint64_t inode, unsigned flags);
int64_t close_inode(uint64_t key, uint64_t inode);
int64_t close_unheard(struct operation *operation); /* one that has ended, becomes the closing of what it has opened */
int64_t create_inode(uint64_t key, const struct place *place, uint64_t mode, unsigned flags); /* FS_CREATE: and open it; -> inode */
int64_t unlink_place(uint64_t key, const struct place *place);
int64_t rename_place(uint64_t key, const struct place *from, const struct place *to);
int64_t write_inode(uint64_t key, uint64_t inode, uint64_t offset, uint64_t size);
int64_t truncate_inode(uint64_t key, uint64_t inode, uint64_t size);

void put_name(uint64_t to[NAME_WORDS], const char *name, uint32_t length);

#endif
