/* shootdown.c - see shootdown.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/shootdown.h"

#include "kernel/memory/copy.h"
#include "kernel/memory/object.h"
#include "kernel/memory/tables.h"
#include "kernel/memory/view.h"
#include "kernel/memory/vspace.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

static void forget(struct vspace *space, uint64_t start, uint64_t end, enum shootdown what)
{
	struct view *view = view_find(space);

	if (what == SHOOTDOWN_DESTROY)
		objects_forget(space);
	if (!view)
		return;
	if (what == SHOOTDOWN_DESTROY)
		view_destroy(view);
	else if (tables_shared && what != SHOOTDOWN_NOTHING)
		view_flush(view, start, end);
	else if (what == SHOOTDOWN_FORGET)
		view_forget(view, start, end);
	else if (what == SHOOTDOWN_PROTECT)
		view_protect(view, start, end);
}

/* Whom the command line wants to be told. */
enum reach {
	REACH_UNKNOWN,
	REACH_HOLDERS,
	REACH_ALL,
	REACH_PLANTED, /* one too few: how else would one see that it is missed? */
};

static enum reach reach;

static enum reach find_reach(void)
{
	char value[sizeof("planted")];

	if (!command_line_value(machine.boot.command_line, "shootdown", value, sizeof(value)))
		return REACH_HOLDERS;
	if (!strcmp(value, "all"))
		return REACH_ALL;
	return strcmp(value, "planted") ? REACH_HOLDERS : REACH_PLANTED;
}

static bool goes_to_all(void)
{
	if (reach == REACH_UNKNOWN)
		reach = find_reach();
	return reach == REACH_ALL || tables_shared;
}

static void tell(struct vspace *space, uint64_t start, uint64_t end, enum shootdown what, const struct core_set *cores)
{
	struct message message = { .kind = MESSAGE_invalidate, .word = { (uint64_t)space, start, end, what } };
	struct core_set others = *cores;

	if (goes_to_all())
		vspace_members(space, &others);
	forget(space, start, end, what);
	core_set_remove(&others, this_core());
	if (reach == REACH_PLANTED && what == SHOOTDOWN_FORGET)
		core_set_remove(&others, machine_cores() - 1);
	if (!core_set_empty(&others))
		inbox_ask_all(&others, &message); /* H3, H4 */
}

void shootdown(struct vspace *space, uint64_t start, uint64_t end, enum shootdown what, const struct core_set *cores)
{
	bool bars = tables_shared && (what == SHOOTDOWN_FORGET || what == SHOOTDOWN_PROTECT);

	if (bars)
		tables_bar(space, start, end);
	tell(space, start, end, what, cores);
	if (bars)
		tables_unbar(space, start, end);
}

void vspace_invalidate(const struct message *message)
{
	struct vspace *space = (struct vspace *)message->word[0];

	forget(space, message->word[1], message->word[2],
	       (enum shootdown)message->word[3]); /* V1 */
	if (message->word[3] != SHOOTDOWN_NOTHING && message->word[3] != SHOOTDOWN_DESTROY)
		inbox_acknowledge(message->from); /* V2 */
	else if (!copy_must_wait(space, (enum shootdown)message->word[3], message->from))
		inbox_acknowledge(message->from);
}
