/* proxy.h - calls of this core's replicas from other cores: who makes them here
 * SPDX-License-Identifier: MIT
 * A proxy is a thread without a program: it enters a replica through its door like any other caller, and when it is back, or the replica has failed, sends the
 * answer. Proxies are made when they are wanted, and kept. It runs before the programs of this core, whose slice goes on when it is through.
 * PROXIES_EACH of them at most call one service; further calls of it wait their turn, in memory that is there for them or they would have been told BUSY.
 * Calls cannot wait for one another in a circle for want of stacks: of each replica's, one is kept for proxies that find no other, and who is on that one can
 * neither call another core nor wait inside. So of a service's proxies one gets on in any case: all who are asleep inside have a stack each, which are fewer
 * than PROXIES_EACH; the next one gets the kept stack; and what that one calls comes before its service in abi/server.def.
 * What it does not do: charge the caller. Its time is the core's, its slices count for nobody, and there is no priority among callers.
 * Context: own core, interrupts off, never waits.
 * I1 an idle proxy is parked; one that is not has a call of another core's, which gets exactly one answer
 * I2 calls of a service wait here only while PROXIES_EACH proxies have calls of it
 * Tested by tests/unit/remote_served_test.c and remote_random_test.c; tests/spin/proxies.pml */
#ifndef IPC_PROXY_H
#define IPC_PROXY_H

#include <stdbool.h>

#include "ipc/replica.h"
#include "percpu/message.h"

enum { PROXIES_EACH = REPLICA_STACKS };

/* Whether a thread is a proxy that has been in a replica and is back. */
bool proxy_is_through(const struct thread *thread);

/* Message handler. */
void proxy_asked(const struct message *message);

#endif
