/* calls.c - see calls.h
 * SPDX-License-Identifier: MIT */
#include "tests/fs/calls.h"

#include <string.h>
#include <unistd.h>

enum { TRIES = 100000 };

static struct lent text(const char *path)
{
	return (struct lent){ (void *)path, strlen(path) + 1 };
}

static const struct lent NOTHING;

static int64_t call(struct caller *caller, struct words words, struct lent first, struct lent second)
{
	int64_t result = STATUS_BUSY;

	words.word[1] = (uint64_t)caller->thread << 32 | ++caller->sequence;
	for (unsigned i = 0; i < TRIES && (result == STATUS_BUSY || result == STATUS_DEAD); i++) {
		struct words copy = words;

		result = fake_call(caller->core, &copy, first, second);
		caller->end = copy.word[1];
		caller->answer = copy;
		if (result == STATUS_DEAD && fake_gives_up())
			return result;
		if (result == STATUS_BUSY) {
			caller->busy++;
			if (i > 100)
				usleep(20);
		}
	}
	must(result != STATUS_BUSY && result != STATUS_DEAD);
	return result;
}

int64_t call_open(struct caller *caller, uint64_t directory, const char *path, unsigned flags)
{
	return call(caller, (struct words){ { FS_OPEN | (uint64_t)flags << 16, 0, directory, 0644 } }, text(path), NOTHING);
}

int64_t call_close(struct caller *caller, uint64_t inode)
{
	return call(caller, (struct words){ { FS_CLOSE, 0, inode } }, NOTHING, NOTHING);
}

int64_t call_read(struct caller *caller, uint64_t inode, uint64_t offset, void *to, uint64_t size)
{
	return call(caller, (struct words){ { FS_READ | size << 16, 0, inode, offset } }, (struct lent){ to, size }, NOTHING);
}

int64_t call_write(struct caller *caller, uint64_t inode, uint64_t offset, const void *from, uint64_t size)
{
	return call(caller, (struct words){ { FS_WRITE | size << 16, 0, inode, offset } }, (struct lent){ (void *)from, size }, NOTHING);
}

static int64_t looked_at(const struct caller *caller, int64_t result, struct fs_stat *stat)
{
	const uint64_t *word = caller->answer.word;

	if (result < 0)
		return result;
	*stat = (struct fs_stat){ .inode = word[1], .size = word[2], .mode = (uint32_t)word[3], .links = (uint32_t)(word[3] >> 32), .modified = word[4],
				  .changed = word[5], .blocks = (uint64_t)result };
	return STATUS_OK;
}

int64_t call_stat(struct caller *caller, uint64_t directory, const char *path, struct fs_stat *stat)
{
	return looked_at(caller, call(caller, (struct words){ { FS_STAT, 0, directory } }, text(path), NOTHING), stat);
}

int64_t call_stat_inode(struct caller *caller, uint64_t inode, struct fs_stat *stat)
{
	return looked_at(caller, call(caller, (struct words){ { FS_STAT_INODE, 0, inode } }, NOTHING, NOTHING), stat);
}

int64_t call_list(struct caller *caller, uint64_t directory, uint64_t *cookie, void *to, uint64_t size)
{
	int64_t result = call(caller, (struct words){ { FS_LIST | size << 16, 0, directory, *cookie } }, (struct lent){ to, size }, NOTHING);

	*cookie = caller->end;
	return result;
}

int64_t call_unlink(struct caller *caller, uint64_t directory, const char *path)
{
	return call(caller, (struct words){ { FS_UNLINK, 0, directory } }, text(path), NOTHING);
}

int64_t call_rmdir(struct caller *caller, uint64_t directory, const char *path)
{
	return call(caller, (struct words){ { FS_RMDIR, 0, directory } }, text(path), NOTHING);
}

int64_t call_mkdir(struct caller *caller, uint64_t directory, const char *path)
{
	return call(caller, (struct words){ { FS_MKDIR, 0, directory, 0755 } }, text(path), NOTHING);
}

int64_t call_rename(struct caller *caller, uint64_t directory, const char *from, uint64_t target, const char *to, unsigned flags)
{
	return call(caller, (struct words){ { FS_RENAME | (uint64_t)flags << 16, 0, directory, target } }, text(from), text(to));
}

int64_t call_truncate(struct caller *caller, uint64_t inode, uint64_t size)
{
	return call(caller, (struct words){ { FS_TRUNCATE, 0, inode, size } }, NOTHING, NOTHING);
}
