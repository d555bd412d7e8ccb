/* children.c - see children.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/children.h"

#include "services/linux/errno.h"
#include "services/linux/records.h"

enum { ANY = 0 };

struct child {
	struct child *next;
	uint32_t id;
	bool ended;
	int32_t status;
};

struct waiter {
	struct waiter *next;
	uint32_t id; /* of the child, or ANY */
	struct reply_to reply_to;
};

_Static_assert(sizeof(struct child) <= RECORD_SIZE && sizeof(struct waiter) <= RECORD_SIZE, "records.h");

int64_t children_add(struct process *parent, uint32_t id)
{
	struct child *child = record_take();

	if (!child)
		return -LINUX_EAGAIN;
	*child = (struct child){ .next = parent->children, .id = id };
	parent->children = child;
	return 0;
}

/* Takes a child out of the list and gives what wait4 answers. */
static int64_t reap(struct child **link)
{
	struct child *child = *link;
	int64_t answer = (int64_t)child->id << 16 | (child->status & 0xffff);

	*link = child->next;
	record_give(child);
	return answer;
}

static struct child **find(struct process *parent, uint32_t id)
{
	struct child **link = &parent->children;

	while (*link && (*link)->id != id)
		link = &(*link)->next;
	return link;
}

static bool is_for(uint32_t wish, uint32_t id)
{
	return wish == ANY || wish == id;
}

static bool is_any(const struct process *parent, uint32_t wish)
{
	const struct child *child = parent->children;

	while (child && !is_for(wish, child->id))
		child = child->next;
	return child != NULL;
}

/* After a child has left the list: who waits for nobody any more is told so. */
static void dismiss_waiters(struct process *parent)
{
	struct waiter **link = &parent->waiters;

	while (*link) {
		struct waiter *waiter = *link;

		if (is_any(parent, waiter->id)) {
			link = &waiter->next;
			continue;
		}
		*link = waiter->next;
		kernel_reply(waiter->reply_to, -LINUX_ECHILD);
		record_give(waiter);
	}
}

void children_forget(struct process *parent, uint32_t id)
{
	struct child **child = find(parent, id);

	if (!*child)
		return;
	(void)reap(child);
	dismiss_waiters(parent);
}

void children_gone(struct process *parent, uint32_t id, int32_t status)
{
	struct child **child = find(parent, id);

	if (!*child)
		return;
	(*child)->ended = true;
	(*child)->status = status;
	for (struct waiter **link = &parent->waiters; *link; link = &(*link)->next) {
		struct waiter *waiter = *link;

		if (!is_for(waiter->id, id))
			continue;
		*link = waiter->next;
		kernel_reply(waiter->reply_to, reap(child));
		record_give(waiter);
		dismiss_waiters(parent);
		return;
	}
}

int64_t children_wait(struct process *parent, const struct call *call)
{
	uint32_t id = (uint32_t)call->word[1];
	struct waiter *waiter;

	for (struct child **link = &parent->children; *link; link = &(*link)->next) {
		if (is_for(id, (*link)->id) && (*link)->ended) {
			int64_t answer = reap(link);

			dismiss_waiters(parent);
			return answer;
		}
	}
	if (!is_any(parent, id))
		return -LINUX_ECHILD;
	if (call->word[2] & WAIT_NO_HANG)
		return 0;
	waiter = record_take();
	if (!waiter)
		return -LINUX_ENOMEM;
	*waiter = (struct waiter){ .next = parent->waiters, .id = id, .reply_to = call->reply_to };
	parent->waiters = waiter;
	return CALL_PARKED;
}

void children_cancel(struct process *parent, struct reply_to reply_to)
{
	for (struct waiter **link = &parent->waiters; *link; link = &(*link)->next) {
		struct waiter *waiter = *link;

		if (waiter->reply_to.core != reply_to.core || waiter->reply_to.cookie != reply_to.cookie)
			continue;
		*link = waiter->next;
		kernel_reply(reply_to, -LINUX_EAGAIN);
		record_give(waiter);
		return;
	}
}

void children_orphan(struct process *parent)
{
	while (parent->children) {
		struct child *child = parent->children;

		parent->children = child->next;
		if (!child->ended)
			kernel_notify(process_home(child->id), SERVICE_LINUX, LINUX_ORPHAN,
				      (uint64_t[CALL_WORDS]){ child->id });
		record_give(child);
	}
}
