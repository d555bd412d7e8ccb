/* calls.c - an empty call to a service replica: call_local, call_remote, call_idle
 * SPDX-License-Identifier: MIT
 * The replica answers with the core that served the call, which is checked every time. Booted with one replica for
 * all cores (replicas=one), that is core 0. */
#include "native.h"

enum { ONLY_REPLICA = 0 };

long replica_of(long core)
{
	long serves = native_call(NATIVE_replica_call, core, 0, 0);

	if (serves != core && serves != ONLY_REPLICA)
		native_fail("the call was served by a core that is not meant to", serves);
	return serves;
}

enum window replica_window(long core)
{
	return replica_of(core) == core ? WINDOW_OWN : WINDOW_ALL;
}

static void replica_calls(long core, long serves, unsigned long operations)
{
	for (unsigned long i = 0; i < operations; i++) {
		long served = native_call(NATIVE_replica_call, core, 0, 0);

		if (served != serves)
			native_fail("the call was not served by the core it was meant for", served);
	}
}

static void call_local_run(struct work *work, unsigned long operations)
{
	long serves = replica_of(work->core);

	window_open(work, replica_window(work->core));
	replica_calls(work->core, serves, operations);
	window_close(work, operations);
}

static bool call_remote_assign(struct work *work)
{
	work->partner = (work->worker + 1) % work->run->workers;
	return true;
}

static void call_remote_run(struct work *work, unsigned long operations)
{
	long serves = replica_of(work->partner);

	window_open(work, WINDOW_ALL);
	replica_calls(work->partner, serves, operations);
	window_close(work, operations);
}

/* Every even worker calls its odd neighbour's core, where no program runs. */
static bool call_idle_assign(struct work *work)
{
	work->partner = work->worker + 1;
	return work->worker % 2 == 0 && work->worker + 1 < work->run->workers;
}

const struct test test_call_local = { .name = "call_local", .run = call_local_run };
const struct test test_call_remote = { .name = "call_remote", .assign = call_remote_assign, .run = call_remote_run };
const struct test test_call_idle = { .name = "call_idle", .assign = call_idle_assign, .run = call_remote_run };
