/* gate_model.h - what should become of threads that call services, told in advance
 * SPDX-License-Identifier: MIT
 * A second kernel without registers, stacks and flags: each thread's chain of services, each service's queue, and what each thread is to see when
 * it runs next. model_check() compares the machine with it. */
#ifndef TESTS_UNIT_GATE_MODEL_H
#define TESTS_UNIT_GATE_MODEL_H

#include "tests/unit/gate_machine.h"

enum { PLAYERS = 6, NOWHERE = -1 };

/* What a thread is to see in user mode. */
enum due {
	DUE_NOTHING, /* what it has left */
	DUE_ENTRY,   /* it is called */
	DUE_ANSWER,
	DUE_AGAIN,   /* it is about to call, as it has before */
};

struct level {
	int server;
	unsigned life;   /* of the service, which it began in */
	unsigned slices;
	struct registers left; /* when it was last seen in user mode */
};

struct player {
	struct thread *thread;
	struct level level[SERVICES_DEEP + 1]; /* 0: its program */
	unsigned deep;
	int waits_at;
	bool waits_for_frames, dying;
	enum due due;
	int called;      /* the last call: whom, with what */
	uint64_t words;
	int64_t answer;  /* a status, or an answer's words */
};

struct known {
	bool there;
	unsigned life;
	unsigned waiters;
	struct player *waiting[PLAYERS];
};

extern struct player player[PLAYERS];
extern struct known known[SERVER_COUNT];

void model_open(void);

/* A thread's life begins in the player's place. */
void model_begin(struct player *one);

/* What a call must lead to: a status that refuses it; PENDING: it waits; OK: it goes in. NOT_FOUND: so it does when the service can be made. */
status_t model_call_expects(const struct player *one, int server);
void model_enter(struct player *one);
void model_wait(struct player *one);
void model_refuse(struct player *one, status_t status);

void model_return(struct player *one, uint64_t words);
void model_fail(int server);

/* Counts a slice: whether the service is to fail for it. */
bool model_slice(struct player *one);

/* The thread is in user mode, and sees what is due. */
void model_see(struct player *one);

/* Everything in the kernel is as it is here. */
void model_check(void);

#endif
