/* idle.h - what a core does before it sleeps: it looks for messages for a while
 * SPDX-License-Identifier: MIT
 * Waking a core that sleeps costs its caller two microseconds and more: an interrupt between cores, the way out of HLT, and the way back. A core that
 * has nothing to do therefore looks for as long as that, twice over, and who sends to it meanwhile has nothing to do but to write the message.
 * The word idle=halt of the kernel's command line has it sleep at once (docs/decisions/0021).
 * Context: event loop, with no thread to run; interrupts off, so it ends when a deadline is due. */
#ifndef KERNEL_ENTRY_IDLE_H
#define KERNEL_ENTRY_IDLE_H

#include <stdbool.h>

/* Each core, once. */
void idle_open(void);

/* False: nothing has come, and no deadline is due. */
bool idle_look(void);

#endif
