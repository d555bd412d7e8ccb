/* start.c - see start.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/start.h"

#include "services/fs/data.h"
#include "services/fs/inode.h"
#include "services/fs/pages.h"
#include "services/fs/replica.h"
#include "services/fs/request.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum {
	BUCKETS = 256,
	WAIT_KEY = 2,
	WAIT_NS = 1000000,
	WAITS = 1000, /* of a millisecond, for core 0's archive */
};

static void make_root(struct shard *shard)
{
	struct inode *root = (struct inode *)shard_at(0, SHARD_INODES) + (uint32_t)FS_ROOT;

	word_put(&root->mode, FS_MODE_DIRECTORY | 0755);
	word_put(&root->parent, FS_ROOT);
	word_put(&root->link, 1); /* the ticket of no operation */
	word_put(&root->id, FS_ROOT);
	word_put(&shard->inodes, (uint32_t)FS_ROOT + 1);
	word_put(&shard->live_inodes, 1);
	word_put(&shard->seed, ipc_clock() | 1);
}

/* Done again from the beginning, if the replica dies before the last word. */
static status_t make(struct shard *shard)
{
	status_t status = shard_extend(SHARD_BUCKETS, 16, 0, BUCKETS);

	if (status == STATUS_OK && ipc_core() == 0)
		status = shard_extend(SHARD_INODES, sizeof(struct inode), 0, 2);
	if (status != STATUS_OK)
		return status;
	word_put(&shard->buckets, BUCKETS);
	if (ipc_core() == 0)
		make_root(shard);
	word_put(&shard->magic, SHARD_MAGIC);
	return STATUS_OK;
}

static status_t recover(void)
{
	struct shard *shard = shard_own();
	status_t status = store_fill(shard, (sizeof(*shard) + PAGE - 1) / PAGE);

	if (status != STATUS_OK)
		return status;
	if (word_get(&shard->magic) != SHARD_MAGIC)
		return make(shard);
	journal_recover();
	operations_recover();
	pages_recover();
	data_recover();
	return STATUS_OK;
}

/* Core 0 knows of this shard from now on; this one keeps what it has learnt, so that a replica that begins anew asks nobody. */
static status_t enter(struct shard *shard)
{
	struct words words = { { FS_REGISTER, ipc_core() } };
	status_t status;

	if (!ipc_core())
		return (status_t)start_register(0);
	status = (status_t)request(0, &words);
	if (status == STATUS_OK)
		word_put(&shard->seed, word_get(&shard_of(0)->seed));
	return status;
}

status_t start_shard(void)
{
	status_t status = STATUS_OK;

	if (!self.recovered) {
		status = recover();
		if (status != STATUS_OK)
			return status;
		self.recovered = true;
	}
	if (self.seed)
		return STATUS_OK;
	if (!ipc_core() || !word_get(&shard_own()->seed))
		status = enter(shard_own());
	if (status == STATUS_OK)
		self.seed = word_get(&shard_own()->seed);
	return status;
}

int64_t start_register(unsigned core)
{
	uint64_t *present = &shard_own()->present[core / 64 % 4];

	if (ipc_core() || core >= ipc_cores())
		return STATUS_BAD_ARGUMENT;
	word_put(present, word_get(present) | UINT64_C(1) << core % 64);
	return STATUS_OK;
}

status_t start_tree(void)
{
	status_t status = word_get(&shard_own()->populated) ? STATUS_OK : STATUS_BUSY;

	if (self.started)
		return STATUS_OK;
	for (unsigned i = 0; i < WAITS && status == STATUS_BUSY; i++) {
		struct words words = { { FS_START } };

		status = (status_t)request(0, &words);
		if (status == STATUS_BUSY)
			(void)ipc_wait(WAIT_KEY, WAIT_NS);
	}
	self.started = status == STATUS_OK;
	if (self.started && ipc_core())
		word_put(&shard_own()->populated, 1);
	return status;
}

int64_t start_populate(void)
{
	struct shard *shard = shard_own();
	status_t status;

	if (ipc_core())
		return STATUS_BAD_ARGUMENT;
	if (word_get(&shard->populated))
		return STATUS_OK;
	if (self.populating)
		return STATUS_BUSY;
	self.populating = true;
	status = populate();
	self.populating = false;
	if (status == STATUS_OK)
		word_put(&shard->populated, 1);
	return status;
}
