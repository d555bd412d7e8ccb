/* process.h - processes: identity, life, and who waits for their end
 * SPDX-License-Identifier: MIT
 * A process object is a page of its home core (where it was created), written there alone and read by token
 * everywhere: the same address on every core. Changes travel to the home as operations of this service's
 * replica. What a parent knows of its children is kept at the parent's home.
 * The end of a process: E1 home sets `exiting`, full fence; E2 reads the space's cores; E3 tells each to
 * kill its threads; a thread that arrives on a core asks for `exiting` after the core was put in the
 * set, so one of the two notices. The last thread's end finishes the process.
 * Context: as each function says; none waits, some answer CALL_PARKED. */
#ifndef SERVICES_LINUX_PROCESS_H
#define SERVICES_LINUX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/kernel.h"

struct child;
struct descriptors;
struct waiter;

struct process {
	/* home writes; any core reads by token */
	uint32_t id, parent_id;
	uint32_t threads;
	uint32_t exiting;
	struct vspace *space;
	struct descriptors *descriptors; /* constant; co-managed words (files.h) */
	const char *executable; /* name in the initramfs, not terminated by anything but its NUL there */

	/* home alone */
	int32_t status;            /* as wait4 reports it */
	struct process *next;      /* in the home's table */
	struct child *children;
	struct waiter *waiters;    /* threads in wait4 */
	bool lent;                 /* runs in its creator's space (vfork) */
	struct reply_to lender;    /* the creator's thread, while `lent` */
};

/* Operations of the service, by number; their words. */
enum linux_operation {
	LINUX_THREAD_ADD,    /* process -> a thread id */
	LINUX_THREAD_GONE,   /* process id, status */
	LINUX_EXIT,          /* process id, status: all threads are to end */
	LINUX_KILL_HERE,     /* process id: this core's threads of it */
	LINUX_CHILD_ADD,     /* parent id, child id */
	LINUX_CHILD_FORGET,  /* parent id, child id: it never ran */
	LINUX_CHILD_GONE,    /* parent id, child id, status */
	LINUX_ORPHAN,        /* process id: its parent has ended */
	LINUX_WAIT,          /* process id, child id or 0 for any, WAIT_* flags -> id << 16 | status */
	LINUX_WAIT_CANCEL,   /* process id, reply_to core, cookie */
	LINUX_LEND,          /* process: park until it has a space of its own, or has ended */
	LINUX_EXECUTED,      /* process, its new space, its executable */
	LINUX_SPACE,         /* process id -> its space, held; the caller gives it back, here */
	LINUX_SPACE_BACK,    /* space: it is not needed any more */
	LINUX_SIGNAL,        /* process id, signal: ends it, or asks (0) whether it lives */
	LINUX_FILE_GONE,     /* file: its last reference is gone */
	LINUX_FUTEX_WAIT,    /* physical address, expected value, bit set, space, address there */
	LINUX_FUTEX_WAKE,    /* physical address, how many, bit set, space, address there -> woken */
	LINUX_FUTEX_CANCEL,  /* physical address, reply_to core, cookie */
	LINUX_FUTEX_MOVED,   /* frame, space that has another one in its place now */
};

enum { WAIT_NO_HANG = 1 };

static inline unsigned process_home(uint32_t id)
{
	return (id - 1) % 256;
}

/* The running thread's. */
static inline const struct process *process_current(void)
{
	return (const struct process *)kernel_task()->process;
}

/* This core: a new process, no thread yet, whose descriptors lead to the same files as its parent's (NULL: to the console alone); NULL: no memory. */
struct process *process_create(const struct process *parent, struct vspace *space, const char *executable);
/* This core: one that never ran. */
void process_discard(struct process *process);

/* The running thread's process is to end. Result like kernel_call: CALL_PARKED, always. */
int64_t process_exit(int32_t status);

/* Every process object of this home; every page of their descriptors. */
void processes_visit(void (*visit)(const void *page));
void process_files_visit(void (*visit)(const void *page));

/* Serves LINUX_THREAD_ADD to LINUX_SIGNAL. */
int64_t process_serve(const struct call *call);

#endif
