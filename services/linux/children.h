/* children.h - what a process's home knows of its children, and the threads in wait4
 * SPDX-License-Identifier: MIT
 * Own core (the parent's home), never waits.
 * I1 a child is in its parent's list from before it runs until its end has been waited for */
#ifndef SERVICES_LINUX_CHILDREN_H
#define SERVICES_LINUX_CHILDREN_H

#include "services/linux/process.h"

int64_t children_add(struct process *parent, uint32_t id);
void children_forget(struct process *parent, uint32_t id);
void children_gone(struct process *parent, uint32_t id, int32_t status);
int64_t children_wait(struct process *parent, const struct call *call);
void children_cancel(struct process *parent, struct reply_to reply_to);

/* The parent has ended: its children belong to the first process, nobody waits for them. */
void children_orphan(struct process *parent);

#endif
