/* chaos_work.h - what one process of chaos does
 * SPDX-License-Identifier: MIT
 * A plan is a seed, and all that follows from it; the process that gives it away knows how it must end. */
#ifndef GUEST_CHAOS_WORK_H
#define GUEST_CHAOS_WORK_H

#include <stdint.h>

enum {
	STARVED = 98, /* status: a child of its own was killed, but not by it: there was no memory */
};

struct plan {
	uint64_t seed;
	unsigned depth; /* 0: started by the supervisor; deeper ones have no children */
	unsigned cores;
};

/* 1 to 64. */
int plan_status(const struct plan *plan);

/* Executes `program` with a plan. What the new process does first, still in this memory: its id goes to *id, if there is one, and it
 * moves to a random core. Result as child_start's; *id is -1 when there is no program, or as it was when there is no child. */
int plan_start(const char *program, const struct plan *plan, volatile int32_t *id);

/* Works as planned, and ends. */
_Noreturn void plan_carry_out(const char *program, const struct plan *plan);

#endif
