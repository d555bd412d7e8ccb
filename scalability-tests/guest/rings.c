/* rings.c - messages between kernel instances: ring_latency, ring_throughput_pair, _pairs, _to_one
 * SPDX-License-Identifier: MIT
 * The kernel sends; a program only asks for it and takes the time. Windows count the receiver's work too. */
#include "native.h"

int partner_at(long core, long distance, unsigned int workers)
{
	for (unsigned int other = 0; other < workers; other++) {
		long found = native_call(NATIVE_core_distance, core, other, 0);

		if (found < 0)
			native_fail("could not ask for a core's distance", found);
		if (found == distance)
			return other;
	}
	return NO_PARTNER;
}

static bool first_worker_assign(struct work *work)
{
	return work->worker == 0;
}

static void echo(struct work *work, unsigned long operations)
{
	unsigned long rounds = (operations + 1) / 2; /* there and back are two messages */
	long result;

	window_open(work, WINDOW_ALL);
	result = native_call(NATIVE_ring_echo, work->partner, rounds, 0);
	window_close(work, 2 * rounds);
	if (result)
		native_fail("messages did not come back", result);
}

static void ring_latency_run(struct work *work, unsigned long operations)
{
	for (long distance = 1; distance <= FARTHEST; distance++) {
		work->partner = partner_at(work->core, distance, work->run->workers);
		if (work->partner == NO_PARTNER)
			continue;
		echo(work, operations);
		if (work->measuring)
			result_keep(work);
	}
}

static bool pair_assign(struct work *work)
{
	work->partner = 1;
	return work->worker == 0;
}

static bool pairs_assign(struct work *work)
{
	work->partner = work->worker + 1;
	return work->worker % 2 == 0 && work->worker + 1 < work->run->workers;
}

static bool to_one_assign(struct work *work)
{
	work->partner = 0;
	return work->worker != 0;
}

static void ring_throughput_run(struct work *work, unsigned long operations)
{
	long result;

	window_open(work, WINDOW_ALL);
	result = native_call(NATIVE_ring_stream, work->partner, operations, 0);
	window_close(work, operations);
	if (result)
		native_fail("messages did not arrive", result);
}

const struct test test_ring_latency = {
	.name = "ring_latency", .assign = first_worker_assign, .run = ring_latency_run,
};
const struct test test_ring_throughput_pair = {
	.name = "ring_throughput_pair", .assign = pair_assign, .run = ring_throughput_run,
};
const struct test test_ring_throughput_pairs = {
	.name = "ring_throughput_pairs", .assign = pairs_assign, .run = ring_throughput_run,
};
const struct test test_ring_throughput_to_one = {
	.name = "ring_throughput_to_one", .assign = to_one_assign, .run = ring_throughput_run,
};
