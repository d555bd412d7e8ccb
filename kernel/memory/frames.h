/* frames.h - this core's prepared frames, and the way of freed ones to their home
 * SPDX-License-Identifier: MIT
 * The kernel takes frames from PCache, which the memory replica stocks (abi/pcache.h). Freed frames of this
 * partition go to the replica, others home by message, several at a time.
 * Context: own core. frame_give_flush may wait for room in a ring, serving leaves. */
#ifndef KERNEL_MEMORY_FRAMES_H
#define KERNEL_MEMORY_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/pcache.h"
#include "abi/status.h"
#include "percpu/frame_table.h"
#include "percpu/message.h"

/* Each core, once: hands the partition to the memory replica. */
void frames_open(void);

/* Physical address of a zeroed frame, or 0 when the partition is exhausted. */
uint64_t frame_take(enum frame_type type);
uint64_t frame_take_node(void); /* of slots */

/* The same for what a program maps or touches: not out of the reserve, which new programs need. */
uint64_t frame_take_node_for_program(void);

/* For a page of a program: this partition's while there are more than the reserve, then a borrowed one (loans.h), which the kernel must not
 * write but through the program's own mapping. 0: none now, but one may be borrowed. */
uint64_t frame_take_page(void);

/* Whether this partition has more than the reserve for one now. */
bool frame_page_ready(void);

/* For a system call, which cannot wait for a loan: whether the next one is there, from the reserve perhaps, of which programs get CALL_PAGES and no
 * more until there is more than the reserve again. */
bool frame_reserve_open(void);

/* The last one taken, untouched. Sends nothing. */
void frame_put_back(uint64_t frame);

/* Frees a frame of any partition. Frames of others are sent with the next flush, before the core sleeps at the latest. */
void frame_give(uint64_t frame);
bool frame_give_flush(void); /* whether there was anything to send: then leaves may have been served */

/* A unit of this partition, all of its frames a program's, zeroed; 0: none is free as a whole. Serves leaves between its parts. */
uint64_t frame_take_unit(void);

/* The frames of a unit that have one owner: frees them together. One owner less of each. Whether any has more than one. */
void frame_give_unit(uint64_t unit);
void frame_drop_unit(uint64_t unit);
bool frame_unit_shared(uint64_t unit);

/* All frames of this partition, as the table types them, a user's once for each owner; how many of them the memory service and PCache have. */
void frames_visit(frame_visitor visit);
uint64_t frames_unused(void);

/* One owner less (frame_table.h): the last one frees it. */
void frame_drop(uint64_t frame);

/* Leaf: frames that come home. */
void frames_came_home(const struct message *message);

#endif
