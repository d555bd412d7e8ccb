/* names.c - planted: a service includes another
 * SPDX-License-Identifier: MIT */
#include "services/memory/memory.h"
