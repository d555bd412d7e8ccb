/* calls.h - the file service's operations as a program on a core calls them
 * SPDX-License-Identifier: MIT
 * Whoever hears DEAD or BUSY comes again with the same key, as the shim does. */
#ifndef TESTS_FS_CALLS_H
#define TESTS_FS_CALLS_H

#include "services/fs/inode.h"
#include "tests/fs/fake.h"

/* Who calls: sequences count up by themselves. */
struct caller {
	unsigned core;
	uint32_t thread, sequence;
	uint64_t end;    /* second word of the last answer */
	struct words answer;
	unsigned busy;   /* how often BUSY was heard */
};

int64_t call_open(struct caller *caller, uint64_t directory, const char *path, unsigned flags);
int64_t call_close(struct caller *caller, uint64_t inode);
int64_t call_read(struct caller *caller, uint64_t inode, uint64_t offset, void *to, uint64_t size);
int64_t call_write(struct caller *caller, uint64_t inode, uint64_t offset, const void *from, uint64_t size);
int64_t call_stat(struct caller *caller, uint64_t directory, const char *path, struct fs_stat *stat);
int64_t call_stat_inode(struct caller *caller, uint64_t inode, struct fs_stat *stat);
int64_t call_list(struct caller *caller, uint64_t directory, uint64_t *cookie, void *to, uint64_t size);
int64_t call_unlink(struct caller *caller, uint64_t directory, const char *path);
int64_t call_rmdir(struct caller *caller, uint64_t directory, const char *path);
int64_t call_mkdir(struct caller *caller, uint64_t directory, const char *path);
int64_t call_rename(struct caller *caller, uint64_t directory, const char *from, uint64_t target, const char *to, unsigned flags);
int64_t call_truncate(struct caller *caller, uint64_t inode, uint64_t size);

#endif
