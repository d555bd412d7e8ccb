/* attack_pager.c - attacks of a service that is the pager, and answers with pages of the file service's store that nobody has asked for
 * SPDX-License-Identifier: MIT
 * It lies beyond HOSTILE_LIES of a file (services/pager/forged); so who maps a file there has named a page of the store. */
#include "attack.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/store.h"
#include "services/fs/shard.h"

#define OTHERS_WORD UINT64_C(0x0dd17ed0ff1ce)

enum { FILE_PAGES = 2 /* more than one: so there is a node */, OTHERS_PAGE = FILE_PAGES + 1 };

static int file = -1;

static int make_file(const char *name, unsigned pages, uint64_t word)
{
	uint64_t page[PAGE / sizeof(uint64_t)] = { word };
	int made = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned i = 0; made >= 0 && i < pages; i++)
		if (write(made, page, sizeof(page)) != sizeof(page))
			return -1;
	return made;
}

/* The first pages of data of this core's shard become these files'. */
bool attack_pager_open(void)
{
	file = make_file("/mapped", FILE_PAGES, 0);
	return file >= 0 && make_file("/others", 1, OTHERS_WORD) >= 0;
}

/* The page of this core's shard, where it lies for this process if the kernel lets it. */
static uint64_t map_shard_at(uint64_t offset)
{
	uint64_t shard = (uint64_t)(native_call(NATIVE_core_count, 0, 0, 0) - 1) << STORE_SHIFT;

	return (uint64_t)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)(HOSTILE_LIES * PAGE + shard + offset));
}

int pager_map_shard(void) { return load_at(map_shard_at(0)); }
int pager_map_names(void) { return load_at(map_shard_at(SHARD_BUCKETS)); }
int pager_map_inodes(void) { return load_at(map_shard_at(SHARD_INODES)); }
int pager_map_nodes(void) { return load_at(map_shard_at(SHARD_NODES + PAGE)); }

int pager_write_inodes(void)
{
	volatile uint64_t *word = (volatile uint64_t *)map_shard_at(SHARD_INODES);

	*word = *word;
	return ATTACK_WENT_THROUGH;
}

int pager_map_others_file(void)
{
	const volatile uint64_t *word = (const volatile uint64_t *)map_shard_at(SHARD_PAGES + OTHERS_PAGE * PAGE);

	return *word == OTHERS_WORD ? ATTACK_WENT_THROUGH : ATTACK_NOT_MADE;
}
