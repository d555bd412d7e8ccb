/* inode.c - see inode.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/inode.h"

#include "services/fs/opens.h"
#include "services/fs/pages.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum {
	GENERATION = 40,
	READ_TRIES = 16,
};

struct inode *inode_at(uint64_t id)
{
	unsigned home = inode_home(id);
	uint64_t slot = (uint32_t)id;
	struct inode *inode;

	if (!id || id >> 63 || !shard_present(home) || slot >= word_get(&shard_of(home)->inodes))
		return NULL;
	inode = (struct inode *)shard_at(home, SHARD_INODES) + slot;
	return word_get(&inode->id) == id ? inode : NULL;
}

uint64_t inode_link(uint64_t id)
{
	const struct inode *inode = inode_at(id);
	uint64_t link = inode ? word_get(&inode->link) : 0;

	return inode && word_get(&inode->id) == id ? link : 0;
}

static void look(const struct inode *inode, struct fs_stat *stat)
{
	stat->mode = (uint32_t)word_get(&inode->mode);
	stat->links = word_get(&inode->link) != 0;
	stat->modified = word_get(&inode->modified);
	stat->changed = word_get(&inode->changed);
	stat->size = stat->blocks = 0;
	if (!inode_is_directory(inode)) {
		stat->size = word_get(&inode->size);
		stat->blocks = word_get(&inode->blocks) + (word_get(&inode->source_size) + PAGE - 1) / PAGE;
	}
}

status_t inode_read(uint64_t id, struct fs_stat *stat)
{
	const struct inode *inode = inode_at(id);

	for (unsigned i = 0; inode && i < READ_TRIES; i++) {
		uint64_t sequence = word_get(&inode->sequence);

		stat->inode = id;
		look(inode, stat);
		if (word_get(&inode->id) != id)
			return STATUS_NOT_FOUND;
		if (!(sequence & 1) && word_get(&inode->sequence) == sequence)
			return STATUS_OK;
	}
	return inode ? STATUS_BUSY : STATUS_NOT_FOUND;
}

static struct inode *own(uint64_t id)
{
	return inode_home(id) == ipc_core() ? inode_at(id) : NULL;
}

/* A free slot, or a new one; its place in the lists changes with the journal. */
static status_t take_slot(struct shard *shard, uint64_t *slot)
{
	struct inode *first = shard_at(ipc_core(), SHARD_INODES);
	uint64_t free = word_get(&shard->free_inode), frontier = word_get(&shard->inodes);
	status_t status;

	if (free) {
		*slot = free;
		journal_set(&shard->free_inode, word_get(&first[free].root));
		return STATUS_OK;
	}
	if (!frontier)
		frontier = 1; /* 0 ends lists */
	status = shard_extend(SHARD_INODES, sizeof(struct inode), frontier == 1 ? 0 : frontier, frontier + 1);
	*slot = frontier;
	journal_set(&shard->inodes, frontier + 1);
	return status;
}

status_t inode_make(uint64_t mode, uint64_t link, uint64_t parent, struct inode **made, uint64_t *id)
{
	struct shard *shard = shard_own();
	uint64_t slot, now = ipc_clock();
	status_t status = take_slot(shard, &slot);
	struct inode *inode = (struct inode *)shard_at(ipc_core(), SHARD_INODES) + slot;

	if (status != STATUS_OK)
		return status;
	*made = inode;
	*id = ((word_get(&inode->id) & ~INODE_FREE) >> GENERATION) + 1;
	*id = (*id << GENERATION & ~INODE_FREE) | (uint64_t)ipc_core() << 32 | slot;
	word_put(&inode->mode, mode);
	word_put(&inode->unlinker, 0);
	word_put(&inode->opens, 0);
	word_put(&inode->modified, now);
	word_put(&inode->changed, now);
	word_put(&inode->parent, parent);
	for (uint64_t *word = &inode->size; word <= &inode->trim; word++)
		word_put(word, 0);
	journal_set(&inode->root, 0);
	journal_set(&inode->link, link);
	journal_set(&inode->id, *id);
	journal_set(&shard->live_inodes, word_get(&shard->live_inodes) + 1);
	return STATUS_OK;
}

void inode_free(struct inode *inode)
{
	struct shard *shard = shard_own();
	uint64_t id = word_get(&inode->id);

	journal_set(&inode->version, word_get(&inode->version) + 1);
	journal_set(&inode->id, id | INODE_FREE);
	if (!inode_is_directory(inode))
		pages_discard(word_get(&inode->root));
	journal_set(&inode->root, word_get(&shard->free_inode));
	journal_set(&shard->free_inode, (uint32_t)id);
	journal_set(&shard->live_inodes, word_get(&shard->live_inodes) - 1);
}

int64_t inode_join(uint64_t ticket, unsigned shard)
{
	struct operation request;
	struct inode *directory;
	uint64_t id;

	if (operation_read(ticket, &request) != STATUS_OK || shard >= ipc_cores())
		return STATUS_NOT_FOUND;
	id = request.kind == KIND_RENAME ? request.target : request.directory;
	directory = own(id);
	if (!directory || !inode_is_directory(directory) || !word_get(&directory->link) || word_get(&directory->closing))
		return STATUS_NOT_FOUND;
	word_put(&directory->shards[shard / 64], word_get(&directory->shards[shard / 64]) | UINT64_C(1) << shard % 64);
	return STATUS_OK;
}

/* L (operation.h): who has made the link may not know yet that it has. */
static status_t may_change(const struct inode *inode, uint64_t *other)
{
	*other = word_get(&inode->link);
	return operation_in_flight(*other) ? STATUS_BUSY : STATUS_OK;
}

int64_t inode_move(uint64_t ticket, uint64_t *other)
{
	struct operation request;
	struct inode *inode;

	if (operation_read(ticket, &request) != STATUS_OK || request.kind != KIND_RENAME || request.step != STEP_MOVE || !(inode = own(request.inode)))
		return STATUS_NOT_FOUND;
	if (word_get(&inode->link) == ticket)
		return STATUS_OK;
	if (word_get(&inode->link) != request.link)
		return STATUS_NOT_FOUND;
	if (may_change(inode, other) != STATUS_OK)
		return STATUS_BUSY;
	journal_begin();
	journal_guard(&inode->sequence);
	journal_set(&inode->link, ticket);
	journal_set(&inode->changed, ipc_clock());
	if (inode_is_directory(inode))
		journal_set(&inode->parent, request.target);
	journal_commit();
	return STATUS_OK;
}

/* What the request is to unlink, and by which link it was found. */
static struct inode *victim(uint64_t ticket, enum operation_step step, struct operation *request, uint64_t *link)
{
	if (operation_read(ticket, request) != STATUS_OK || request->step != step)
		return NULL;
	*link = request->kind == KIND_UNLINK ? request->link : request->other_link;
	return request->kind == KIND_UNLINK ? own(request->inode) : request->kind == KIND_RENAME ? own(request->other) : NULL;
}

int64_t inode_cut(uint64_t ticket, uint64_t *other)
{
	struct operation request;
	uint64_t link;
	struct inode *inode = victim(ticket, STEP_CUT, &request, &link);

	if (!inode)
		return STATUS_NOT_FOUND;
	if (!word_get(&inode->link) && word_get(&inode->unlinker) == ticket)
		return STATUS_OK;
	if (!link || word_get(&inode->link) != link)
		return STATUS_NOT_FOUND;
	if (may_change(inode, other) != STATUS_OK)
		return STATUS_BUSY;
	journal_begin();
	journal_guard(&inode->sequence);
	journal_set(&inode->link, 0);
	journal_set(&inode->unlinker, ticket);
	journal_set(&inode->changed, ipc_clock());
	journal_commit();
	return STATUS_OK;
}

int64_t inode_shut(uint64_t ticket)
{
	struct operation request;
	uint64_t link;
	struct inode *inode = victim(ticket, STEP_SHUT, &request, &link);

	if (!inode || !inode_is_directory(inode) || word_get(&inode->link) != link)
		return STATUS_NOT_FOUND;
	if (word_get(&inode->closing) != ticket && operation_in_flight(word_get(&inode->closing)))
		return STATUS_BUSY;
	word_put(&inode->closing, ticket);
	return STATUS_OK;
}

int64_t inode_reopen(uint64_t ticket)
{
	struct operation request;
	uint64_t link;
	struct inode *inode = victim(ticket, STEP_REOPEN, &request, &link);

	if (inode && inode_is_directory(inode) && word_get(&inode->closing) == ticket)
		word_put(&inode->closing, 0);
	return STATUS_OK;
}

int64_t inode_release(uint64_t ticket, uint64_t id)
{
	struct inode *inode = own(id);
	uint64_t unlinker = inode ? word_get(&inode->unlinker) : 0;
	status_t elsewhere;

	if (!inode) /* it went when this was asked the first time, and the replica died at its pages */
		return pages_untidy() ? STATUS_PENDING : STATUS_OK;
	if (word_get(&inode->link) || (unlinker != ticket && operation_in_flight(unlinker)))
		return STATUS_OK;
	full_fence();
	elsewhere = opens_elsewhere(id);
	if (elsewhere == STATUS_BUSY)
		return STATUS_BUSY;
	if (word_get(&inode->opens) || elsewhere != STATUS_OK) {
		word_put(&inode->unlinker, 0); /* whoever closes last may free it from now on */
		return STATUS_OK;
	}
	journal_begin();
	inode_free(inode);
	journal_commit();
	return pages_tidy() ? STATUS_PENDING : STATUS_OK;
}
