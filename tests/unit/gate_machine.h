/* gate_machine.h - one core on which programs call services, on the host
 * SPDX-License-Identifier: MIT
 * Threads, queues, gate and replicas are the kernel's. Played are the processor in user mode, the entry from there with the fast path
 * (ipc/gate_fast.S), the choice of who runs next (kernel/entry/events.c), and address spaces. Each place in user mode from which the kernel is
 * entered leaves the machine in the kernel when the thread cannot go on at once; what happens there happens before machine_go_on(). */
#ifndef TESTS_UNIT_GATE_MACHINE_H
#define TESTS_UNIT_GATE_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "abi/status.h"
#include "ipc/gate.h"
#include "percpu/message.h"
#include "ipc/replica.h"
#include "sched/dispatch.h"

enum {
	PROGRAM_RIP = 0x400000, /* where each program's code is */
	PROGRAM_RSP = 0x7ff000,
	SERVICE_RIP = 0x10000,  /* of service 0; the others' follow */
	SERVICE_DOOR = 0x20000000,
	SERVICE_STEP = 0x1000,
	SPARE_STACKS = 2, /* of each service, beside its door and the one that is kept */
	CORES = 3,        /* the machine is core 0; the others are played by the test */
	SENT_MOST = 64,
};

extern struct registers processor; /* of the running thread, in user mode */
extern uint64_t machine_time;
extern bool machine_full;          /* there is no memory for a replica, a proxy or a call's record */

/* What has been sent to other cores and not been taken from here, in order. */
struct sent {
	unsigned core;
	struct message message;
};
extern struct sent machine_sent[SENT_MOST];
extern unsigned machine_sent_count;
extern bool machine_rings_full;    /* the next call that is sent waits in the backlog */
extern unsigned machine_records; /* of calls, that are in use */

int machine_open(void **state);
int machine_close(void **state);

/* A ready thread, alone in its process. */
struct thread *machine_thread(void);

/* User mode: the system calls of the running thread, with words made of a number, and where it is when another one does something. */
void machine_call(uint64_t server, uint64_t words);
void machine_return(uint64_t words);
void machine_call_anew(void);
void machine_serve(unsigned server, uint64_t words); /* a system call that a service is to serve: of its own words, which are not in registers */
void machine_ask(uint64_t number, uint64_t first, uint64_t second); /* IPC_WAIT and IPC_WAKE */
void machine_call_at(uint64_t core, uint64_t server, uint64_t words, uint64_t nanoseconds); /* core with IPC_AT_ONCE, if it is to be */
void machine_interrupt(void);
bool machine_in_user_mode(void);

/* What happens to the running thread in an interrupt or exception. */
void machine_slice_over(void);
void machine_fault(void);
void machine_wait_for_frames(void);

/* What happens to others in the kernel. */
void machine_frames_come(void);
void machine_kill(struct thread *thread);

/* Other cores' messages: a call of a service here; the answer to what has been sent. */
void machine_asked(unsigned core, uint64_t server, uint64_t cookie, uint64_t words);
void machine_answered(const struct sent *call, uint64_t words);
struct sent machine_take_sent(void);

/* The event loop: into user mode with whoever is next. False: nobody is ready. */
bool machine_go_on(void);

/* This one, which is ready, is next. */
void machine_run(struct thread *thread);

/* How often the thread is in the run queue. */
unsigned machine_queued(const struct thread *thread);

/* The six words of a call, as whoever is called finds them; and of an answer. Nothing else is in the registers. */
void assert_called_with(uint64_t words);
void assert_answered_with(uint64_t words);

/* The six words of what the kernel answers itself. */
void assert_refused_with(status_t status);

#endif
