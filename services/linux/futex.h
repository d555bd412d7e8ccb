/* futex.h - threads that wait for a word in memory
 * SPDX-License-Identifier: MIT
 * A futex's home is the home of the frame its word lies in: usually the core that touched it first, so pairs of
 * threads far apart do not meet anywhere. The home compares and queues, and it wakes: both one after the other, so no
 * wake-up falls between. (F1 waiter: request to the home; F2 home: compare the word, queue; W1 waker:
 * change the word; W2 request to the home; W3 home: answer those queued. F2 after W3 sees the new value.)
 * A page may get another frame while somebody waits, when it is copied after a fork: M1 its space's slot no longer names the old frame, and
 * then the old frame's home answers all that sleep there; M2 a request that comes later finds so. Both are spurious wake-ups.
 * Own core (the home), never waits. */
#ifndef SERVICES_LINUX_FUTEX_H
#define SERVICES_LINUX_FUTEX_H

#include "abi/services.h"

/* LINUX_FUTEX_WAIT to _MOVED. */
int64_t futex_serve(const struct call *call);

/* System call 202, and the wake at a thread's end. */
int64_t linux_futex(struct registers *registers);
int64_t futex_wake_user(uint64_t address, uint64_t count);

/* As struct linux_service has it. */
void futex_page_moved(const struct task *task, const struct vspace *space, uint64_t frame);

#endif
