/* model_tlb_test.c - translations that are known, and walks that a processor would make
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scalability-tests/machine/tlb.h"
#include "tests/unit/model_machine.h"

enum { CORE = 1 };

static const uint64_t low = 0x401;
static const uint64_t high = UINT64_C(0xffffffff80001000) >> TLB_PAGE_SHIFT;

static int start(void **state)
{
	struct model_machine machine = model_machine(2, 128);

	(void)state;
	return tlb_start(&machine);
}

static void assert_answer(uint64_t page, enum tlb_answer answer)
{
	uint64_t physical = 0;

	assert_int_equal(tlb_lookup(CORE, page, &physical), answer);
}

static void assert_known(uint64_t page, uint64_t expected)
{
	uint64_t physical = 0;

	assert_int_equal(tlb_lookup(CORE, page, &physical), TLB_HIT);
	assert_int_equal(physical, expected);
}

static void what_was_inserted_is_found(void **state)
{
	(void)state;
	assert_answer(low, TLB_MISS);
	assert_answer(0, TLB_MISS);
	tlb_insert(CORE, low, 77);
	tlb_insert(CORE, high, 88);
	tlb_insert(CORE, 0, 0);
	assert_known(low, 77);
	assert_known(high, 88);
	assert_known(0, 0);
	tlb_insert(CORE, low, 99);
	assert_known(low, 99);
}

static void cores_have_tables_of_their_own(void **state)
{
	uint64_t physical;

	(void)state;
	tlb_insert(CORE, low, 77);
	assert_int_equal(tlb_lookup(0, low, &physical), TLB_MISS);
	tlb_insert(255, low, 78);
	tlb_forget(255);
	tlb_flush(0);
	assert_known(low, 77);
}

static void forgetting_costs_no_walk(void **state)
{
	(void)state;
	tlb_insert(CORE, low, 77);
	tlb_insert(CORE, high, 88);
	tlb_forget(CORE);
	assert_answer(low, TLB_STALE);
	assert_answer(high, TLB_STALE);
	tlb_forget(CORE);
	assert_answer(low, TLB_STALE);
	tlb_insert(CORE, low, 79);
	assert_known(low, 79);
	assert_answer(high, TLB_STALE);
}

static void a_flush_costs_the_lower_half(void **state)
{
	(void)state;
	tlb_insert(CORE, low, 77);
	tlb_insert(CORE, high, 88);
	tlb_flush(CORE);
	assert_answer(low, TLB_MISS);
	assert_answer(high, TLB_STALE);
	tlb_insert(CORE, low, 77);
	tlb_forget(CORE);
	assert_answer(low, TLB_STALE); /* inserted after the flush */
	tlb_flush(CORE);
	assert_answer(low, TLB_MISS);
}

/* Twice the entries in a row: some are still there, and no page is ever taken for another. */
static void room_is_for_so_many(void **state)
{
	unsigned int found = 0;
	uint64_t physical;

	(void)state;
	for (uint64_t page = 0; page < 128; page++)
		tlb_insert(CORE, page, page + 1000);
	for (uint64_t page = 0; page < 128; page++)
		if (tlb_lookup(CORE, page, &physical) == TLB_HIT) {
			found++;
			assert_int_equal(physical, page + 1000);
		}
	assert_in_range(found, 32, 64);
}

/* Half of the entries fit, whatever their addresses have in common. */
static void pages_far_apart_do_not_meet(void **state)
{
	unsigned int found = 0;
	uint64_t physical;

	(void)state;
	for (uint64_t i = 0; i < 32; i++)
		tlb_insert(CORE, low + (i << 9), i);
	for (uint64_t i = 0; i < 32; i++)
		found += tlb_lookup(CORE, low + (i << 9), &physical) == TLB_HIT;
	assert_in_range(found, 26, 32);
}

/* The epoch in a key has 28 bits; when it has counted through, everything is gone rather than wrong. */
static void epochs_that_run_out_lose_all(void **state)
{
	(void)state;
	tlb_insert(CORE, low, 77);
	tlb_of[CORE].epoch = (UINT64_C(1) << 28) - 1;
	tlb_forget(CORE);
	assert_answer(low, TLB_MISS);
	tlb_insert(CORE, low, 78);
	assert_known(low, 78);
	tlb_forget(CORE);
	assert_answer(low, TLB_STALE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_inserted_is_found, start),
		cmocka_unit_test_setup(cores_have_tables_of_their_own, start),
		cmocka_unit_test_setup(forgetting_costs_no_walk, start),
		cmocka_unit_test_setup(a_flush_costs_the_lower_half, start),
		cmocka_unit_test_setup(room_is_for_so_many, start),
		cmocka_unit_test_setup(pages_far_apart_do_not_meet, start),
		cmocka_unit_test_setup(epochs_that_run_out_lose_all, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
