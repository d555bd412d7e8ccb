/* thread.h - a thread: a program's registers and what it waits for
 * SPDX-License-Identifier: MIT
 * One page of its home core's memory. The home is the core it runs on; to run elsewhere it is copied there
 * by the new home and freed here (steps M in kernel/entry/threads.c).
 * Context: own core, never waits. All fields belong to the home.
 * I1 a READY thread is in the run queue; a PARKED one is not, and exactly one answer, deadline or wake
 *    will end the park
 * I2 a dying thread whose call is out lives until the answer comes, because the answer names it */
#ifndef SCHED_THREAD_H
#define SCHED_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/registers.h"
#include "abi/services.h"
#include "kernel/arch/fpu.h"
#include "kernel/arch/layout.h"
#include "kernel/memory/view.h"
#include "lib/core_set.h"

enum thread_state {
	THREAD_READY,
	THREAD_RUNNING,
	THREAD_PARKED,
};

enum thread_wait {
	WAIT_NOTHING, /* a deadline at most */
	WAIT_ANSWER,  /* a call is out: a reply is owed to us */
	WAIT_MOVE,    /* being copied by another core */
};

/* What a thread has begun: its program, and above it a service that the program has called, and one that this service has. The gate
 * (ipc/gate.h) takes it up and down. Registers are saved here while something else runs; of one that has called another, address and stack alone. */
struct activation {
	struct registers registers; /* first: kernel entry pushes into it from its end */
	struct activation *above, *below; /* constant; NULL at the ends */
	struct view *view;          /* what it runs in, where it is in ring 3; NULL: it has died */
	struct replica *replica;    /* whose code it is (ipc/replica.h) */
	uint64_t stack;             /* top of its stack, which is the replica's; 0: a program's. Of a service that was called directly (gate_inner.S), which
	                             * runs on its caller's: one that is kept for it */
	uint64_t slices;            /* that it has used up while others waited */
	uint64_t on_return;         /* why its end is no simple return: bits of enum on_return */
	struct lent lent[LENT_MOST]; /* with ON_RETURN_LENT: what its caller lends */
	uint64_t unused;            /* the size is a multiple of 16 */
};

_Static_assert(sizeof(struct activation) % 16 == 0 && sizeof(struct registers) % 16 == 0, "the processor aligns its stack (Intel SDM vol. 3A, 6.14.2)");

enum on_return {
	ON_RETURN_NOWHERE = 1, /* a program's: nobody has called it */
	ON_RETURN_WAITED = 2,  /* somebody waits at the replica's door */
	ON_RETURN_NESTED = 4,  /* its stack is the lower part of one that is in use further below: the door stays closed */
	ON_RETURN_ENDING = 8,  /* the thread is to end when it is back in its program */
	ON_RETURN_DEAD = 16,   /* the replica that has called has failed meanwhile */
	ON_RETURN_LONG = 32,   /* it has used up slices */
	ON_RETURN_LENT = 64,   /* its caller lends it memory */
	ON_RETURN_REMOTE = 128, /* a proxy's: its caller is on another core (ipc/proxy.h) */
	ON_RETURN_KEPT = 256,  /* on the stack that is kept for proxies */
	ON_RETURN_SERVED = 512, /* a system call has called it: its caller's registers stay as they are */
	ON_RETURN_INNER = 1024, /* it is in ring 3 and its caller in ring 0 */
};

enum { SERVICES_DEEP = 7 };

struct thread {
	struct activation program;
	struct activation *activation; /* the one that runs */
	struct thread *queue_next;                /* run queue */
	struct thread *all_next, *all_previous;   /* every thread of this core */
	struct thread *timer_next;                /* deadlines in rising order */
	uint64_t deadline;                        /* 0: none */
	enum thread_state state;
	enum thread_wait wait;
	bool dying;
	struct replica *waits_at;                 /* whose door is closed; NULL: it waits for something else */
	struct replica *asleep_in;                /* where it waits for a key */
	uint64_t key;
	bool serving;                             /* a system call is on its way into a service, with task.call */
	struct remote_call *out;                  /* its call of a replica on another core (ipc/remote.h); NULL: none */
	uint64_t fs_base, gs_base;
	struct core_set affinity;
	struct task task; /* the shim's */
	struct fpu fpu;
	struct activation service[SERVICES_DEEP];
};

_Static_assert(sizeof(struct thread) <= PAGE_SIZE, "a thread is one page");

/* Services in ring 0 have their stacks in the kernel's half, and no view. */
static inline bool activation_is_inner(const struct activation *activation)
{
	return (int64_t)activation->stack < 0;
}

/* What is loaded while an activation runs: its view, or that of the nearest below that has one. */
static inline struct view *thread_view(const struct activation *activation)
{
	while (activation_is_inner(activation) || !activation->view) /* bounded: programs have one */
		activation = activation->below;
	return activation->view;
}

/* A parked, zeroed thread in this core's list; NULL: no frame left. */
struct thread *thread_create(struct view *view);

/* Takes it out of all lists and frees it. */
void thread_destroy(struct thread *thread);

struct thread *thread_first(void); /* of this core; the rest by all_next */

/* Of what programs are (ipc/replica.h). */
extern struct replica replica_of_programs;

/* The thread whose program or call this core runs; NULL in between. */
extern struct thread *thread_current;

#endif
