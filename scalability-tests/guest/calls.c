/* calls.c - an empty call to a service replica: call_local, call_remote
 * SPDX-License-Identifier: MIT
 * The replica answers with the core that served the call, which is checked every time. */
#include "native.h"

static void replica_calls(long core, unsigned long operations)
{
	for (unsigned long i = 0; i < operations; i++) {
		long served = native_call(NATIVE_replica_call, core, 0, 0);

		if (served != core)
			native_fail("the call was not served by the core it was meant for", served);
	}
}

static void call_local_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_OWN);
	replica_calls(work->core, operations);
	window_close(work, operations);
}

static bool call_remote_assign(struct work *work)
{
	work->partner = (work->worker + 1) % work->workers;
	return true;
}

static void call_remote_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_ALL);
	replica_calls(work->partner, operations);
	window_close(work, operations);
}

const struct test test_call_local = { .name = "call_local", .run = call_local_run };
const struct test test_call_remote = { .name = "call_remote", .assign = call_remote_assign, .run = call_remote_run };
