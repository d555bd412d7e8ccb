/* stat.c - see stat.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/stat.h"

#include "abi/kernel.h"
#include "services/linux/console.h"
#include "services/linux/errno.h"
#include "services/linux/proc.h"

enum { SECTOR = 512, BLOCK = 4096, BASIC_STATS = 0x7ff };

#define SECOND UINT64_C(1000000000)

struct stat_time {
	uint64_t seconds, nanoseconds;
};

struct stat {
	uint64_t device, inode, links;
	uint32_t mode, user, group, unused;
	uint64_t special, size, block, sectors;
	struct stat_time accessed, modified, changed;
	uint64_t reserved[3];
};

_Static_assert(sizeof(struct stat) == 144, "struct stat of x86-64");

struct statx_time {
	int64_t seconds;
	uint32_t nanoseconds, unused;
};

struct statx {
	uint32_t mask, block;
	uint64_t attributes;
	uint32_t links, user, group;
	uint16_t mode, unused;
	uint64_t inode, size, sectors, attributes_mask;
	struct statx_time accessed, born, changed, modified;
	uint32_t special_major, special_minor, device_major, device_minor;
	uint64_t reserved[14];
};

_Static_assert(sizeof(struct statx) == 256, "struct statx");

static int64_t out(uint64_t to, const void *from, uint64_t size)
{
	return linux_result(kernel_copy_out(to, from, size));
}

static struct stat from_answer(const uint64_t *answer)
{
	struct stat_time modified = { answer[4] / SECOND, answer[4] % SECOND }, changed = { answer[5] / SECOND, answer[5] % SECOND };

	return (struct stat){
		.device = 1, .inode = answer[1], .links = answer[3] >> 32, .mode = (uint32_t)answer[3], .size = answer[2], .block = BLOCK,
		.sectors = answer[0] * (BLOCK / SECTOR), .accessed = modified, .modified = modified, .changed = changed,
	};
}

static struct stat of_console(void)
{
	return (struct stat){ .links = 1, .mode = CONSOLE_MODE, .special = CONSOLE_DEVICE, .block = CONSOLE_BLOCK };
}

/* Its length is known when it is opened. */
static struct stat of_text(unsigned number)
{
	return (struct stat){ .device = PROC_DEVICE, .inode = number + 1, .links = 1, .mode = PROC_MODE, .block = PROC_BLOCK };
}

static struct statx_time wide(const struct stat_time *time)
{
	return (struct statx_time){ .seconds = (int64_t)time->seconds, .nanoseconds = (uint32_t)time->nanoseconds };
}

static int64_t out_wide(uint64_t to, const struct stat *stat)
{
	struct statx statx = {
		.mask = BASIC_STATS, .block = (uint32_t)stat->block, .links = (uint32_t)stat->links, .mode = (uint16_t)stat->mode,
		.inode = stat->inode, .size = stat->size, .sectors = stat->sectors, .accessed = wide(&stat->accessed),
		.changed = wide(&stat->changed), .modified = wide(&stat->modified), .special_major = (uint32_t)(stat->special >> 8),
		.special_minor = (uint32_t)(stat->special & 255), .device_minor = (uint32_t)stat->device,
	};

	return out(to, &statx, sizeof(statx));
}

int64_t stat_out(uint64_t to, const uint64_t *answer)
{
	struct stat stat = from_answer(answer);

	return out(to, &stat, sizeof(stat));
}

int64_t statx_out(uint64_t to, const uint64_t *answer)
{
	struct stat stat = from_answer(answer);

	return out_wide(to, &stat);
}

int64_t stat_console(uint64_t to)
{
	struct stat stat = of_console();

	return out(to, &stat, sizeof(stat));
}

int64_t statx_console(uint64_t to)
{
	struct stat stat = of_console();

	return out_wide(to, &stat);
}

int64_t stat_text(uint64_t to, unsigned number)
{
	struct stat stat = of_text(number);

	return out(to, &stat, sizeof(stat));
}

int64_t statx_text(uint64_t to, unsigned number)
{
	struct stat stat = of_text(number);

	return out_wide(to, &stat);
}
