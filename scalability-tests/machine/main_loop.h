/* main_loop.h - the emulator's main loop, which sleeps until its next timer is due
 * SPDX-License-Identifier: MIT
 * Its sleep is modelled: the main loop writes down until which moment it would sleep, and sleeps until the carrier has come
 * there, and asks it to look at its timers. It may wake for reasons of its own, too, while modelled time goes on, and the host may let it
 * wait between two of its steps. So
 * I1 its time stands still while it is awake: the duration that it asks for counts from the moment that it saw
 * I2 while it is awake the moment until which it slept is still the carrier's limit: there is no earlier timer, unless a core has set one
 * Each change of the main loop's is news (news.h). Tested by tests/unit/main_loop_test.c */
#ifndef MACHINE_MAIN_LOOP_H
#define MACHINE_MAIN_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define MAIN_LOOP_NO_TIMER UINT64_MAX

/* Once, before any of the others: the main loop is awake, and may have timers that are due. */
void main_loop_start(void);

/* The carrier: the moment before which no timer is due. */
uint64_t main_loop_timer(void);
/* To look at its timers. It looks as soon as it can; main_loop_looks says whether it still does, main_loop_asked whether it has not
 * even heard. */
void main_loop_ask(void);
bool main_loop_asked(void);
bool main_loop_looks(void);

/* The main loop's own thread: it is going to sleep for so many cycles, or MAIN_LOOP_NO_TIMER, or until the descriptor is readable;
 * and it has woken, has heard what it was asked, and sees the moment that `now` gives after that. */
void main_loop_sleeps(uint64_t duration);
int main_loop_fd(void);
void main_loop_wakes(uint64_t (*now)(void));

/* On the main loop's own thread, once it has woken for the first time: the moment that it saw then. False elsewhere. */
bool main_loop_sees(uint64_t *moment);

#endif
