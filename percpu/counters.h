/* counters.h - what this instance counts about itself (abi/counter.def)
 * SPDX-License-Identifier: MIT
 * Written by the home core alone, read by any core as a far word. */
#ifndef PERCPU_COUNTERS_H
#define PERCPU_COUNTERS_H

#include <stdint.h>

#include "abi/native.h"

extern uint64_t counters[COUNTER_COUNT];

#endif
