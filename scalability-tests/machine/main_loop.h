/* main_loop.h - the emulator's main loop, which sleeps until its next timer is due
 * SPDX-License-Identifier: MIT
 * Its sleep is modelled: the main loop writes down until which moment it would sleep, and sleeps until the carrier has come
 * there, and asks it to look at its timers. While it is awake, or is asked, nobody knows when the next timer is due.
 * Each change of the main loop's is news (news.h). */
#ifndef MACHINE_MAIN_LOOP_H
#define MACHINE_MAIN_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define MAIN_LOOP_NO_TIMER (UINT64_MAX - 1)
#define MAIN_LOOP_AWAKE UINT64_MAX

/* Once, before any of the others: the main loop is awake. */
void main_loop_start(void);

/* The carrier: the moment until which it sleeps, or one of the two above. */
uint64_t main_loop_timer(void);
/* To look at its timers. It looks as soon as it can; main_loop_looks says whether it still does, main_loop_asked whether it has not
 * even heard. */
void main_loop_ask(void);
bool main_loop_asked(void);
bool main_loop_looks(void);

/* The main loop's own thread: it is going to sleep until this moment, or until the descriptor is readable; and it is awake, and the
 * descriptor is unreadable again. */
void main_loop_sleeps(uint64_t until);
int main_loop_fd(void);
void main_loop_wakes(void);

#endif
