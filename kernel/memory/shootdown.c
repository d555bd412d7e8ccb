/* shootdown.c - see shootdown.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/shootdown.h"

#include "kernel/memory/copy.h"
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

	if (!view)
		return;
	if (what == SHOOTDOWN_DESTROY)
		view_destroy(view);
	else if (what == SHOOTDOWN_FORGET)
		view_forget(view, start, end);
	else if (what == SHOOTDOWN_PROTECT)
		view_protect(view, start, end);
}

bool shootdown_goes_to_all(void)
{
	static enum { UNKNOWN, HOLDERS, ALL } to; /* the command line does not change */
	char value[sizeof("all")];

	if (to == UNKNOWN)
		to = command_line_value(machine.boot.command_line, "shootdown", value, sizeof(value)) && !strcmp(value, "all") ? ALL : HOLDERS;
	return to == ALL;
}

void shootdown(struct vspace *space, uint64_t start, uint64_t end, enum shootdown what, const struct core_set *cores)
{
	struct message message = { .kind = MESSAGE_invalidate, .word = { (uint64_t)space, start, end, what } };
	struct core_set others = *cores;

	forget(space, start, end, what);
	core_set_remove(&others, this_core());
	if (!core_set_empty(&others))
		inbox_ask_all(&others, &message); /* H3, H4 */
}

void vspace_invalidate(const struct message *message)
{
	forget((struct vspace *)message->word[0], message->word[1], message->word[2],
	       (enum shootdown)message->word[3]); /* V1 */
	if (message->word[3] != SHOOTDOWN_NOTHING || copy_may_begin((struct vspace *)message->word[0], message->from))
		inbox_acknowledge(message->from); /* V2 */
}
