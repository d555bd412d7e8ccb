/* busy.c - intervals, and the table of those that belong to groups' copies
 * SPDX-License-Identifier: MIT */
#include "busy.h"

#include <string.h>

enum { QUEUE_BITS = 14 };

struct queue {
	uint32_t line; /* its number, from 1 on; 0: nobody's */
	uint32_t group;
	struct interval busy;
};

static struct queue queues[1 << QUEUE_BITS];

/* A request that came before the interval is joined to it where they meet, and else forgotten: the later time
 * is what others will ask about. */
void interval_occupy(struct interval *interval, uint64_t now, uint64_t start, uint32_t cycles)
{
	uint64_t end = start + cycles;

	if (now >= interval->from) {
		if (start > interval->until)
			interval->from = now;
	} else if (end < interval->from) {
		return;
	} else {
		interval->from = now;
	}
	if (end > interval->until)
		interval->until = end;
}

void queues_start(void)
{
	memset(queues, 0, sizeof(queues));
}

struct interval *queue_find(uint32_t line, unsigned int group)
{
	uint32_t hash = (line + group * 40503u) * 2654435769u;
	struct queue *queue = &queues[hash >> (32 - QUEUE_BITS)];

	if (queue->line != line || queue->group != group)
		*queue = (struct queue){ .line = line, .group = group };
	return &queue->busy;
}
