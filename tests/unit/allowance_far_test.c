/* allowance_far_test.c - a program's pages counted by cores that charge at once, from far below its limit up to it
 * SPDX-License-Identifier: MIT
 * Far below the limit a charge is an addition. However many are under way when it comes near, what is granted never comes to more than it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/memory/allowance.h"
#include "percpu/machine.h"

enum {
	CORES = 3,
	UNIT = 512,
	LIMIT = 8 * 256, /* pages, as below; the last CORES * UNIT of them are near it */
	ROUNDS = 300000,
};

struct machine machine = { .boot.command_line = "limit=8", .acpi.core_count = CORES };

static struct vspace space;
static uint64_t granted; /* at least, at any moment */

struct player {
	uint64_t random, had;
	unsigned beyond, refused, granted;
};

static void give_back(struct player *player)
{
	__atomic_fetch_sub(&granted, player->had, __ATOMIC_SEQ_CST);
	allowance_return(&space, NULL, player->had);
	player->had = 0;
}

static void *charge_and_return(void *argument)
{
	static const uint64_t amount[] = { 1, ALLOWANCE, UNIT, UNIT };
	struct player *player = argument;

	/* On a busy host all rounds may fall where another one that has much does not run: then on, until it does. */
	for (unsigned round = 0; round < ROUNDS || !player->refused || !player->granted; round++) {
		uint64_t pages = amount[(player->random = player->random * 6364136223846793005 + 1442695040888963407) >> 62];

		if (allowance_charge_within(&space, pages)) {
			player->had += pages;
			player->granted++;
			player->beyond += __atomic_add_fetch(&granted, pages, __ATOMIC_SEQ_CST) > LIMIT;
		} else {
			player->refused++;
			give_back(player);
		}
	}
	give_back(player);
	return NULL;
}

static void cores_that_charge_at_once_stay_within_the_limit(void **state)
{
	struct player player[CORES] = { { .random = 1 }, { .random = 2 }, { .random = 3 } };
	pthread_t thread[CORES];

	(void)state;
	assert_true(allowance_charge_within(&space, 1)); /* the limit is read: in the kernel by each core for itself */
	allowance_return(&space, NULL, 1);
	for (unsigned i = 0; i < CORES; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, charge_and_return, &player[i]), 0);
	for (unsigned i = 0; i < CORES; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_int_equal(player[i].beyond, 0);
		assert_true(player[i].refused && player[i].granted);
	}
	assert_int_equal(space.pages, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores_that_charge_at_once_stay_within_the_limit),
	};

	return cmocka_run_group_tests_name("allowance_far", tests, NULL, NULL);
}
