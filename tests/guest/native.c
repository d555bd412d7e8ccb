/* native.c - Tessera's own calls from every core: names, replicas, rings, counters
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "native_call.h"
#include "pin.h"

enum { MESSAGES = 100, TAKEN = 4 << 20 };

static int wrong;

static void expect(const char *what, long from, long to, long result, long expected)
{
	if (result == expected)
		return;
	printf("native: %s from core %ld to %ld: %ld, expected %ld\n", what, from, to, result, expected);
	wrong++;
}

static long change(long number, long value)
{
	char name[16];

	return native_call(NATIVE_name_change, (long)name, snprintf(name, sizeof(name), "name-%ld", number), value);
}

static long look_up(long number)
{
	char name[16];

	return native_call(NATIVE_name_lookup, (long)name, snprintf(name, sizeof(name), "name-%ld", number), 0);
}

static unsigned long free_memory(void)
{
	struct sysinfo info;

	if (sysinfo(&info) || !info.mem_unit || info.freeram > info.totalram)
		return 0;
	return info.freeram * info.mem_unit;
}

/* Whoever asks is told of the whole machine, wherever memory is taken. */
static void check_free_memory(long here, long asks)
{
	unsigned long before, after;
	char *memory;

	pin(asks);
	before = free_memory();
	pin(here);
	memory = mmap(NULL, TAKEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	memset(memory, 1, TAKEN);
	pin(asks);
	after = free_memory();
	expect("memory that is free becomes less", here, asks, before >= after + TAKEN && before < after + 2 * TAKEN, 1);
	munmap(memory, TAKEN);
}

int main(void)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0);

	expect("name_lookup before", 0, 0, look_up(0), -ENOENT);
	for (long round = 0; round < 2; round++) {
		for (long here = 0; here < cores; here++) {
			pin(here);
			expect("name_change", here, here, change(here, here + 1000 * round), 0);
		}
		for (long here = 0; here < cores; here++) {
			pin(here);
			for (long there = 0; there < cores; there++)
				expect("name_lookup", here, there, look_up(there), there + 1000 * round);
		}
	}
	for (long here = 0; here < cores; here++) {
		pin(here);
		for (long there = 0; there < cores; there++) {
			long distance = native_call(NATIVE_core_distance, here, there, 0);

			expect("replica_call", here, there, native_call(NATIVE_replica_call, there, 0, 0), there);
			expect("core_distance of itself", here, there, distance == 0, here == there);
			expect("core_distance both ways", here, there, native_call(NATIVE_core_distance, there, here, 0), distance);
			if (here == there)
				continue;
			expect("ring_echo", here, there, native_call(NATIVE_ring_echo, there, MESSAGES, 0), 0);
			expect("ring_stream", here, there, native_call(NATIVE_ring_stream, there, MESSAGES, 0), 0);
		}
		check_free_memory(here, cores - 1 - here);
		expect("core_footprint above 0", here, here, native_call(NATIVE_core_footprint, here, 0, 0) > 0, 1);
		expect("boot_time above 0", here, here, native_call(NATIVE_boot_time, here, 0, 0) > 0, 1);
		expect("kernel_count of messages", here, here,
		       native_call(NATIVE_kernel_count, COUNTER_messages, here, 0) >= MESSAGES * (cores - 1), 1);
		expect("replica_call beyond", here, cores, native_call(NATIVE_replica_call, cores, 0, 0) < 0, 1);
		expect("kernel_count beyond", here, cores, native_call(NATIVE_kernel_count, COUNTER_COUNT, here, 0) < 0, 1);
	}
	printf("native: %ld cores, %d wrong\n", cores, wrong);
	return wrong != 0;
}
