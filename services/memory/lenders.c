/* lenders.c - see lenders.h
 * SPDX-License-Identifier: MIT */
#include "services/memory/lenders.h"

void lenders_open(struct lenders *lenders, unsigned self, unsigned cores, unsigned (*distance)(unsigned core_a, unsigned core_b))
{
	lenders->count = lenders->at = lenders->refused = 0;
	for (unsigned away = 0; away <= LENDERS_FARTHEST; away++)
		for (unsigned i = 1; i < cores; i++)
			if (distance(self, (self + i) % cores) == away)
				lenders->order[lenders->count++] = (uint8_t)((self + i) % cores);
}

void lenders_lent(struct lenders *lenders)
{
	lenders->refused = 0;
}

bool lenders_refused(struct lenders *lenders)
{
	lenders->at = (lenders->at + 1) % lenders->count;
	if (++lenders->refused < lenders->count)
		return true;
	lenders->at = lenders->refused = 0;
	return false;
}
