/* ticks.h - which kernel instructions belong to a periodic timer interrupt
 * SPDX-License-Identifier: MIT
 * An emulated core runs a hundred times slower than a real one, and slower still when cores share a host
 * core, but its timer follows the host's clock. So a kernel with a periodic tick would seem to spend much
 * of every operation in it. Ticks are therefore counted apart, for a kernel that has them.
 * The counter does not know the kernel: a program that only spins between MARKER_TICKS and MARKER_END
 * shows it which entry the timer takes (guest/linux_init.c). From that entry to the interrupt's
 * return, or to the next program instruction, everything belongs to the tick: what the interrupt sets off on
 * its way out included. Other interrupts, such as those between cores, stay part of the operation.
 * Context: each core's functions are called by that core's thread alone; one program spins at a time.
 * Tested by tests/unit/count_test.c */
#ifndef COUNT_TICKS_H
#define COUNT_TICKS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../abi/marker.h"

/* This program makes no call and touches no memory until its MARKER_END. */

void ticks_learn_begin(void);
void ticks_learn_end(void);

/* Before each instruction: whether it belongs to a tick. */
bool ticks_instruction(unsigned int core, uint64_t pc);

/* After an interrupt-return instruction. */
void ticks_return(unsigned int core);

/* Whether this core is inside a tick. */
bool ticks_inside(unsigned int core);

#endif
