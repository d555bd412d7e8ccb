/* frames.h - this core's prepared frames, and the way of freed ones to their home
 * SPDX-License-Identifier: MIT
 * The kernel takes frames from PCache, which the memory replica stocks (abi/pcache.h). Freed frames of this
 * partition go to the replica, others home by message, several at a time.
 * Context: own core. frame_give_flush may wait for room in a ring, serving leaves. */
#ifndef KERNEL_MEMORY_FRAMES_H
#define KERNEL_MEMORY_FRAMES_H

#include <stdint.h>

#include "abi/pcache.h"
#include "percpu/frame_table.h"
#include "percpu/message.h"

/* Each core, once: hands the partition to the memory replica. */
void frames_open(void);

/* Physical address of a zeroed frame, or 0 when the partition is exhausted. */
uint64_t frame_take(enum frame_type type);
uint64_t frame_take_node(void); /* of slots */

/* Frees a frame of any partition. Frames of others are sent with the next flush, before the core sleeps at the latest. */
void frame_give(uint64_t frame);
void frame_give_flush(void);

/* All frames of this partition, as the table types them, a user's once for each owner; how many of them the memory service and PCache have. */
void frames_visit(frame_visitor visit);
uint64_t frames_unused(void);

/* One owner less (frame_table.h): the last one frees it. */
void frame_drop(uint64_t frame);

/* Leaf: frames that come home. */
void frames_came_home(const struct message *message);

#endif
