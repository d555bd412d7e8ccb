/* topology_test.c - distances from recorded CPUID leaves
 * SPDX-License-Identifier: MIT
 * The records were read by a program inside QEMU 7.2 (TCG) with the options named; the ones for
 * which QEMU has no model follow AMD's manual (APM vol. 3, appendix E.4). What a processor
 * answers beyond its highest leaf is kept in the records: it is garbage, and nobody may take it
 * for an answer. Holds topology.h I1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/arch/topology.h"

struct leaf {
	uint32_t leaf;
	uint32_t subleaf;
	uint32_t out[4];
};

struct processor {
	const char *name;
	struct leaf leaves[20];
	struct cpuid_topology expected;
};

/* -cpu max -smp 16,sockets=2,dies=2,cores=4,threads=1: two packages of 8, and no more is told */
static const struct processor plain_max = {
	.name = "max, 2 x 2 x 4",
	.leaves = {
		{ 0x0, 0, { 0xd, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x1, 0, { 0x60fb1, 0x40800, 0xf6d83203, 0x1fcbfbfd } },
		{ 0xb, 0, { 0x0, 0x1, 0x100, 0x0 } },
		{ 0xb, 1, { 0x3, 0x4, 0x201, 0x0 } },
		{ 0xb, 2, { 0x0, 0x0, 0x2, 0x0 } },
		{ 0x1f, 0, { 0x21f, 0x240, 0xa88, 0x0 } },
		{ 0x1f, 1, { 0x5, 0x3c8, 0x0, 0x0 } },
		{ 0x80000000, 0, { 0x8000000a, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x80000001, 0, { 0x60fb1, 0x0, 0x77, 0xedd3fbfd } },
		{ 0x8000001d, 0, { 0x21f, 0x240, 0xa88, 0x0 } },
		{ 0x8000001e, 0, { 0x21f, 0x240, 0xa88, 0x0 } },
	},
	.expected = { 0, 3, 3 },
};

/* the same with x-vendor-cpuid-only=off */
static const struct processor open_max = {
	.name = "max,x-vendor-cpuid-only=off, 2 x 2 x 4",
	.leaves = {
		{ 0x0, 0, { 0x1f, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x1, 0, { 0x60fb1, 0x40800, 0xf6d83203, 0x1fcbfbfd } },
		{ 0x4, 0, { 0xc000121, 0x1c0003f, 0x3f, 0x1 } },
		{ 0x4, 1, { 0xc000122, 0x1c0003f, 0x3f, 0x1 } },
		{ 0x4, 2, { 0xc000143, 0x3c0003f, 0xfff, 0x1 } },
		{ 0x4, 3, { 0xc00c163, 0x3c0003f, 0x3fff, 0x6 } },
		{ 0xb, 0, { 0x0, 0x1, 0x100, 0x0 } },
		{ 0xb, 1, { 0x3, 0x4, 0x201, 0x0 } },
		{ 0x1f, 0, { 0x0, 0x1, 0x100, 0x0 } },
		{ 0x1f, 1, { 0x2, 0x4, 0x201, 0x0 } },
		{ 0x1f, 2, { 0x3, 0x8, 0x502, 0x0 } },
		{ 0x1f, 3, { 0x0, 0x0, 0x3, 0x0 } },
		{ 0x80000000, 0, { 0x8000000a, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x80000001, 0, { 0x60fb1, 0x0, 0x77, 0xedd3fbfd } },
	},
	.expected = { 0, 2, 3 },
};

/* the same with min-level=0x1f: dies, but no caches */
static const struct processor level_max = {
	.name = "max,min-level=0x1f, 2 x 2 x 4",
	.leaves = {
		{ 0x0, 0, { 0x1f, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x1f, 0, { 0x0, 0x1, 0x100, 0x0 } },
		{ 0x1f, 1, { 0x2, 0x4, 0x201, 0x0 } },
		{ 0x1f, 2, { 0x3, 0x8, 0x502, 0x0 } },
		{ 0x1f, 3, { 0x0, 0x0, 0x3, 0x0 } },
		{ 0x80000000, 0, { 0x8000000a, 0x68747541, 0x444d4163, 0x69746e65 } },
	},
	.expected = { 0, 2, 3 },
};

/* -cpu max -smp 12,sockets=2,dies=1,cores=3,threads=2: ids with gaps */
static const struct processor threads_max = {
	.name = "max, 2 x 3 x 2 threads",
	.leaves = {
		{ 0x0, 0, { 0xd, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x1, 0, { 0x60fb1, 0x60800, 0xf6d83203, 0x1fcbfbfd } },
		{ 0xb, 0, { 0x1, 0x2, 0x100, 0x0 } },
		{ 0xb, 1, { 0x3, 0x6, 0x201, 0x0 } },
		{ 0x80000000, 0, { 0x8000000a, 0x68747541, 0x444d4163, 0x69746e65 } },
	},
	.expected = { 1, 3, 3 },
};

/* -cpu Skylake-Server -smp 16,sockets=2,dies=2,cores=2,threads=2; beyond 0x80000008 it answers as for 0x1f */
static const struct processor skylake = {
	.name = "Skylake-Server, 2 x 2 x 2 x 2 threads",
	.leaves = {
		{ 0x0, 0, { 0x1f, 0x756e6547, 0x6c65746e, 0x49656e69 } },
		{ 0x1, 0, { 0x50654, 0x40800, 0xf6d83203, 0x178bfbfd } },
		{ 0x4, 0, { 0x4000121, 0x1c0003f, 0x3f, 0x1 } },
		{ 0x4, 1, { 0x4000122, 0x1c0003f, 0x3f, 0x1 } },
		{ 0x4, 2, { 0x4004143, 0x3c0003f, 0xfff, 0x1 } },
		{ 0x4, 3, { 0x400c163, 0x3c0003f, 0x3fff, 0x6 } },
		{ 0xb, 0, { 0x1, 0x2, 0x100, 0x0 } },
		{ 0xb, 1, { 0x3, 0x4, 0x201, 0x0 } },
		{ 0x1f, 0, { 0x1, 0x2, 0x100, 0x0 } },
		{ 0x1f, 1, { 0x2, 0x4, 0x201, 0x0 } },
		{ 0x1f, 2, { 0x3, 0x8, 0x502, 0x0 } },
		{ 0x1f, 3, { 0x0, 0x0, 0x3, 0x0 } },
		{ 0x80000000, 0, { 0x80000008, 0x756e6547, 0x6c65746e, 0x49656e69 } },
		{ 0x80000001, 0, { 0x50654, 0x0, 0x21, 0x2c100800 } },
		{ 0x80000008, 0, { 0x3028, 0x0, 0x3003, 0x0 } },
		{ 0x8000001d, 0, { 0x1, 0x2, 0x100, 0x0 } },
		{ 0x8000001d, 1, { 0x2, 0x4, 0x201, 0x0 } },
		{ 0x8000001e, 0, { 0x1, 0x2, 0x100, 0x0 } },
	},
	.expected = { 1, 2, 3 },
};

/* -cpu Conroe -smp 8,sockets=2,cores=2,threads=2: older than leaf 0xb */
static const struct processor conroe = {
	.name = "Conroe, 2 x 2 x 2 threads",
	.leaves = {
		{ 0x0, 0, { 0xa, 0x756e6547, 0x6c65746e, 0x49656e69 } },
		{ 0x1, 0, { 0x6f3, 0x40800, 0x80000201, 0x178bfbfd } },
		{ 0x4, 0, { 0x4000121, 0x1c0003f, 0x3f, 0x1 } },
		{ 0x4, 1, { 0x4000122, 0x1c0003f, 0x3f, 0x1 } },
		{ 0x4, 2, { 0x4004143, 0x3c0003f, 0xfff, 0x1 } },
		{ 0x4, 3, { 0x400c163, 0x3c0003f, 0x3fff, 0x6 } },
		{ 0x80000000, 0, { 0x80000008, 0x756e6547, 0x6c65746e, 0x49656e69 } },
		{ 0x80000008, 0, { 0x3028, 0x0, 0x2003, 0x0 } },
	},
	.expected = { 1, 2, 2 },
};

/* -cpu Opteron_G3 -smp 8,sockets=2,cores=4: AMD, older than leaf 0xb and than TOPOEXT */
static const struct processor opteron = {
	.name = "Opteron_G3, 2 x 4",
	.leaves = {
		{ 0x0, 0, { 0x5, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x1, 0, { 0x100f23, 0x40800, 0x80802009, 0x178bfbfd } },
		{ 0xb, 0, { 0x0, 0x0, 0x3, 0x0 } },
		{ 0x80000000, 0, { 0x8000000a, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x80000001, 0, { 0x100f23, 0x0, 0x67, 0x2993fbfd } },
		{ 0x80000008, 0, { 0x3028, 0x0, 0x2003, 0x0 } },
	},
	.expected = { 0, 2, 2 },
};

/* After the manual: 8 cores of 2 threads, 16 thread ids of 64 possible, a cache for 4 cores; no leaf 0xb. */
static const struct processor topoext = {
	.name = "AMD with TOPOEXT",
	.leaves = {
		{ 0x0, 0, { 0xd, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x1, 0, { 0x800f12, 0x100800, 0x0, 0x10000000 } },
		{ 0x80000000, 0, { 0x8000001f, 0x68747541, 0x444d4163, 0x69746e65 } },
		{ 0x80000001, 0, { 0x800f12, 0x0, 0x400000, 0x0 } },
		{ 0x80000008, 0, { 0x3030, 0x0, 0x600f, 0x0 } },
		{ 0x8000001d, 0, { 0x4121, 0x1c0003f, 0x3f, 0x0 } },
		{ 0x8000001d, 1, { 0x4122, 0xc0003f, 0xff, 0x0 } },
		{ 0x8000001d, 2, { 0x4143, 0x1c0003f, 0x3ff, 0x2 } },
		{ 0x8000001d, 3, { 0x1c163, 0x3c0003f, 0x1fff, 0x1 } },
		{ 0x8000001e, 0, { 0x0, 0x100, 0x0, 0x0 } },
	},
	.expected = { 1, 3, 6 },
};

/* Made up: says nothing at all, and answers beyond its highest leaves with what looks like an answer. */
static const struct processor silent = {
	.name = "silent",
	.leaves = {
		{ 0x0, 0, { 0, 0, 0, 0 } },
		{ 0x4, 0, { 0x163, 0, 0, 0 } },
		{ 0x80000000, 0, { 0x80000000, 0, 0, 0 } },
		{ 0x80000001, 0, { 0, 0, 0x400000, 0 } },
		{ 0x8000001d, 0, { 0x163, 0, 0, 0 } },
	},
	.expected = { 0, 32, 32 },
};

/* Made up: no HTT, so the count of 15 ids in leaf 1 means nothing. */
static const struct processor single = {
	.name = "without HTT",
	.leaves = {
		{ 0x0, 0, { 1, 0x756e6547, 0x6c65746e, 0x49656e69 } },
		{ 0x1, 0, { 0x6f3, 0xf0800, 0, 0x78bfbfd } },
	},
	.expected = { 0, 0, 0 },
};

/* Made up: leaf 4 has more cores than leaf 1 has ids, and names the outermost cache first. */
static const struct processor contradictory = {
	.name = "contradictory",
	.leaves = {
		{ 0x0, 0, { 4, 0x756e6547, 0x6c65746e, 0x49656e69 } },
		{ 0x1, 0, { 0x6f3, 0x80800, 0, 0x178bfbfd } },
		{ 0x4, 0, { 0xfc00c163, 0, 0, 0 } },
		{ 0x4, 1, { 0xfc000121, 0, 0, 0 } },
	},
	.expected = { 0, 2, 3 },
};

static const struct processor *const processors[] = {
	&plain_max, &open_max, &level_max, &threads_max, &skylake, &conroe, &opteron, &topoext, &silent,
	&single, &contradictory,
};

static const struct processor *asked;

static void recorded_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	memset(out, 0, 4 * sizeof(out[0]));
	for (size_t i = 0; i < sizeof(asked->leaves) / sizeof(asked->leaves[0]); i++) {
		if (asked->leaves[i].leaf == leaf && asked->leaves[i].subleaf == subleaf) {
			memcpy(out, asked->leaves[i].out, 4 * sizeof(out[0]));
			return;
		}
	}
}

static struct cpuid_topology topology_of(const struct processor *processor)
{
	struct cpuid_topology topology;

	asked = processor;
	memset(&topology, 0xa5, sizeof(topology));
	topology_from_cpuid(&topology, recorded_cpuid);
	return topology;
}

static void recorded_processors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++) {
		struct cpuid_topology topology = topology_of(processors[i]);

		if (memcmp(&topology, &processors[i]->expected, sizeof(topology)))
			fail_msg("%s: shifts %u %u %u", processors[i]->name, topology.smt_shift,
				 topology.cache_shift, topology.package_shift);
	}
}

static void expect_distance(const struct cpuid_topology *topology, uint32_t a, uint32_t b, unsigned distance)
{
	assert_int_equal(topology_distance(topology, a, b), distance);
	assert_int_equal(topology_distance(topology, b, a), distance);
}

static void distances_of_two_packages(void **state)
{
	struct cpuid_topology topology = topology_of(&skylake); /* ids: package, die, core, thread; one bit each */

	(void)state;
	expect_distance(&topology, 5, 5, TOPOLOGY_SAME_CORE);
	expect_distance(&topology, 4, 5, TOPOLOGY_SAME_PHYSICAL_CORE);
	expect_distance(&topology, 4, 7, TOPOLOGY_SAME_CACHE);
	expect_distance(&topology, 3, 4, TOPOLOGY_SAME_PACKAGE);
	expect_distance(&topology, 7, 8, TOPOLOGY_OTHER_PACKAGE);
	expect_distance(&topology, 0, 0x80000000, TOPOLOGY_OTHER_PACKAGE);
}

static void distances_by_the_whole_id(void **state)
{
	struct cpuid_topology topology = topology_of(&silent);

	(void)state;
	expect_distance(&topology, 0, 0, TOPOLOGY_SAME_CORE);
	expect_distance(&topology, 0, 0xffffffff, TOPOLOGY_SAME_CACHE);
	topology.cache_shift = 0;
	expect_distance(&topology, 1, 0x80000000, TOPOLOGY_SAME_PACKAGE);
}

static uint64_t seed;

static void random_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	for (int i = 0; i < 4; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		out[i] = (uint32_t)(seed >> 32) >> (seed >> 8) % 28;
	}
	if (leaf == 0x80000000)
		out[0] |= seed & 1 ? 0x80000000 : 0;
}

/* However it lies: the shifts are in order, and the questions end. */
static void lying_processors(void **state)
{
	(void)state;
	seed = 1;
	for (int round = 0; round < 100000; round++) {
		struct cpuid_topology topology;

		topology_from_cpuid(&topology, random_cpuid);
		assert_true(topology.smt_shift <= topology.cache_shift);
		assert_true(topology.cache_shift <= topology.package_shift);
		assert_true(topology.package_shift <= 32);
		assert_in_range(topology_distance(&topology, 0, (uint32_t)seed | 1), 1, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_processors),
		cmocka_unit_test(distances_of_two_packages),
		cmocka_unit_test(distances_by_the_whole_id),
		cmocka_unit_test(lying_processors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
