/* replica.h - a service's replica on this core: a domain of its own, a monitor, and stacks for those inside
 * SPDX-License-Identifier: MIT
 * A thread that calls the service goes there itself (gate.h), on a stack of the replica's, into its address space. One is inside at a time. The
 * replica's door is the stack that the next one gets; while it is closed, callers wait, first come first served, and lend their time to
 * the thread that is inside: it runs next. A thread that is inside and comes again, by way of other services, goes on below its own stack.
 * Who may call whom is written in abi/server.def, without a cycle, so nobody waits for himself.
 * Owner: its core. Context: own core, interrupts off; as each function says.
 * A thread that waits inside (monitor.h) keeps its stack and gives the others the door, which is another stack then.
 * I1 door is 0, or the top of a stack that nobody uses and nobody is inside
 * I2 while somebody waits and there is a stack, the door is closed, and the activation inside, the lowest of those, has ON_RETURN_WAITED
 * Tested by tests/unit/replica_test.c, replica_rest_test.c and gate_random_test.c */
#ifndef IPC_REPLICA_H
#define IPC_REPLICA_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/ipc.h"
#include "sched/run_queue.h"

enum { REPLICA_STACKS = 9 }; /* one of them is kept for calls from other cores */

struct replica {
	uint64_t door;
	struct thread *inside; /* while the door is closed: who is inside; NULL: nobody, but there is no stack for the next one */
	uint64_t calls;
	uint64_t callees;      /* bit n: it may call server n */
	struct view *view;
	uint64_t entry;
	uint64_t rights;       /* in ring 0: PKRS while the service runs; 0: it has the kernel's key */
	uint64_t serve;        /* in ring 0 with the kernel's key: what others like it call directly */
	uint64_t place;        /* in ring 0: where it lies, and there is no view; 0: it is in ring 3, or not there */
	struct run_queue waiting; /* parked, their calls in their registers */
	struct run_queue asleep;    /* parked inside, each for a key */
	struct run_queue returning; /* parked inside, and awake: they come before those at the door */
	uint64_t spare[REPLICA_STACKS];
	unsigned spares;          /* stacks that are neither in use nor the door */
	uint64_t failed;          /* when, at last; 0: never */
	uint64_t rest;            /* ns that it stayed away then */
	bool window;              /* in ring 0, with a store (kernel/memory/window.h) */
	uint64_t ended;           /* how often it has failed; any core reads it */
	uint64_t kept;            /* a stack for proxies alone, when no other is left; 0: it is in use */
};

static inline bool replica_is_there(const struct replica *replica)
{
	return replica->view || replica->place;
}

/* By number; one that is not there yet has a closed door and no view. Programs' activations belong to `replica_of_programs`. */
extern struct replica *replicas[IPC_SERVERS];
extern struct replica replica_of_programs;
extern struct replica replica_of_proxies; /* who call for others, that may (remote.h) */

/* The same of those that others in ring 0 with the kernel's key may call directly; all others' door is closed here. */
extern struct replica *replicas_direct[IPC_SERVERS];

/* Each core, once. */
void replicas_open(void);

/* Each core, before the first call: the service is linked into the domain of another one, before which it calls nobody (lib/composition.h). Who calls it calls
 * that one's replica, which may call whom it may. */
void replica_join(enum server joined, enum server server);

/* Whose domain a service is in, here and on the other cores. */
enum server replica_domain(enum server server);

/* Of an activation whose replica has failed while it was calling another one. */
extern struct replica replica_dead;

/* The activation of a replica in a thread's chain that is nearest to its end; NULL: none. */
struct activation *activation_of(const struct thread *thread, const struct replica *replica);

/* Before a call finds the replica there. DEAD: it has failed too often of late, try later; NO_MEMORY. */
must_check status_t replica_begin(enum server server);

/* The replica's end, whatever it is doing. Who has called it gets DEAD; who waits at its door calls anew, and with that it begins anew. When the
 * running thread is inside, it is READY afterwards. */
void replica_fail(struct replica *replica);

/* Its memory, made (entry, door, and view or place set) and taken away. NO_MEMORY. Composed in kernel/entry/domain.c. */
must_check status_t replica_create(enum server server, struct replica *replica);
void replica_destroy(struct replica *replica);

#endif
