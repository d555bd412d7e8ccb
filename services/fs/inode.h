/* inode.h - files and directories: one record each, in the shard of the core that made it
 * SPDX-License-Identifier: MIT
 * An inode's `link` is the ticket of the operation that put it where it is. An entry (entries.h) has the ticket of the operation that put it there: it is
 * valid while the two are equal. So one word at the inode's home decides where it is to be found: an unlink commits by setting it to 0, a rename
 * by changing it; entries that are no longer valid are cleared away afterwards, by whoever meets them.
 * Open files outlive their names. Each core counts what is open there (opens.h). Steps, U for who unlinks (at home), O for who opens, C for who closes:
 *   U1 link := 0   U2 full fence   U3 read all cores' counts: all 0, free it
 *   O1 count       O2 full fence   O3 look at number and link: unlinked, then close
 *   C1 count down  C2 full fence   C3 look at link: unlinked and nothing open here, then have the home do U2 and U3
 * An open that O3 lets pass is counted before U2 (or U1 came later): U3 sees it. Modelled in tests/spin (opens.pml).
 * Until the operation that has unlinked it has passed STEP_RELEASE, nobody else frees it (`unlinker`): so it learns that it was the one.
 * A directory's `shards` are those that may have entries of it; a directory that is being removed lets no other in (`closing`).
 * I1 id is the number of the inode, or FREE | the last one's; generations make numbers unique
 * I2 `version` changes before a page of the file is taken away; so who reads a page while it has not changed reads this file's
 * I3 size, times and what else is read together is guarded by `sequence` */
#ifndef SERVICES_FS_INODE_H
#define SERVICES_FS_INODE_H

#include <stddef.h>
#include <stdbool.h>

#include "abi/fs.h"
#include "abi/service.h"

#define INODE_FREE ((uint64_t)1 << 63)

struct inode {
	uint64_t id;
	uint64_t link;
	uint64_t unlinker; /* ticket */
	uint64_t version;
	uint64_t sequence;
	uint64_t mode;
	uint64_t root;     /* of a file's tree (tree.h); free: the next free one */
	uint64_t opens;    /* at its home */
	uint64_t modified, changed;
	uint64_t parent;   /* of a directory */
	union {
		struct {
			uint64_t size;
			uint64_t source, source_size; /* in the archive: what pages that are not there have in them */
			uint64_t blocks;
			uint64_t trim; /* 1: the tree has pages beyond the size, which are nobody's */
		};
		struct {
			uint64_t shards[4];
			uint64_t closing; /* ticket */
		};
	};
};

_Static_assert(sizeof(struct inode) == 128, "two lines");

static inline unsigned inode_home(uint64_t id)
{
	return id >> 32 & 0xff;
}

static inline bool inode_is_directory(const struct inode *inode)
{
	return (__atomic_load_n(&inode->mode, __ATOMIC_ACQUIRE) & FS_MODE_TYPE) == FS_MODE_DIRECTORY;
}

/* Any core. NULL: there is none with this number. It may be gone a moment later; its memory stays an inode's. */
struct inode *inode_at(uint64_t id);
uint64_t inode_link(uint64_t id); /* 0: unlinked, or gone */

/* Any core: what it says about itself at one time. NOT_FOUND; BUSY. */
struct fs_stat {
	uint64_t inode, size, blocks; /* of 4096 bytes */
	uint32_t mode, links;         /* a directory has one link, which says that its directories are not counted */
	uint64_t modified, changed;   /* nanoseconds since boot */
};

must_check status_t inode_read(uint64_t id, struct fs_stat *stat);

/* Home, in a change that the caller commits: a new one; all of it, but what other cores count, goes. NO_MEMORY, NO_SPACE. */
must_check status_t inode_make(uint64_t mode, uint64_t link, uint64_t parent, struct inode **made, uint64_t *id);
void inode_free(struct inode *inode);

/* Home: what replicas ask, by ticket. */
int64_t inode_join(uint64_t ticket, unsigned shard);   /* the shard may get entries of the directory: OK; NOT_FOUND: it is being removed, or gone */
int64_t inode_move(uint64_t ticket, uint64_t *other);  /* a rename commits: OK; NOT_FOUND: the source has gone; BUSY: FS_FINISH of the ticket in *other first */
int64_t inode_cut(uint64_t ticket, uint64_t *other);   /* an unlink commits, or what a rename replaces goes: the same */
int64_t inode_shut(uint64_t ticket);                   /* a directory to be removed lets no shard in any more: OK, NOT_FOUND, BUSY */
int64_t inode_reopen(uint64_t ticket);
int64_t inode_release(uint64_t ticket, uint64_t id);   /* U2, U3 */

#endif
