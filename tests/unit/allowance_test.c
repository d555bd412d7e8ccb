/* allowance_test.c - a program's pages counted by cores that charge at once, near its limit
 * SPDX-License-Identifier: MIT
 * Who asks for more than there is, in vain, must not take from others for a moment what they are to have. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/memory/allowance.h"
#include "percpu/machine.h"

enum {
	LIMIT = 256, /* pages, as below */
	UNIT = 512,
	SHARES = 8, /* kernel/memory/allowance.c */
	ROUNDS = 300000,
};

struct machine machine = { .boot.command_line = "limit=1", .acpi.core_count = 2 };

static struct vspace space;
static bool begun, stop;

static void *ask_in_vain(void *got)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		*(bool *)got |= allowance_charge_within(&space, UNIT);
		__atomic_store_n(&begun, true, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void who_asks_for_too_much_is_in_nobodys_way(void **state)
{
	struct view view = { .space = &space };
	unsigned refused = 0;
	bool got = false;
	pthread_t other;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, ask_in_vain, &got), 0);
	while (!__atomic_load_n(&begun, __ATOMIC_RELAXED))
		sched_yield();
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (allowance_charge_within(&space, LIMIT))
			allowance_return(&space, NULL, LIMIT);
		else
			refused++;
		if (allowance_grow(&view))
			allowance_return(&space, NULL, view.allowance + 1);
		else
			refused++;
		view.allowance = 0;
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(refused, 0);
	assert_false(got);
	assert_int_equal(space.pages, 0);
}

static void all_or_none(void **state)
{
	struct view view = { .space = &space };

	(void)state;
	assert_true(allowance_grow(&view));
	assert_int_equal(view.allowance, LIMIT / SHARES / 2 - 1); /* of two cores */
	assert_int_equal(space.pages, LIMIT / SHARES / 2);
	allowance_return(&space, NULL, space.pages);
	assert_true(allowance_charge_within(&space, LIMIT - 1));
	view.allowance = 0;
	assert_false(allowance_charge_within(&space, 2));
	assert_int_equal(space.pages, LIMIT - 1);
	assert_true(allowance_grow(&view));
	assert_int_equal(view.allowance, 0);
	assert_false(allowance_grow(&view));
	assert_int_equal(space.pages, LIMIT);
	allowance_return(&space, &view, UNIT / 2);
	assert_int_equal(view.allowance, ALLOWANCE);
	assert_int_equal(space.pages, ALLOWANCE);
	assert_true(allowance_charge_within(&space, LIMIT - ALLOWANCE));
	allowance_return(&space, NULL, LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_or_none),
		cmocka_unit_test(who_asks_for_too_much_is_in_nobodys_way),
	};

	return cmocka_run_group_tests_name("allowance", tests, NULL, NULL);
}
