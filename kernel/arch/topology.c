/* topology.c - widths of the fields of an APIC id, from CPUID
 * SPDX-License-Identifier: MIT
 * Which leaf gives what:
 *   0x1f, else 0xb         threads to a core, cores to a package; 0x1f also dies
 *   0x8000001d (AMD), else 4   how many ids share each cache; the former needs TOPOEXT
 *   1, 4, 0x80000008, 0x8000001e   the same for processors older than leaf 0xb
 * Beyond the highest leaf an Intel processor answers with another leaf's data, so the limits are
 * asked first. QEMU 7.2 with `-cpu max` under TCG is an AMD processor of highest leaf 0xd: it
 * tells threads and packages, but neither dies nor caches. `x-vendor-cpuid-only=off` makes it
 * tell both, in leaves 0x1f and 4; `min-level=0x1f` the dies alone.
 * Sources: Intel SDM vol. 2A "CPUID", AMD APM vol. 3 appendix E.4. See topology.h. */
#include "kernel/arch/topology.h"

#include <stdbool.h>

enum { EAX, EBX, ECX };

enum {
	LEVELS_MOST = 8,
	LEVEL_END   = 0,
	LEVEL_SMT   = 1,
	LEVEL_DIE   = 5,

	CACHES_MOST = 16,
	CACHE_NONE  = 0,

	LEAF_EXTENDED      = 0x80000000,
	LEAF_AMD_FEATURES  = 0x80000001,
	LEAF_AMD_SIZES     = 0x80000008,
	LEAF_AMD_CACHES    = 0x8000001d,
	LEAF_AMD_THREADS   = 0x8000001e,
	AMD_TOPOEXT        = 1 << 22, /* in ecx of LEAF_AMD_FEATURES */
	FEATURE_HTT        = 1 << 28, /* in edx of leaf 1 */
	SHIFT_ALL          = 32,      /* the whole id */
};

/* A processor being asked. */
struct questions {
	cpuid_function cpuid;
	uint32_t highest;
	uint32_t highest_extended; /* below LEAF_EXTENDED when there are no such leaves */
	bool topoext;
};

/* Bits that number `count` things; 0 for none or one. */
static uint8_t bits_for(uint32_t count)
{
	uint8_t bits = 0;

	while (bits < SHIFT_ALL && ((uint64_t)1 << bits) < count)
		bits++;
	return bits;
}

static void open_questions(struct questions *ask, cpuid_function cpuid)
{
	uint32_t out[4];

	*ask = (struct questions){ .cpuid = cpuid };
	cpuid(0, 0, out);
	ask->highest = out[EAX];
	cpuid(LEAF_EXTENDED, 0, out);
	ask->highest_extended = out[EAX];
	if (ask->highest_extended >= LEAF_AMD_THREADS) {
		cpuid(LEAF_AMD_FEATURES, 0, out);
		ask->topoext = (out[ECX] & AMD_TOPOEXT) != 0;
	}
}

/* Leaf 0x1f or 0xb: subleaves from the innermost level outwards. False when the leaf is not there. */
static bool read_levels(struct cpuid_topology *topology, const struct questions *ask, uint32_t leaf)
{
	uint32_t out[4];
	uint8_t shift = 0;

	if (ask->highest < leaf)
		return false;
	for (uint32_t level = 0; level < LEVELS_MOST; level++) {
		uint32_t type;

		ask->cpuid(leaf, level, out);
		type = out[ECX] >> 8 & 0xff;
		if (type == LEVEL_END)
			break;
		if (type == LEVEL_DIE)
			topology->cache_shift = shift;
		shift = out[EAX] & 0x1f;
		if (type == LEVEL_SMT)
			topology->smt_shift = shift;
		topology->package_shift = shift;
	}
	return topology->package_shift != SHIFT_ALL;
}

/* What processors without leaf 0xb say about themselves. */
static void read_counts(struct cpuid_topology *topology, const struct questions *ask)
{
	uint32_t out[4];
	uint8_t core_bits;

	if (ask->highest < 1)
		return;
	ask->cpuid(1, 0, out);
	topology->package_shift = out[3] & FEATURE_HTT ? bits_for(out[EBX] >> 16 & 0xff) : 0;
	if (ask->highest_extended >= LEAF_AMD_SIZES) {
		ask->cpuid(LEAF_AMD_SIZES, 0, out);
		if ((out[ECX] >> 12 & 0xf) > topology->package_shift)
			topology->package_shift = out[ECX] >> 12 & 0xf;
	}
	if (ask->topoext) {
		ask->cpuid(LEAF_AMD_THREADS, 0, out);
		topology->smt_shift = bits_for((out[EBX] >> 8 & 0xff) + 1);
	} else if (ask->highest >= 4) {
		ask->cpuid(4, 0, out);
		core_bits = bits_for((out[EAX] >> 26) + 1);
		if ((out[EAX] & 0x1f) != CACHE_NONE && core_bits <= topology->package_shift)
			topology->smt_shift = topology->package_shift - core_bits;
	}
}

/* The outermost cache; they come in no certain order. */
static void read_caches(struct cpuid_topology *topology, const struct questions *ask)
{
	uint32_t leaf = ask->topoext ? LEAF_AMD_CACHES : 4;
	uint32_t out[4], outermost = 0;

	if (!ask->topoext && ask->highest < 4)
		return;
	for (uint32_t cache = 0; cache < CACHES_MOST; cache++) {
		uint32_t type, level;

		ask->cpuid(leaf, cache, out);
		type = out[EAX] & 0x1f;
		level = out[EAX] >> 5 & 7;
		if (type == CACHE_NONE)
			break;
		if (level <= outermost)
			continue;
		outermost = level;
		topology->cache_shift = bits_for((out[EAX] >> 14 & 0xfff) + 1);
	}
}

void topology_from_cpuid(struct cpuid_topology *topology, cpuid_function cpuid)
{
	struct questions ask;

	open_questions(&ask, cpuid);
	*topology = (struct cpuid_topology){ 0, SHIFT_ALL, SHIFT_ALL };
	if (!read_levels(topology, &ask, 0x1f) && !read_levels(topology, &ask, 0xb))
		read_counts(topology, &ask);
	read_caches(topology, &ask);
	if (topology->smt_shift > topology->package_shift)
		topology->smt_shift = topology->package_shift;
	if (topology->cache_shift > topology->package_shift)
		topology->cache_shift = topology->package_shift;
	if (topology->cache_shift < topology->smt_shift)
		topology->cache_shift = topology->smt_shift;
}

unsigned topology_distance(const struct cpuid_topology *topology, uint32_t apic_a, uint32_t apic_b)
{
	uint64_t differing = apic_a ^ apic_b; /* 64 bits: a shift by 32 must leave nothing */

	if (differing == 0)
		return TOPOLOGY_SAME_CORE;
	if (differing >> topology->smt_shift == 0)
		return TOPOLOGY_SAME_PHYSICAL_CORE;
	if (differing >> topology->cache_shift == 0)
		return TOPOLOGY_SAME_CACHE;
	if (differing >> topology->package_shift == 0)
		return TOPOLOGY_SAME_PACKAGE;
	return TOPOLOGY_OTHER_PACKAGE;
}
