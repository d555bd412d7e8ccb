/* fs.h - operations of the file service
 * SPDX-License-Identifier: MIT
 * Word 0 is the operation in its low 16 bits and a count or flags above them; word 1 the key, thread << 32 | sequence, which makes a change happen
 * once: who hears DEAD or BUSY comes again with the same key and the same words; a thread's next sequence says that it has heard. Operations that
 * change nothing ignore the key. Paths and buffers are lent: the first range, or the first and the second. Words 4 and 5 are left to lending.
 * An inode's number is at least 1 and below 2^63; FS_ROOT is the root's. */
#ifndef ABI_FS_H
#define ABI_FS_H

#include <stdint.h>

enum fs_operation {
	FS_NOTHING,    /* -> the core that served it */
	FS_OPEN,       /* flags above; directory, mode; a path -> inode, which is open once more; word 1 its mode, word 2 its size */
	FS_CLOSE,      /* inode -> 0 */
	FS_READ,       /* bytes above; inode, offset; a buffer -> bytes, fewer than asked for at the end and beyond FS_TRANSFER_MOST */
	FS_WRITE,      /* bytes above; inode, offset or FS_APPEND; a buffer -> bytes, the same; word 1 where they end */
	FS_STAT,       /* directory; a path -> blocks of 4096 bytes; from word 1 on: inode, size, mode and links << 32, when it was written to, and changed at all */
	FS_STAT_INODE, /* inode -> the same */
	FS_LIST,       /* bytes above; directory, cookie (0 begins); a buffer -> bytes of struct fs_entry, 0 at the end; word 1 the next cookie */
	FS_UNLINK,     /* directory; a path -> 0 */
	FS_RMDIR,      /* directory; a path -> 0 */
	FS_MKDIR,      /* directory, mode; a path -> 0 */
	FS_RENAME,     /* flags above; directory of the first path, of the second one; two paths -> 0 */
	FS_TRUNCATE,   /* inode, size -> 0 */
	FS_PATH,       /* bytes above; directory; a buffer -> the length of its path, which is there then with a zero behind it; NO_SPACE */
	FS_PAGE,       /* inode, number of a page -> 0, the page being in the store from now on; word 1 its address, word 2 where a word lies, word 3 what that says
			* as long as the page is this one of this file; NOT_FOUND: beyond the end */
	FS_OPERATIONS,

	/* What replicas ask each other; the other words as services/fs has them. */
	FS_REGISTER = 64, FS_START, FS_FIND, FS_NEXT, FS_PUT, FS_JOIN, FS_MOVE, FS_CUT, FS_ERASE, FS_RELEASE, FS_SHUT, FS_EMPTY, FS_REOPEN, FS_TURN,
	FS_STORE, FS_RESIZE, FS_FINISH, FS_TIDY, FS_FILL,
	FS_REQUESTS_END,
};

enum fs_flag {
	FS_CREATE = 1,
	FS_EXCLUSIVE = 2,
	FS_TRUNCATES = 4,
	FS_DIRECTORY = 8,  /* nothing but a directory */
	FS_WRITES = 16,    /* nothing but a file */
	FS_NO_REPLACE = 1, /* FS_RENAME */
};

#define FS_ROOT          ((uint64_t)1 << 40 | 1)
#define FS_APPEND        (~(uint64_t)0)
#define FS_SIZE_MOST     ((uint64_t)1 << 43)
#define FS_TRANSFER_MOST ((uint64_t)256 << 10)

enum {
	FS_NAME_MOST = 255,
	FS_PATH_MOST = 4095,
	FS_MODE_DIRECTORY = 0040000,
	FS_MODE_FILE = 0100000,
	FS_MODE_TYPE = 0170000,
};

/* FS_PAGE as a function, for who asks before all others, and may be linked into the same domain (abi/composition.def): a call through the gate elsewhere. */
struct words;
int64_t fs_page(struct words *words);

/* As Linux has struct linux_dirent64; `type` 4 is a directory, 8 a file. The name ends in NUL; `length` is a multiple of 8. */
struct fs_entry {
	uint64_t inode;
	int64_t next; /* cookie */
	uint16_t length;
	uint8_t type;
	char name[];
} __attribute__((packed));

#endif
