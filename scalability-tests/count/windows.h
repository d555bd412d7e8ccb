/* windows.h - what each core did while its measured window was open
 * SPDX-License-Identifier: MIT
 * A window belongs to the core that opened it and adds up over that core's windows. While a window of
 * kind WINDOW_ALL is open anywhere, what cores without an open window do in the kernel is added to
 * one more account, `others`: the work that a measured operation causes elsewhere. What their programs
 * do is left out: they may be waiting in a loop.
 *
 * What is one instruction: a program counter that repeats on one core and at one privilege, with no other
 * instruction of that privilege between, is the same instruction going on. So a `rep` string instruction
 * counts once (its further iterations are `repeats`), and so does one that was restarted after
 * a page fault or an interrupt. Privilege is taken from the address: privilege.h.
 * Not merged: a kernel instruction that faults inside the kernel counts twice; a program's, when
 * another program ran on that core during its fault.
 * Timer ticks (ticks.h) have columns of their own and are in no other.
 * Context: each core's functions are called by that core's thread alone; reports after all have stopped.
 * Tested by tests/unit/count_test.c */
#ifndef COUNT_WINDOWS_H
#define COUNT_WINDOWS_H

#include <stdint.h>
#include <stdio.h>

enum { WINDOW_CORES = 256 };

enum window_kind { WINDOW_OWN, WINDOW_ALL };

enum window_event { WINDOW_LINE_MOVED, WINDOW_MESSAGE, WINDOW_DOORBELL, WINDOW_EVENTS };

enum window_scope { SCOPE_NONE, SCOPE_OWN, SCOPE_OTHERS };

void window_begin(unsigned int core, enum window_kind kind);
void window_end(unsigned int core);

/* Whose account the work of the instruction at `pc` goes to at this moment. */
enum window_scope window_scope(unsigned int core, uint64_t pc);

void window_instruction(unsigned int core, uint64_t pc);
void window_event(unsigned int core, uint64_t pc, enum window_event event);

/* Writes the header, a line for each core that had a window, and the line `all` for the others.
 * tick_kernel and tick_lines: kernel instructions and moved lines of timer ticks. */
void windows_report(FILE *file);

#endif
