/* ipc.c - calls of services by threads that go there themselves: ipc_22 and its kin; and of those on other cores: ipc_22_at, ipc_22_pairs
 * SPDX-License-Identifier: MIT
 * The digits are the isolation classes of caller and service, a program's being 2; the composition that is booted must give the services theirs. Each
 * answer is checked. */
#include "../../abi/clerk.h"
#include "../../abi/relay.h"
#include "../../abi/service.h"
#include "native.h"

static void expect_class(unsigned server, long class)
{
	if (native_call(NATIVE_server_class, server, 0, 0) != class)
		native_fail("the service has another class in this composition", 0);
}

/* So many cycles on a core that does an instruction in each. */
static void compute(unsigned long cycles)
{
	unsigned long turns = cycles / 2;

	if (turns)
		__asm__ volatile("1: dec %0; jnz 1b" : "+r"(turns) : : "cc");
}

/* With so many cycles of the program's own behind each call. */
static void call_and_work(struct work *work, unsigned long operations, long class, unsigned long cycles)
{
	struct words words = { { 2 } };
	int64_t sum = 0;

	expect_class(SERVER_echo, class);
	if (ipc_call(SERVER_echo, &words) != 1) /* the replica is there from now on */
		native_fail("could not call a service", 0);
	words = (struct words){ { 2 } };
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		sum += ipc_call(SERVER_echo, &words);
		compute(cycles);
	}
	window_close(work, operations);
	/* each call makes five words one higher, and answers with half of the sum */
	for (unsigned long i = 0; i < operations; i++)
		sum -= (int64_t)((2 + 5 * i) / 2);
	if (sum || words.word[5] != operations)
		native_fail("the service answered what it should not", sum);
}

static void call_echo(struct work *work, unsigned long operations, long class)
{
	call_and_work(work, operations, class, 0);
}

static void call_500(struct work *work, unsigned long operations)
{
	call_and_work(work, operations, 2, 500);
}

static void call_32000(struct work *work, unsigned long operations)
{
	call_and_work(work, operations, 2, 32000);
}

static void call_space(struct work *work, unsigned long operations)
{
	call_echo(work, operations, 2);
}

static void call_key(struct work *work, unsigned long operations)
{
	call_echo(work, operations, 1);
}

static void call_kernel(struct work *work, unsigned long operations)
{
	call_echo(work, operations, 0);
}

/* Whatever classes the composition gives the relay and those that it calls. One call of the relay is in the window, too. */
static void matrix(struct work *work, unsigned long operations, enum relay what, uint64_t size)
{
	struct words words = { { 1, what, size } };
	int64_t result = ipc_call(SERVER_relay, &words); /* both are there from now on */

	if (result != 1)
		native_fail("could not have a service called by another one", result);
	words = (struct words){ { operations, what, size } };
	window_open(work, WINDOW_OWN);
	result = ipc_call(SERVER_relay, &words);
	window_close(work, operations);
	if (result != (int64_t)operations)
		native_fail("the service answered what it should not", result);
}

static void call_relay(struct work *work, unsigned long operations, long class)
{
	expect_class(SERVER_echo, class);
	expect_class(SERVER_relay, class);
	matrix(work, operations, RELAY_ALL, 0);
}

static void relay_spaces(struct work *work, unsigned long operations)
{
	call_relay(work, operations, 2);
}

static void relay_keys(struct work *work, unsigned long operations)
{
	call_relay(work, operations, 1);
}

static void relay_kernel(struct work *work, unsigned long operations)
{
	call_relay(work, operations, 0);
}

static void matrix_0(struct work *work, unsigned long operations)
{
	matrix(work, operations, RELAY_WORDS, 0);
}

static void matrix_4(struct work *work, unsigned long operations)
{
	matrix(work, operations, RELAY_WORDS, 4);
}

static void matrix_64(struct work *work, unsigned long operations)
{
	matrix(work, operations, RELAY_LEND, 64 * sizeof(uint64_t));
}

static void matrix_4k(struct work *work, unsigned long operations)
{
	matrix(work, operations, RELAY_LEND, 4 << 10);
}

static void matrix_64k(struct work *work, unsigned long operations)
{
	matrix(work, operations, RELAY_LEND, 64 << 10);
}

static void lend(struct work *work, unsigned long operations, unsigned long size)
{
	static char memory[64 << 10];
	struct words words = { { CLERK_KEEP, 0, size, 0, (uint64_t)memory, size } };
	int64_t wrong = 0;

	for (unsigned long at = 0; at < size; at += 4096)
		memory[at] = 1;
	wrong |= ipc_lend(SERVER_clerk, &words);
	window_open(work, WINDOW_OWN);
	for (unsigned long i = 0; i < operations; i++) {
		words = (struct words){ { CLERK_KEEP, 0, size, 0, (uint64_t)memory, size } };
		wrong |= ipc_lend(SERVER_clerk, &words);
	}
	window_close(work, operations);
	if (wrong)
		native_fail("the service could not copy what was lent to it", wrong);
}

static void lend_4k(struct work *work, unsigned long operations)
{
	lend(work, operations, 4 << 10);
}

static void lend_64k(struct work *work, unsigned long operations)
{
	lend(work, operations, 64 << 10);
}

/* The service is there, and the first proxy, when the window opens. */
static void call_echo_at(struct work *work, unsigned long operations)
{
	struct words words = { { 2 } };
	int64_t sum = 0;

	if (ipc_call_at((unsigned)work->partner, SERVER_echo, &words, 0) != 1)
		native_fail("could not call a service on another core", 0);
	words = (struct words){ { 2 } };
	window_open(work, WINDOW_ALL);
	for (unsigned long i = 0; i < operations; i++)
		sum += ipc_call_at((unsigned)work->partner, SERVER_echo, &words, 0);
	window_close(work, operations);
	for (unsigned long i = 0; i < operations; i++)
		sum -= (int64_t)((2 + 5 * i) / 2);
	if (sum || words.word[5] != operations)
		native_fail("the service answered what it should not", sum);
}

static bool at_assign(struct work *work)
{
	return work->worker == 0;
}

static void at_run(struct work *work, unsigned long operations)
{
	for (long distance = 1; distance <= FARTHEST; distance++) {
		work->partner = partner_at(work->core, distance, work->run->workers);
		if (work->partner == NO_PARTNER)
			continue;
		call_echo_at(work, operations);
		if (work->measuring)
			result_keep(work);
	}
}

static bool pairs_assign(struct work *work)
{
	work->partner = work->worker + 1;
	return work->worker % 2 == 0 && work->worker + 1 < work->run->workers;
}

const struct test test_ipc_22_at = { .name = "ipc_22_at", .assign = at_assign, .run = at_run };
const struct test test_ipc_22_pairs = { .name = "ipc_22_pairs", .assign = pairs_assign, .run = call_echo_at };
const struct test test_ipc_22 = { .name = "ipc_22", .run = call_space };
const struct test test_ipc_21 = { .name = "ipc_21", .run = call_key };
const struct test test_ipc_20 = { .name = "ipc_20", .run = call_kernel };
const struct test test_ipc_22_services = { .name = "ipc_22_services", .run = relay_spaces };
const struct test test_ipc_11 = { .name = "ipc_11", .run = relay_keys };
const struct test test_ipc_00 = { .name = "ipc_00", .run = relay_kernel };
const struct test test_ipc_22_500 = { .name = "ipc_22_500", .run = call_500 };
const struct test test_ipc_22_32000 = { .name = "ipc_22_32000", .run = call_32000 };
const struct test test_ipc_22_4k = { .name = "ipc_22_4k", .run = lend_4k };
const struct test test_ipc_22_64k = { .name = "ipc_22_64k", .run = lend_64k };
const struct test test_ipc_matrix_0 = { .name = "ipc_matrix_0", .run = matrix_0 };
const struct test test_ipc_matrix_4 = { .name = "ipc_matrix_4", .run = matrix_4 };
const struct test test_ipc_matrix_64 = { .name = "ipc_matrix_64", .run = matrix_64 };
const struct test test_ipc_matrix_4k = { .name = "ipc_matrix_4k", .run = matrix_4k };
const struct test test_ipc_matrix_64k = { .name = "ipc_matrix_64k", .run = matrix_64k };
