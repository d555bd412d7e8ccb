/* data.c - see data.h: writes and sizes, at home
 * SPDX-License-Identifier: MIT */
#include "services/fs/data.h"

#include "lib/string.h"
#include "services/fs/pages.h"
#include "services/fs/shard.h"
#include "services/fs/tree.h"
#include "services/fs/word.h"

enum {
	STAGING_PAGES = 65,
	PROBES = 8,
};

/* A write as it is prepared: pages of [offset, offset + size), and where each is or goes. */
struct write {
	struct inode *inode;
	uint64_t offset, size, old_size;
	const uint8_t *staging; /* NULL: what the caller lends */
	unsigned count;
	uint64_t *slot[TAKE_MOST];
	uint64_t page[TAKE_MOST];
	struct taking taking;
};

static uint64_t least(uint64_t left, uint64_t right)
{
	return left < right ? left : right;
}

static struct answer *answer_of(uint64_t ticket, struct answer **room)
{
	struct shard *shard = shard_own();

	*room = NULL;
	for (unsigned i = 0; i < PROBES; i++) {
		struct answer *answer = &shard->answer[(ticket % OPERATIONS + ticket_core(ticket) * PROBES + i) % ANSWERS];
		uint64_t other = word_get(&answer->ticket);

		if (other == ticket)
			return answer;
		if (!*room && !operation_in_flight(other))
			*room = answer;
	}
	return NULL;
}

static void answer_with(struct answer *answer, uint64_t ticket, int64_t result, uint64_t end)
{
	journal_set(&answer->result, (uint64_t)result);
	journal_set(&answer->end, end);
	journal_set(&answer->ticket, ticket);
}

/* I1 */
static void clear_tail(const struct inode *inode)
{
	uint64_t size = word_get(&inode->size), page;

	if (size % PAGE && tree_find(inode, word_get(&inode->version), size / PAGE, &page) == STATUS_OK && page)
		memset((uint8_t *)page + size % PAGE, 0, PAGE - size % PAGE);
}

static void mark_tail(const struct inode *inode)
{
	uint64_t *tail = &shard_own()->tail, id = word_get(&inode->id);

	if (word_get(tail) != id)
		word_put(tail, id);
}

void data_recover(void)
{
	uint64_t tail = word_get(&shard_own()->tail);
	const struct inode *inode = inode_at(tail);

	if (inode && !inode_is_directory(inode))
		clear_tail(inode);
}

static status_t reach(struct write *write)
{
	uint64_t first = write->offset / PAGE, last = (write->offset + write->size - 1) / PAGE;
	status_t status = STATUS_OK;

	write->count = 0;
	for (uint64_t index = first; index <= last && status == STATUS_OK; index++) {
		status = tree_reach(write->inode, index, &write->slot[write->count]);
		if (status == STATUS_OK)
			write->count++;
	}
	/* The tree may have grown meanwhile: a slot that was the root itself is none any more. */
	if (write->count && write->slot[0] == &write->inode->root && tree_reach(write->inode, first, &write->slot[0]) != STATUS_OK)
		write->count = 0;
	return write->count ? STATUS_OK : status;
}

/* What a page has that was a hole. */
static void fill_from_archive(const struct inode *inode, uint64_t index, uint8_t *page)
{
	uint64_t size, from = index * PAGE, source_size = word_get(&inode->source_size);
	const uint8_t *base = archive(&size);

	if (from < source_size)
		memcpy(page, base + word_get(&inode->source) + from, least(PAGE, source_size - from));
}

static status_t take_pages(struct write *write)
{
	unsigned holes = 0, taken = 0;
	status_t status;

	for (unsigned i = 0; i < write->count; i++)
		holes += !word_get(write->slot[i]);
	status = pages_take(&write->taking, holes);
	if (status != STATUS_OK && holes == write->count)
		return status;
	for (unsigned i = 0; i < write->count; i++) {
		write->page[i] = word_get(write->slot[i]);
		if (!write->page[i] && taken == write->taking.count)
			write->count = i; /* so far there is space */
		else if (!write->page[i])
			write->page[i] = write->taking.page[taken++];
	}
	write->size = least(write->size, (write->offset / PAGE + write->count) * PAGE - write->offset);
	return write->count ? STATUS_OK : STATUS_NO_SPACE;
}

static status_t copy_pages(struct write *write)
{
	uint64_t done = 0;
	status_t status = STATUS_OK;

	if (write->offset + write->size > write->old_size)
		mark_tail(write->inode);
	for (unsigned i = 0; i < write->count && status == STATUS_OK; i++) {
		uint64_t in_page = (write->offset + done) % PAGE, size = least(PAGE - in_page, write->size - done);
		uint8_t *page = (uint8_t *)write->page[i];

		if (!word_get(write->slot[i]) && size < PAGE)
			fill_from_archive(write->inode, write->offset / PAGE + i, page);
		if (write->staging)
			memcpy(page + in_page, write->staging + done, size);
		else
			status = ipc_copy_in(page + in_page, done, size);
		done += size;
	}
	if (status != STATUS_OK)
		clear_tail(write->inode);
	return status;
}

static void change_inode(const struct write *write)
{
	struct inode *inode = write->inode;
	uint64_t end = write->offset + write->size, now = ipc_clock();

	journal_guard(&inode->sequence);
	for (unsigned i = 0; i < write->count; i++)
		if (word_get(write->slot[i]) != write->page[i])
			journal_set(write->slot[i], write->page[i]);
	pages_keep(&write->taking);
	journal_set(&inode->blocks, word_get(&inode->blocks) + write->taking.count);
	if (end > write->old_size)
		journal_set(&inode->size, end);
	journal_set(&inode->modified, now);
	journal_set(&inode->changed, now);
}

/* All but the commit. A result, which is then the change's; or a status, and nothing has happened. */
static int64_t prepare(struct write *write, uint64_t id, uint64_t offset, uint64_t size, const uint8_t *staging)
{
	status_t status;

	write->inode = inode_home(id) == self.core ? inode_at(id) : NULL;
	write->staging = staging;
	write->taking.count = 0;
	if (!write->inode)
		return STATUS_NOT_FOUND;
	if (inode_is_directory(write->inode))
		return STATUS_IS_DIRECTORY;
	write->old_size = word_get(&write->inode->size);
	write->offset = offset == FS_APPEND ? write->old_size : offset;
	write->size = least(size, FS_TRANSFER_MOST);
	if (write->offset > FS_SIZE_MOST - write->size)
		return STATUS_TOO_BIG;
	tree_trim(write->inode);
	if (!write->size)
		return 0;
	status = reach(write);
	if (status == STATUS_OK)
		status = take_pages(write);
	if (status == STATUS_OK)
		status = copy_pages(write);
	if (status != STATUS_OK) {
		pages_give_up(&write->taking);
		return status;
	}
	return (int64_t)write->size;
}

int64_t data_write(struct operation *operation, uint64_t key)
{
	struct write write;
	int64_t result = prepare(&write, word_get(&operation->inode), word_get(&operation->offset), word_get(&operation->size), NULL);

	journal_begin();
	if (result > 0) {
		change_inode(&write);
		journal_set(&operation->end, write.offset + write.size);
	}
	operation_end_with(operation, result);
	journal_set(&operation->key, key);
	journal_commit();
	return result;
}

int64_t data_fill(uint64_t id, uint64_t index, uint64_t *page)
{
	struct inode *inode = inode_home(id) == ipc_core() ? inode_at(id) : NULL;
	struct taking taking;
	uint64_t *slot;
	status_t status;

	if (!inode || inode_is_directory(inode) || index >= (word_get(&inode->size) + PAGE - 1) / PAGE)
		return STATUS_NOT_FOUND;
	tree_trim(inode);
	status = tree_reach(inode, index, &slot);
	*page = status == STATUS_OK ? word_get(slot) : 0;
	if (status != STATUS_OK || *page)
		return status;
	status = pages_take(&taking, 1);
	if (status != STATUS_OK)
		return status;
	*page = taking.page[0];
	fill_from_archive(inode, index, (uint8_t *)*page);
	journal_begin();
	journal_set(slot, *page);
	pages_keep(&taking);
	journal_set(&inode->blocks, word_get(&inode->blocks) + 1);
	journal_commit();
	return STATUS_OK;
}

static uint8_t *staging_at(unsigned core, uint64_t slot)
{
	return (uint8_t *)shard_at(core, SHARD_STAGING) + slot * STAGING_PAGES * PAGE;
}

/* The first slot that no other operation in flight has. */
static uint64_t free_staging(void)
{
	uint64_t used = 0;

	for (unsigned i = 0; i < OPERATIONS; i++) {
		const struct operation *other = &shard_own()->operation[i];

		if (word_get(&other->ticket) && word_get(&other->staging))
			used |= UINT64_C(1) << (word_get(&other->staging) - 1);
	}
	return ~used ? (uint64_t)__builtin_ctzll(~used) : OPERATIONS;
}

status_t data_stage(struct operation *operation)
{
	uint64_t slot = word_get(&operation->staging) ? word_get(&operation->staging) - 1 : free_staging();
	uint64_t size = least(word_get(&operation->size), FS_TRANSFER_MOST);
	uint8_t *staging = staging_at(self.core, slot);
	status_t status;

	if (!size)
		return STATUS_OK;
	if (slot >= OPERATIONS)
		return STATUS_BUSY;
	word_put(&operation->staging, slot + 1);
	status = store_fill(staging, (size + PAGE - 1) / PAGE);
	return status == STATUS_OK ? ipc_copy_in(staging, 0, size) : status;
}

int64_t data_store(uint64_t ticket, uint64_t *end)
{
	struct operation request;
	struct answer *room, *answer = answer_of(ticket, &room);
	struct write write;
	int64_t result;

	if (answer) {
		*end = word_get(&answer->end);
		return (int64_t)word_get(&answer->result);
	}
	if (operation_read(ticket, &request) != STATUS_OK || request.kind != KIND_WRITE || request.step != STEP_SEND)
		return STATUS_NOT_FOUND;
	if (!room || request.staging > OPERATIONS || (request.size && !request.staging))
		return STATUS_BUSY;
	result = prepare(&write, request.inode, request.offset, request.size, staging_at(ticket_core(ticket), request.staging - 1));
	journal_begin();
	if (result > 0) {
		*end = write.offset + write.size;
		change_inode(&write);
	}
	answer_with(room, ticket, result, *end);
	journal_commit();
	return result;
}

static void resize(struct inode *inode, uint64_t size)
{
	uint64_t now = ipc_clock();

	if (size < word_get(&inode->size)) {
		journal_set(&inode->version, word_get(&inode->version) + 1);
		journal_set(&inode->trim, 1);
		journal_set(&inode->source_size, least(word_get(&inode->source_size), size));
	}
	journal_guard(&inode->sequence);
	journal_set(&inode->size, size);
	journal_set(&inode->modified, now);
	journal_set(&inode->changed, now);
}

int64_t data_resize(uint64_t ticket)
{
	struct operation request;
	struct answer *room, *answer = answer_of(ticket, &room);
	struct inode *inode;

	if (answer && word_get(&answer->result) == STATUS_OK && pages_untidy())
		return STATUS_PENDING;
	if (answer)
		return (int64_t)word_get(&answer->result);
	if (operation_read(ticket, &request) != STATUS_OK || request.step != STEP_RESIZE)
		return STATUS_NOT_FOUND;
	inode = inode_home(request.inode) == self.core ? inode_at(request.inode) : NULL;
	if (!inode || inode_is_directory(inode))
		return inode ? STATUS_IS_DIRECTORY : STATUS_NOT_FOUND;
	if (!room)
		return STATUS_BUSY;
	tree_trim(inode);
	if (request.size < word_get(&inode->size))
		mark_tail(inode);
	journal_begin();
	resize(inode, request.size);
	answer_with(room, ticket, STATUS_OK, 0);
	journal_commit();
	clear_tail(inode);
	tree_trim(inode);
	return pages_tidy() ? STATUS_PENDING : STATUS_OK;
}
