/* clock.c - see clock.h
 * SPDX-License-Identifier: MIT
 * clock_host does not use the vDSO, which reads the time-stamp counter: on the carrier that is trapped. */
#include "clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

struct moment {
	uint64_t nanoseconds, timestamp;
};

static struct moment loaded, switched_on;
static unsigned __int128 nanoseconds_per_cycle, timestamps_per_cycle, cycles_per_nanosecond; /* times 2^32 */

uint64_t clock_host(void)
{
	struct timespec now;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct moment moment_now(void)
{
	return (struct moment){ clock_host(), __rdtsc() };
}

void clock_prepare(void)
{
	loaded = moment_now();
}

void clock_switch_on(unsigned int mhz)
{
	switched_on = moment_now();
	nanoseconds_per_cycle = ((unsigned __int128)1000 << 32) / mhz;
	cycles_per_nanosecond = ((unsigned __int128)mhz << 32) / 1000;
	timestamps_per_cycle = nanoseconds_per_cycle * (switched_on.timestamp - loaded.timestamp) /
			       (switched_on.nanoseconds - loaded.nanoseconds);
}

uint64_t clock_nanoseconds(uint64_t cycles)
{
	return switched_on.nanoseconds + (uint64_t)(cycles * nanoseconds_per_cycle >> 32);
}

uint64_t clock_timestamp(uint64_t cycles)
{
	return switched_on.timestamp + (uint64_t)(cycles * timestamps_per_cycle >> 32);
}

uint64_t clock_cycles(uint64_t nanoseconds)
{
	return (uint64_t)((nanoseconds * cycles_per_nanosecond + UINT32_MAX) >> 32);
}
