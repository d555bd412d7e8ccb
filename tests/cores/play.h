/* play.h - threads that play the cores of a machine
 * SPDX-License-Identifier: MIT
 * Each has a number, a partition of the memory with its mailbox and rings, and a processor that a doorbell wakes.
 * Numbers may have gaps: a machine has as many cores as the highest says. What synchronises here beyond
 * the tested code is play_meet() alone: the doorbell orders nothing, so that ThreadSanitizer sees what messages order. */
#ifndef TESTS_CORES_PLAY_H
#define TESTS_CORES_PLAY_H

#include "tests/cores/prelude.h"
#include "percpu/inbox.h"
#include "percpu/machine.h"

enum {
	PLAY_MAX = 4,   /* cores of most plays */
	PLAY_MOST = 6,
	PLAY_UNITS = 7, /* of a core's partition: the first is its shared zone, the next and the last have other things in them, and four are whole */
};

/* Runs `job` on threads that play these cores, from power-on to its return. */
void play(unsigned count, const unsigned *numbers, void (*job)(void));

/* The same, on a machine that was booted with these words. */
void play_booted(const char *words, unsigned count, const unsigned *numbers, void (*job)(void));

/* Waits until all cores of the play are here. */
void play_meet(void);

/* The cores of the play, by place; the place of the core that asks. */
unsigned play_number(unsigned place);
unsigned play_place(void);

/* Sleeps until the doorbell, that of the past included; has it rung since? */
void play_sleep(void);
bool play_rung(void);

/* Nanoseconds from now until the core's timer fires; 0: it is not armed. */
uint64_t play_timer(void);

/* Ends the program when a condition does not hold. */
#define play_must(condition) \
	((condition) ? (void)0 : play_failed(__FILE__, __LINE__, #condition))
_Noreturn void play_failed(const char *file, int line, const char *what);

/* A page of the core's own, never given back before the play ends; NULL: limit reached. */
void *play_page(void);
void play_limit_pages(unsigned count); /* this core's, from now on */

#endif
