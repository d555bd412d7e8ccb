/* replica.c - see replica.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/replica.h"

struct replica self;
