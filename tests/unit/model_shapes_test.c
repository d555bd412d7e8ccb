/* model_shapes_test.c - what is known of how programs scale, without any machine: the model has to follow
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scalability-tests/machine/lines.h"
#include "tests/unit/model_cores.h"
#include "tests/unit/model_machine.h"

enum {
	LOOP = 5,        /* instructions around an access */
	POLL = 10,       /* cycles between two looks at a lock */
	OUTSIDE = 200,   /* cycles between two sections */
	OPERATIONS = 300,
	LINE = 64,
	TICKET = 0,      /* lines of the ticket lock: its two counters lie in one */
	DATA = 1 * LINE, /* what sections change */
	TAIL = 2 * LINE,
	NODES = 16 * LINE,
	OWN = 512 * LINE,
	NOBODY = MACHINE_CORES,
};

static struct model_machine machine;

static void start(unsigned int groups, unsigned int cores_each)
{
	machine = model_machine(groups, cores_each);
	assert_int_equal(lines_start(&machine, cores_wake), 0);
	srand(1);
}

static void add_to_own(struct core *core, unsigned int number)
{
	core_access(core, ACCESS_ATOMIC, OWN + number * LINE);
	core->clock += LOOP;
	core->operations++;
}

static void add_to_shared(struct core *core, unsigned int number)
{
	(void)number;
	core_access(core, ACCESS_ATOMIC, DATA);
	core->clock += LOOP;
	core->operations++;
}

static uint32_t ticket_next, ticket_serving;

static void ticket_step(struct core *core, unsigned int number)
{
	(void)number;
	core->clock += POLL;
	switch (core->place) {
	case 0:
		core_access(core, ACCESS_ATOMIC, TICKET);
		core->private = ticket_next++;
		core->place = 1;
		break;
	case 1:
		core_access(core, ACCESS_READ, TICKET);
		core->waits = ticket_serving != core->private;
		core->place = core->waits ? 1 : 2;
		break;
	case 2:
		core_access(core, ACCESS_WRITE, DATA);
		core->place = 3;
		break;
	default:
		core_access(core, ACCESS_WRITE, TICKET);
		ticket_serving++;
		core->clock += OUTSIDE;
		core->operations++;
		core->place = 0;
	}
}

/* Each core's node: who comes next, and whether this core may go on. */
static unsigned int mcs_tail, mcs_next[MACHINE_CORES];
static bool mcs_waits[MACHINE_CORES];

static uint64_t node_of(unsigned int number)
{
	return NODES + number * LINE;
}

static void mcs_enter(struct core *core, unsigned int number)
{
	switch (core->place) {
	case 0:
		core_access(core, ACCESS_WRITE, node_of(number));
		mcs_next[number] = NOBODY;
		mcs_waits[number] = true;
		core->place = 1;
		break;
	case 1:
		core_access(core, ACCESS_ATOMIC, TAIL);
		core->private = mcs_tail;
		mcs_tail = number;
		core->place = core->private == NOBODY ? 4 : 2;
		break;
	case 2:
		core_access(core, ACCESS_WRITE, node_of(core->private));
		mcs_next[core->private] = number;
		core->place = 3;
		break;
	default:
		core_access(core, ACCESS_READ, node_of(number));
		core->waits = mcs_waits[number];
		core->place = core->waits ? 3 : 4;
	}
}

static void mcs_left(struct core *core)
{
	core->clock += OUTSIDE;
	core->operations++;
	core->place = 0;
}

static void mcs_leave(struct core *core, unsigned int number)
{
	switch (core->place) {
	case 4:
		core_access(core, ACCESS_WRITE, DATA);
		core->place = 5;
		break;
	case 5:
		core_access(core, ACCESS_READ, node_of(number));
		core->place = mcs_next[number] == NOBODY ? 6 : 7;
		break;
	case 6:
		core_access(core, ACCESS_ATOMIC, TAIL);
		if (mcs_tail == number) {
			mcs_tail = NOBODY;
			mcs_left(core);
		} else {
			core->place = 8;
		}
		break;
	case 8:
		core_access(core, ACCESS_READ, node_of(number));
		core->waits = mcs_next[number] == NOBODY;
		core->place = core->waits ? 8 : 7;
		break;
	default:
		core_access(core, ACCESS_WRITE, node_of(mcs_next[number]));
		mcs_waits[mcs_next[number]] = false;
		mcs_left(core);
	}
}

static void mcs_step(struct core *core, unsigned int number)
{
	core->clock += POLL;
	if (core->place < 4)
		mcs_enter(core, number);
	else
		mcs_leave(core, number);
}

static double run_ticket(unsigned int count)
{
	start(1, 64);
	ticket_next = ticket_serving = 0;
	return cores_run(count, ticket_step, OPERATIONS);
}

static double run_mcs(unsigned int count)
{
	start(1, 64);
	mcs_tail = NOBODY;
	return cores_run(count, mcs_step, OPERATIONS);
}

static void assert_within(double value, double expected, double part)
{
	if (value < expected * (1 - part) || value > expected * (1 + part))
		fail_msg("%g is not within %g %% of %g", value, 100 * part, expected);
}

static void own_counters_scale(void **state)
{
	double one;

	(void)state;
	start(1, 256);
	one = cores_run(1, add_to_own, OPERATIONS);
	assert_within(one, 1.0 / (ATOMIC + LOOP), 0.001);
	for (unsigned int count = 64; count <= 256; count *= 2) {
		start(1, 256);
		assert_within(cores_run(count, add_to_own, OPERATIONS), count * one, 0.01);
	}
}

/* From two cores on, the line is always on its way. */
static void a_shared_counter_is_as_fast_as_its_line(void **state)
{
	(void)state;
	for (unsigned int count = 2; count <= 64; count *= 2) {
		start(1, 64);
		assert_within(cores_run(count, add_to_shared, OPERATIONS), 1.0 / TRANSFER, 0.05);
	}
}

/* Over many groups a transfer costs the mean way between cores that follow each other in a shuffled order. */
static void a_shared_counter_is_slower_over_groups(void **state)
{
	double inside, over;

	(void)state;
	start(4, 16);
	inside = cores_run(16, add_to_shared, OPERATIONS);
	start(4, 16);
	over = cores_run(64, add_to_shared, OPERATIONS);
	assert_within(inside, 1.0 / TRANSFER, 0.05);
	assert_true(over < inside / 2);
	assert_true(over > 1.0 / (TRANSFER + HOP + FAR));
}

/* Every release of a ticket lock is read by all who wait; of an MCS lock by the one that is next. */
static void a_ticket_lock_falls_where_an_mcs_lock_does_not(void **state)
{
	double ticket = run_ticket(4), mcs = run_mcs(4);

	(void)state;
	for (unsigned int count = 8; count <= 64; count *= 2)
		assert_within(run_mcs(count), mcs, 0.1);
	assert_true(run_ticket(16) < 0.9 * ticket);
	assert_true(run_ticket(32) < 0.65 * run_ticket(16));
	assert_true(run_ticket(64) < 0.65 * run_ticket(32));
	assert_true(run_mcs(64) > 4 * run_ticket(64));
}

/* With nothing to pay for lines a shared counter is one's own. */
static void without_transfer_costs_there_is_no_collapse(void **state)
{
	(void)state;
	for (unsigned int count = 1; count <= 64; count *= 4) {
		machine = model_machine(4, 16);
		memset(machine.costs, 0, sizeof(machine.costs));
		machine.costs[COST_atomic] = ATOMIC;
		assert_int_equal(lines_start(&machine, cores_wake), 0);
		assert_within(cores_run(count, add_to_shared, OPERATIONS), count / (double)(ATOMIC + LOOP), 0.001);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_counters_scale),
		cmocka_unit_test(a_shared_counter_is_as_fast_as_its_line),
		cmocka_unit_test(a_shared_counter_is_slower_over_groups),
		cmocka_unit_test(a_ticket_lock_falls_where_an_mcs_lock_does_not),
		cmocka_unit_test(without_transfer_costs_there_is_no_collapse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
