/* thread.c - planted: an include that is not written from the root
 * SPDX-License-Identifier: MIT */
#include "thread.h"
