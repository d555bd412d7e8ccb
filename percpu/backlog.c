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
uint64_t backlog_pages;
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

static void grow(void)
{
	char *page = backlog_page();

	backlog_pages += page != NULL;
	for (size_t at = 0; page && at + sizeof(struct backlog_record) <= PAGE_SIZE; at += sizeof(struct backlog_record))
		give_record((struct backlog_record *)(page + at));
}

status_t backlog_provide(unsigned threads)
{
	unsigned needed = BACKLOG_RESERVE + threads * BACKLOG_PER_THREAD;

	while (unused_count < needed) { /* bounded: each turn adds some, or ends it */
		unsigned before = unused_count;

		grow();
		if (unused_count == before)
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

status_t backlog_append(unsigned core, const struct message *message)
{
	struct backlog_record *record;

	if (!unused)
		grow();
	record = unused;
	if (!record)
		return STATUS_NO_MEMORY;
	unused = record->next;
	unused_count--;
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
