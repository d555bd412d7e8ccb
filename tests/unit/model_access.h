/* model_access.h - accesses to a small modelled machine, and what they cost
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_MODEL_ACCESS_H
#define TESTS_UNIT_MODEL_ACCESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scalability-tests/machine/lines.h"
#include "tests/unit/model_machine.h"

enum { LINE = 0x4000, LONG = 100000 /* cycles, after which nothing is busy any more */ };

static struct model_machine machine;
static uint64_t now;
static unsigned int losses, last_loser;
static uint64_t lost_at;

static void on_loss(unsigned int core, uint64_t when)
{
	losses++;
	last_loser = core;
	lost_at = when;
}

static inline void start(unsigned int groups, unsigned int cores_each)
{
	machine = model_machine(groups, cores_each);
	assert_int_equal(lines_start(&machine, on_loss), 0);
	now = LONG;
	losses = 0;
}

static inline struct price access_at(uint64_t when, unsigned int core, enum access_kind kind, uint64_t physical)
{
	struct access access = { .core = core, .kind = kind, .physical = physical, .now = when };

	return lines_access(lines_find(physical), &access);
}

/* Long after everything before, so that nothing waits. */
static inline struct price later(unsigned int core, enum access_kind kind, uint64_t physical)
{
	now += LONG;
	return access_at(now, core, kind, physical);
}

static inline void assert_price(struct price price, enum source source, uint32_t cycles, uint32_t waited)
{
	assert_int_equal(price.source, source);
	assert_int_equal(price.cycles, cycles);
	assert_int_equal(price.waited, waited);
}

static inline bool hits(unsigned int core, enum access_kind kind)
{
	return lines_hit(lines_find(LINE), core, kind);
}

#endif
