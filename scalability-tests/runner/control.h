/* control.h - what the runner asks QEMU over QMP: its vCPU threads, and why the guest stopped
 * SPDX-License-Identifier: MIT
 * Only two facts are wanted, so the answers are kept as text and searched; QMP itself is JSON objects, one a line.
 * Context: one thread, never blocks: the caller reads when poll() says so. */
#ifndef RUNNER_CONTROL_H
#define RUNNER_CONTROL_H

#include <stddef.h>
#include <sys/types.h>

struct control {
	char *text; /* all that QEMU has said, terminated */
	size_t length;
};

/* Sends both requests at once; QEMU answers in order. */
void control_ask(int fd);
void control_append(struct control *control, const char *bytes, size_t length);
/* Fills at most `room` thread ids in the order of vCPUs; 0 as long as the answer has not come whole. */
size_t control_threads(const struct control *control, pid_t *threads, size_t room);
/* Whether the guest reset the machine, as a triple fault does, rather than powered it off. */
int control_was_reset(const struct control *control);
void control_free(struct control *control);

#endif
