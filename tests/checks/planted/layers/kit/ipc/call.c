/* call.c - planted: Concurrency Kit outside its one file
 * SPDX-License-Identifier: MIT */
#include <ck_ring.h>
