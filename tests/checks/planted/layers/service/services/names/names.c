/* names.c - planted: a service includes the kernel
 * SPDX-License-Identifier: MIT */
#include "lib/string.h"
#include "percpu/ring.h"
