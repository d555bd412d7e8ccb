/* transfer.h - reading and writing open files
 * SPDX-License-Identifier: MIT
 * A transfer is made in pieces that the file service takes (FS_TRANSFER_MOST). Where the offset of the open file counts, a read moves it behind what it
 * has read, if it is still where it was, and else reads anew; a write moves it first, and then back over what it has not written. So threads that
 * share an open file read and write what is theirs alone.
 * Memory that is a mapping of a file may lack pages: they come, those of a piece together, and then the piece begins anew; so no page is moved more than twice but
 * where something is wrong with one of them.
 * Own core; never waits but for room in the log: what the service does goes on in a resume function.
 * Tested by tests/unit/transfer_test.c */
#ifndef SERVICES_LINUX_TRANSFER_H
#define SERVICES_LINUX_TRANSFER_H

#include <stdint.h>

enum how {
	HOW_WRITES = 1,
	HOW_MOVES = 2,   /* the open file's offset counts */
	HOW_APPENDS = 4,
	HOW_BY_PAGES = 8, /* some of the memory is not there: no more at once than lies in one page of it */
};

/* For the running thread, whose system call it is, with a descriptor: `count` pieces of memory, as readv(2) has them, the one at `address` (count 0: so many bytes
 * there); from `offset` on, without HOW_MOVES. What the program sees, or CALL_PARKED. */
int64_t transfer(uint64_t descriptor, uint64_t address, uint64_t size, uint64_t count, uint64_t offset, unsigned how);

#endif
