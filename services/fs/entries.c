/* entries.c - see entries.h: changes, at home
 * SPDX-License-Identifier: MIT */
#include "services/fs/entries.h"

#include "services/fs/inode.h"
#include "services/fs/shard.h"
#include "services/fs/word.h"

enum { EMPTY_MOST = 64 /* dead entries that one request takes away */ };

enum entry_state entry_state(uint64_t inode, uint64_t ticket)
{
	bool in_flight = operation_in_flight(ticket);

	if (ticket && inode_link(inode) == ticket)
		return ENTRY_VALID;
	return in_flight ? ENTRY_PENDING : ENTRY_DEAD;
}

static struct record *branch_of(uint64_t directory)
{
	struct question question = table_question(RECORD_BRANCH, directory, NULL, 0);

	return table_next(NULL, &question);
}

static void take_away(struct record *entry)
{
	struct record *branch = branch_of(word_get(&entry->owner));
	uint64_t after = word_get(&entry->after), before = word_get(&entry->before);

	journal_begin();
	table_remove(entry);
	journal_set(before ? &((struct record *)before)->after : &branch->target, after);
	journal_set(after ? &((struct record *)after)->before : &branch->ticket, before);
	journal_set(&branch->after, word_get(&branch->after) - 1);
	journal_commit();
}

/* What the entries of a name say; dead ones go. */
static enum entry_state survey(const struct question *question, struct meaning *meaning)
{
	enum entry_state found = ENTRY_DEAD;
	struct record *entry = table_next(NULL, question);

	while (entry) {
		struct record *next = table_next(entry, question);
		uint64_t inode = word_get(&entry->target), ticket = word_get(&entry->ticket);
		enum entry_state state = entry_state(inode, ticket);

		if (state == ENTRY_DEAD)
			take_away(entry);
		if (state > ENTRY_DEAD && found != ENTRY_PENDING && (found == ENTRY_DEAD || state == ENTRY_PENDING)) {
			found = state;
			*meaning = (struct meaning){ inode, ticket };
		}
		entry = next;
	}
	return found;
}

/* May this shard get a branch of the directory? */
static status_t may_branch(uint64_t directory)
{
	const struct inode *inode = inode_at(directory);
	unsigned core = self.core;

	if (!inode || !inode_is_directory(inode) || !word_get(&inode->link) || word_get(&inode->closing))
		return STATUS_NOT_FOUND;
	return word_get(&inode->shards[core / 64]) >> core % 64 & 1 ? STATUS_OK : STATUS_PENDING;
}

static status_t insert(const struct question *question, uint64_t inode, uint64_t ticket)
{
	struct record *branch = branch_of(question->owner), *entry;
	struct question root = table_question(RECORD_BRANCH, question->owner, NULL, 0);
	status_t status = branch ? STATUS_OK : may_branch(question->owner);

	if (status != STATUS_OK)
		return status;
	journal_begin();
	if (!branch)
		status = table_insert(&root, 0, 0, &branch);
	if (status == STATUS_OK)
		status = table_insert(question, inode, ticket, &entry);
	if (status != STATUS_OK) {
		journal_begin();
		return status;
	}
	uint64_t last = journal_see(&branch->ticket);

	journal_set(&entry->before, last);
	journal_set(last ? &((struct record *)last)->after : &branch->target, (uint64_t)entry);
	journal_set(&branch->ticket, (uint64_t)entry);
	journal_set(&branch->after, journal_see(&branch->after) + 1);
	journal_commit();
	table_grow();
	return STATUS_OK;
}

/* A file that is made needs a name that means nothing, and its inode, whose link nobody changes while the request is in flight (L), is not looked at: that would
 * be a line more from its home. One that is renamed needs the meaning that it had when it was looked up. */
static status_t permits(const struct operation *request, enum entry_state state, const struct meaning *meaning)
{
	if (state == ENTRY_PENDING)
		return STATUS_BUSY;
	if (request->kind == KIND_CREATE)
		return state == ENTRY_VALID ? STATUS_EXISTS : STATUS_OK;
	if (inode_link(request->inode) != request->link)
		return STATUS_RESTART;
	if (state == ENTRY_VALID)
		return meaning->inode == request->other && meaning->link == request->other_link ? STATUS_OK : STATUS_RESTART;
	return request->other ? STATUS_RESTART : STATUS_OK;
}

static struct question question_of(const struct operation *request, enum entry_which which)
{
	if (request->kind == KIND_RENAME && which != ENTRY_OLD)
		return table_question_words(RECORD_ENTRY, request->target, request->target_name, (uint32_t)request->target_length);
	return table_question_words(RECORD_ENTRY, request->directory, request->name, (uint32_t)request->length);
}

static struct record *entry_by(const struct question *question, uint64_t ticket)
{
	struct record *entry = table_next(NULL, question);

	while (entry && word_get(&entry->ticket) != ticket)
		entry = table_next(entry, question);
	return entry;
}

static int64_t put(const struct operation *request, const struct question *question, struct meaning *meaning)
{
	enum entry_state state;
	status_t status;

	if (home_of(question) != self.core)
		return STATUS_BAD_ARGUMENT;
	if (entry_by(question, request->ticket))
		return STATUS_OK;
	state = survey(question, meaning);
	status = permits(request, state, meaning);
	return status == STATUS_OK ? insert(question, request->inode, request->ticket) : status;
}

int64_t entry_put(uint64_t ticket, struct meaning *meaning)
{
	struct operation request;
	struct question question;

	if (operation_read(ticket, &request) != STATUS_OK || request.step != STEP_PUT || (request.kind != KIND_CREATE && request.kind != KIND_RENAME))
		return STATUS_NOT_FOUND;
	question = question_of(&request, ENTRY_PUT);
	return put(&request, &question, meaning);
}

int64_t entry_put_carried(uint64_t ticket, const uint64_t name[CARRIED_WORDS], uint32_t length, struct meaning *meaning)
{
	struct operation request;
	struct question question;

	if (operation_read_line(ticket, &request) != STATUS_OK || request.step != STEP_PUT || request.kind != KIND_CREATE)
		return STATUS_NOT_FOUND;
	question = table_question_words(RECORD_ENTRY, request.directory, name, length);
	return question.hash == request.hash ? put(&request, &question, meaning) : STATUS_BAD_ARGUMENT;
}

int64_t entry_erase(uint64_t ticket, enum entry_which which)
{
	struct operation request;
	struct question question;
	struct record *entry;

	if (operation_read(ticket, &request) != STATUS_OK)
		return STATUS_NOT_FOUND;
	if (request.step != (which == ENTRY_PUT ? STEP_UNDO : which == ENTRY_OLD ? STEP_ERASE : STEP_ERASE_OLD))
		return STATUS_NOT_FOUND;
	question = question_of(&request, which);
	entry = entry_by(&question, which == ENTRY_PUT ? ticket : which == ENTRY_OLD ? request.link : request.other_link);
	if (entry && entry_state(word_get(&entry->target), word_get(&entry->ticket)) != ENTRY_VALID)
		take_away(entry);
	return STATUS_OK;
}

static status_t clear(struct record *branch)
{
	struct record *entry = (struct record *)word_get(&branch->target);

	for (unsigned i = 0; entry && i < EMPTY_MOST; i++) {
		struct record *after = (struct record *)word_get(&entry->after);

		if (entry_state(word_get(&entry->target), word_get(&entry->ticket)) != ENTRY_DEAD)
			return STATUS_NOT_EMPTY;
		take_away(entry);
		entry = after;
	}
	return entry ? STATUS_BUSY : STATUS_OK;
}

int64_t entry_empty(uint64_t ticket)
{
	struct operation request;
	struct record *branch;
	status_t status;

	if (operation_read(ticket, &request) != STATUS_OK || request.step != STEP_SHUT)
		return STATUS_NOT_FOUND;
	branch = branch_of(request.kind == KIND_UNLINK ? request.inode : request.other);
	status = branch ? clear(branch) : STATUS_OK;
	if (branch && status == STATUS_OK) {
		journal_begin();
		table_remove(branch);
		journal_commit();
	}
	return status;
}

int64_t entry_next(uint64_t directory, uint64_t serial, uint64_t *record)
{
	struct record *branch = branch_of(directory);
	uint64_t at = branch ? word_get(&branch->target) : 0;

	while (at && word_get(&((struct record *)at)->serial) <= serial)
		at = word_get(&((struct record *)at)->after);
	*record = at;
	return at ? STATUS_OK : STATUS_NOT_FOUND;
}
