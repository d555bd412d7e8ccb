/* lenders.h - which core a core asks for frames: the nearest first, and one that lends again
 * SPDX-License-Identifier: MIT
 * Who has lent is asked again, so that a program's memory lies together, and the others are left in peace. Who has refused is asked last.
 * Pure: the caller says how far cores are from each other, and what they have answered.
 * Context: own core, never waits.
 * I1 between two answers that all have refused, each of the others has refused since the last loan, and nobody else has lent
 * Tested by tests/unit/lenders_test.c */
#ifndef SERVICES_MEMORY_LENDERS_H
#define SERVICES_MEMORY_LENDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/core_set.h"

struct lenders {
	uint8_t order[CORE_SET_SIZE]; /* the other cores, nearest first; of several the next higher number, so that not all ask the same one */
	unsigned count;
	unsigned at;      /* in `order`: whom to ask */
	unsigned refused; /* how many have, one after the other */
};

enum { LENDERS_FARTHEST = 4 }; /* distances are 0 to that (abi/native.def) */

void lenders_open(struct lenders *lenders, unsigned self, unsigned cores, unsigned (*distance)(unsigned core_a, unsigned core_b));

/* Whom to ask. There are others. */
static inline unsigned lenders_next(const struct lenders *lenders)
{
	return lenders->order[lenders->at];
}

/* What that core has answered. */
void lenders_lent(struct lenders *lenders);
bool lenders_refused(struct lenders *lenders); /* false: so have all, and the next search begins with the nearest */

#endif
