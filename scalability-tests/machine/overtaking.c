/* overtaking.c - what each core queued for last, and a random number
 * SPDX-License-Identifier: MIT */
#include "overtaking.h"

#include <stdbool.h>
#include <string.h>

#include "machine_file.h"

enum {
	JUST_BEFORE = 4, /* times this wait since it asked for it last: it did not do much else */
	ONE_IN = 8,
};

#define SEED UINT64_C(0x9e3779b97f4a7c15)

static struct {
	uint64_t when;
	uint32_t line;
} queued[MACHINE_CORES];

static uint64_t state = SEED;

void overtaking_start(void)
{
	memset(queued, 0, sizeof(queued));
	state = SEED;
}

/* xorshift64, G. Marsaglia, 2003. */
static uint64_t random_number(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

uint32_t overtaking_delay(unsigned int core, uint32_t line, uint64_t now, uint32_t waited)
{
	bool again = queued[core].line == line && now - queued[core].when < (uint64_t)JUST_BEFORE * waited;

	queued[core].line = line;
	queued[core].when = now;
	if (!again || random_number() % ONE_IN)
		return 0;
	return (uint32_t)(random_number() % (waited + 1));
}
