/* audit.h - at the end of a run, with `audit=frames` on the command line: is every frame where the frame table says?
 * SPDX-License-Identifier: MIT
 * Every core stops running programs; when all have come to rest, each adds up what its part of the table says, and what it finds by
 * walking page tables, slots, holders' records, threads and its services' pages. Over all cores the two must be the same: for each type
 * as many frames, and the same ones (their mixed addresses add up to the same). Of what is never given back, pools' frames and records
 * of messages, and of free frames, the numbers are compared.
 * `audit=planted` loses one first, and so must panic.
 * Context: as each function says. */
#ifndef KERNEL_ENTRY_AUDIT_H
#define KERNEL_ENTRY_AUDIT_H

#include <stdbool.h>

#include "percpu/message.h"

/* Whether this core runs no program any more. */
extern bool audit_frozen;

/* What the event loop of a frozen core does behind its messages: sleep, unless some wait for a ring. */
void audit_rest(bool backlog);

/* LOG_CORE, once: does nothing when nobody has asked for it; panics when something is wrong. Waits for all cores. */
void audit_frames(void);

/* Leaves. */
void audit_freeze(const struct message *message);
void audit_count(const struct message *message);

#endif
