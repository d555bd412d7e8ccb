/* boot_info_multiboot2_test.c - multiboot2's tags, sound, hostile and random
 * SPDX-License-Identifier: MIT
 * The memory map inside goes the way of PVH's, which boot_info_test.c holds against an oracle.
 * Holds boot_info.h I1 and I3. */
#include "tests/unit/boot_info_checks.h"

enum {
	SIZE        = 0x10000,
	INFORMATION = 0x4000,
	RAM         = 1,
};

static struct physical_memory memory;
static struct boot_info info;
static uint32_t information_end; /* where the next tag goes */

static int set_up(void **state)
{
	(void)state;
	memory = physical_memory_make(SIZE);
	put32(&memory, INFORMATION, 8);
	information_end = INFORMATION + 8;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	physical_memory_free(&memory);
	return 0;
}

static status_t read_tags(void)
{
	return boot_info_from_multiboot2(&info, view_of(&memory), INFORMATION);
}

/* Appends a tag whose payload the caller has put at the address returned. */
static uint32_t add_tag(uint32_t type, uint32_t payload)
{
	uint32_t at = information_end;

	put32(&memory, at, type);
	put32(&memory, at + 4, 8 + payload);
	information_end = at + ((8 + payload + 7) & ~7u);
	put32(&memory, INFORMATION, information_end - INFORMATION);
	return at + 8;
}

static void add_map_tag(uint32_t stride)
{
	uint32_t at = add_tag(6, 8 + 2 * stride);

	put32(&memory, at, stride);
	put64(&memory, at + 8 + stride, 0x100000);
	put64(&memory, at + 8 + stride + 8, 0x300000);
	put32(&memory, at + 8 + stride + 16, RAM);
	put64(&memory, at + 8 + 8, 0x9f800);
	put32(&memory, at + 8 + 16, RAM);
}

static void add_module_tag(uint32_t start, uint32_t end)
{
	uint32_t at = add_tag(3, 9);

	put32(&memory, at, start);
	put32(&memory, at + 4, end);
}

static void gives_all_pieces(void **state)
{
	uint32_t at, old_rsdp, new_rsdp;

	(void)state;
	at = add_tag(1, 7);
	put_bytes(&memory, at, "quiet", 6);
	add_tag(4, 3); /* one that is of no interest, of odd length */
	new_rsdp = add_tag(15, 36);
	old_rsdp = add_tag(14, 20);
	add_map_tag(32);
	add_module_tag(0x5000, 0x5123);
	add_module_tag(0x6000, 0x6123);
	add_tag(0, 0);
	assert_int_equal(read_tags(), STATUS_OK);
	assert_string_equal(info.command_line, "quiet");
	assert_int_not_equal(old_rsdp, new_rsdp);
	assert_int_equal(info.rsdp, new_rsdp);
	assert_int_equal(info.ram_count, 2);
	expect_ram(&info, 0, 0, 0x9f000);
	expect_ram(&info, 1, 0x100000, 0x400000);
	assert_int_equal(info.initrd.start, 0x5000);
	assert_int_equal(info.initrd.end, 0x5123);
}

static void old_rsdp_alone(void **state)
{
	uint32_t rsdp = add_tag(14, 20);

	(void)state;
	add_map_tag(24);
	add_tag(0, 0);
	assert_int_equal(read_tags(), STATUS_OK);
	assert_int_equal(info.rsdp, rsdp);
}

static void without_end_or_map(void **state)
{
	(void)state;
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	add_tag(1, 1);
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	add_tag(0, 0);
	assert_int_equal(read_tags(), STATUS_BAD_FORMAT);
}

static void hostile_sizes(void **state)
{
	uint32_t map = information_end;

	(void)state;
	add_map_tag(24);
	add_tag(0, 0);
	assert_int_equal(read_tags(), STATUS_OK);
	for (uint32_t size = 0; size < 8; size++) { /* a walk that adds 0 never ends */
		put32(&memory, map + 4, size);
		assert_int_equal(read_tags(), STATUS_BAD_FORMAT);
	}
	for (uint32_t size = 8; size < 16; size++) { /* too short for entry size and version */
		put32(&memory, map + 4, size);
		assert_int_equal(read_tags(), STATUS_TRUNCATED);
	}
	put32(&memory, map + 4, information_end - map + 1);
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	put32(&memory, map + 4, UINT32_MAX);
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	put32(&memory, map + 4, 64);
	for (uint32_t stride = 0; stride < 24; stride++) {
		put32(&memory, map + 8, stride);
		assert_int_equal(read_tags(), STATUS_BAD_FORMAT);
	}
	put32(&memory, map + 8, 24);
	assert_int_equal(read_tags(), STATUS_OK);
	put32(&memory, INFORMATION, SIZE - INFORMATION + 1);
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	put32(&memory, INFORMATION, 0);
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	assert_int_equal(boot_info_from_multiboot2(&info, view_of(&memory), SIZE - 7), STATUS_TRUNCATED);
}

static void hostile_tags(void **state)
{
	uint32_t text = add_tag(1, 4), module;

	(void)state;
	add_map_tag(24);
	module = information_end;
	add_module_tag(0x5000, 0x5123);
	add_tag(0, 0);
	assert_int_equal(read_tags(), STATUS_OK);
	put_bytes(&memory, text, "long", 4); /* its NUL would lie in the next tag */
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	put_bytes(&memory, text, "fit", 4);
	assert_int_equal(read_tags(), STATUS_OK);
	put32(&memory, module + 12, 0x4fff);
	assert_int_equal(read_tags(), STATUS_BAD_FORMAT);
	put32(&memory, module + 12, SIZE + 1);
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	put32(&memory, module + 12, SIZE);
	assert_int_equal(read_tags(), STATUS_OK);
	put32(&memory, module + 4, 15);
	assert_int_equal(read_tags(), STATUS_TRUNCATED);
	put32(&memory, module + 4, 17);
	information_end -= 8;
	add_map_tag(24); /* a second map */
	add_tag(0, 0);
	assert_int_equal(read_tags(), STATUS_BAD_FORMAT);
}

/* The information ends the view, and its only tag is too short for what its type promises. */
static void short_tags_at_the_views_end(void **state)
{
	static const uint32_t types[] = { 1, 3, 6 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		for (uint32_t payload = 0; payload < 8; payload++) {
			uint32_t start = SIZE - 16 - payload;

			put32(&memory, start, 16 + payload);
			put32(&memory, start + 8, types[i]);
			put32(&memory, start + 12, 8 + payload);
			memset(memory.bytes + start + 16, 'x', payload);
			assert_int_equal(boot_info_from_multiboot2(&info, view_of(&memory), start),
					 STATUS_TRUNCATED);
		}
	}
}

/* Bytes changed at random, views cut at random: a status or a sound answer, and AddressSanitizer silent. */
static void mutations_never_overrun(void **state)
{
	uint64_t seed = 0xb007b007;
	struct physical_memory sound;

	(void)state;
	add_tag(1, 9);
	add_tag(15, 36);
	add_module_tag(0x5000, 0x5123);
	add_map_tag(24);
	add_tag(0, 0);
	sound = memory;
	for (int round = 0; round < 20000; round++) {
		uint64_t size = next_random(&seed) % 4 ? SIZE : next_random(&seed) % (SIZE + 1);

		memory = physical_memory_cut(&sound, size);
		for (uint64_t count = 1 + next_random(&seed) % 4; count > 0; count--) {
			uint64_t at = INFORMATION + next_random(&seed) % 0xc0;

			if (at < size)
				put8(&memory, at, (uint8_t)next_random(&seed));
		}
		if (read_tags() == STATUS_OK)
			check_invariants(&info);
		physical_memory_free(&memory);
	}
	memory = sound;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gives_all_pieces),
		TEST(old_rsdp_alone),
		TEST(without_end_or_map),
		TEST(hostile_sizes),
		TEST(hostile_tags),
		TEST(short_tags_at_the_views_end),
		TEST(mutations_never_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
