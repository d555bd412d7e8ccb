/* request.h - what replicas ask each other: served by whichever core the words are for, here without a message
 * SPDX-License-Identifier: MIT
 * A request waits for nobody but FS_FINISH, which drives an operation and counts among those that do (DRIVERS_MOST): so stacks are left for what
 * drivers wait for.
 * Context: own core; lets others in when the core is another one. */
#ifndef SERVICES_FS_REQUEST_H
#define SERVICES_FS_REQUEST_H

#include "abi/fs.h"
#include "abi/service.h"

/* A result; BUSY where the other replica died again and again; TIMED_OUT: our thread is to end, and whether it was done nobody tells. */
int64_t request(unsigned core, struct words *words);

/* Here. */
int64_t request_serve(struct words *words);

#endif
