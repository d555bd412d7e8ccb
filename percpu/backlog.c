/* backlog.c - see backlog.h
 * SPDX-License-Identifier: MIT */
#include "percpu/backlog.h"

#include "kernel/arch/layout.h"

struct backlog_record {
	struct backlog_record *next;
	uint64_t core;
	struct message message;
};

struct backlog_record *backlog_oldest;
static struct backlog_record *newest, *unused;
static unsigned unused_count;
static struct backlog_record reserve[BACKLOG_RESERVE]; /* there even when no page is */

static void give_record(struct backlog_record *record)
{
	record->next = unused;
	unused = record;
	unused_count++;
}

void backlog_open(void)
{
	for (unsigned i = 0; i < BACKLOG_RESERVE; i++)
		give_record(&reserve[i]);
}

static struct backlog_record *take_record(unsigned kept)
{
	struct backlog_record *record;
	char *page = unused_count <= kept ? backlog_page() : NULL;

	for (size_t at = 0; page && at + sizeof(*record) <= PAGE_SIZE; at += sizeof(*record))
		give_record((struct backlog_record *)(page + at));
	if (unused_count <= kept)
		return NULL;
	record = unused;
	unused = record->next;
	unused_count--;
	return record;
}

status_t backlog_append(unsigned core, const struct message *message, unsigned kept)
{
	struct backlog_record *record = take_record(kept);

	if (!record)
		return STATUS_NO_MEMORY;
	*record = (struct backlog_record){ .core = core, .message = *message };
	if (backlog_oldest)
		newest->next = record;
	else
		backlog_oldest = record;
	newest = record;
	return STATUS_OK;
}

const struct message *backlog_front(unsigned *core)
{
	if (!backlog_oldest)
		return NULL;
	*core = (unsigned)backlog_oldest->core;
	return &backlog_oldest->message;
}

void backlog_drop(void)
{
	struct backlog_record *record = backlog_oldest;

	backlog_oldest = record->next;
	give_record(record);
}
