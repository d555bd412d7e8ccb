/* ipc.c - calls of services by threads that go there themselves: ipc_22
 * SPDX-License-Identifier: MIT
 * The digits are the isolation classes of caller and service. Each answer is checked. */
#include "../../abi/service.h"
#include "native.h"

static void call_echo(struct work *work, unsigned long operations)
{
	struct words words = { { 2 } };
	int64_t sum = 0;

	if (ipc_call(SERVER_echo, &words) != 1) /* the replica is there from now on */
		native_fail("could not call a service", 0);
	words = (struct words){ { 2 } };
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++)
		sum += ipc_call(SERVER_echo, &words);
	window_close(work, operations);
	/* each call makes five words one higher, and answers with half of the sum */
	for (unsigned long i = 0; i < operations; i++)
		sum -= (int64_t)((2 + 5 * i) / 2);
	if (sum || words.word[5] != operations)
		native_fail("the service answered what it should not", sum);
}

const struct test test_ipc_22 = { .name = "ipc_22", .run = call_echo };
