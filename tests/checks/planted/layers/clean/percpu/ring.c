/* ring.c - what is allowed
 * SPDX-License-Identifier: MIT */
#include "percpu/ring.h"

#include <ck_ring.h>
#include <stdint.h>

#include "abi/status.h"
#include "kernel/arch/cpu.h"
