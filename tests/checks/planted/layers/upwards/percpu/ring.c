/* ring.c - planted: percpu includes a room to its right
 * SPDX-License-Identifier: MIT */
#include "sched/run_queue.h"
