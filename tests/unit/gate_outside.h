/* gate_outside.h - what lies outside of gate, replicas and threads: memory, time, address spaces, the log
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_GATE_OUTSIDE_H
#define TESTS_UNIT_GATE_OUTSIDE_H

void outside_open(void);
void outside_close(void); /* no replica is left */

#endif
