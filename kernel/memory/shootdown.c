/* shootdown.c - see shootdown.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/shootdown.h"

#include "kernel/arch/cpu.h"
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
	else
		view_forget(view, start, end);
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
	struct mailbox *own = own_mailbox();
	struct core_set others = *cores;
	struct message message = { .kind = MESSAGE_invalidate, .word = { (uint64_t)space, start, end, what } };
	uint64_t expected;

	forget(space, start, end, what);
	core_set_remove(&others, this_core());
	if (core_set_empty(&others))
		return;
	__atomic_store_n(&own->acknowledged, 0, __ATOMIC_RELAXED);
	expected = core_set_count(&others);
	inbox_post_leaf(&others, &message); /* H3 */
	while (__atomic_load_n(&own->acknowledged, __ATOMIC_ACQUIRE) != expected) { /* bounded: by the others, in H4 */
		inbox_serve_leaves();
		cpu_pause();
	}
}

void vspace_invalidate(const struct message *message)
{
	struct mailbox *home = direct(machine.memory[message->from].mailbox);

	forget((struct vspace *)message->word[0], message->word[1], message->word[2],
	       (enum shootdown)message->word[3]); /* V1 */
	__atomic_fetch_add(&home->acknowledged, 1, __ATOMIC_RELEASE); /* V2 */
}
