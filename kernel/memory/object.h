/* object.h - pages that programs share by address token: what they are, who may reach them, and the end of that
 * SPDX-License-Identifier: MIT
 * An object is one frame of its home's, typed by the frame table; its home is the core that made it. Every program that it was granted to
 * has it at the same address (abi/token.h), with the rights of its grant, and reads it there without a call. The home keeps who has it,
 * the slots of each such space say which cores hold the page (holders.h), and revoking tells exactly those:
 *   the grant's record goes   H1 to H5 of vspace.h, for the page's slot in that space
 * After the last acknowledgement nobody in the space reaches the page. Names in messages are frame and generation: a call that comes
 * after the object's end finds nothing.
 * The end of a space ends its grants, and the objects that its programs made; as these may have been granted to others, the event loop
 * does that (objects_collect).
 * I1 a space has a page in its window exactly while the object's home has a record of the grant
 * I2 a page is mapped writable only if all its words are values (frame_types.def): checked where the types are listed, at build time
 * Context: the object's home, unless it says so; interrupts off. Modelled in tests/spin/granting.pml, tested by tests/unit/objects_test.c. */
#ifndef KERNEL_MEMORY_OBJECT_H
#define KERNEL_MEMORY_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "percpu/frame_table.h"

struct vspace;

/* This core becomes the home: an object of a space's programs, which get it with all rights that its type allows. Its token, or BAD_ARGUMENT:
 * no type that programs may make; NO_MEMORY. */
int64_t object_create(struct vspace *owner, enum object_type type);

/* Whether a name that came in a message still means a frame as it is now. */
static inline bool object_is(uint64_t frame, uint32_t generation)
{
	return frame_entry(frame)->generation == generation;
}

/* An operation on an object, with abi/kernel.h's arguments, for a program of the space `caller`. NOT_FOUND: no such object, or the caller has
 * no token of it; NOT_ALLOWED; and as the operation has it. May wait for holders, serving leaves. */
int64_t object_change(enum object_operation operation, uint64_t frame, struct vspace *caller, uint64_t a, uint64_t b);

/* Leaf, any core: a space has come to its end. */
void objects_forget(const struct vspace *space);

/* Event loop: ends the objects whose makers have ended. It neither runs a program nor sleeps while there are some. */
extern bool objects_orphaned;
void objects_collect(void);

/* Every object of this core. */
void objects_visit(frame_visitor visit);

#endif
