/* boot_info_test.c - PVH's tables, sound, hostile and random
 * SPDX-License-Identifier: MIT
 * The memory map is held against an oracle that knows no ranges: one flag per page, set when
 * every byte of the page is RAM and none is anything else. Holds boot_info.h I1 to I3, and
 * physical_view.h I1. */
#include <stdbool.h>

#include "tests/unit/boot_info_checks.h"

enum {
	SIZE         = 0x10000,
	START_INFO   = 0x100,
	MODULES      = 0x200,
	COMMAND_LINE = 0x300,
	MAP          = 0x1000,
	PAGE         = 4096,
	RAM          = 1,
	RESERVED     = 2,
};

static struct physical_memory memory;
static struct boot_info info;
static uint32_t map_entries;

static void add_entry(uint64_t start, uint64_t end, uint32_t type)
{
	uint64_t at = MAP + 24 * (uint64_t)map_entries++;

	put64(&memory, at, start);
	put64(&memory, at + 8, end - start);
	put32(&memory, at + 16, type);
	put32(&memory, START_INFO + 48, map_entries);
}

static int set_up(void **state)
{
	(void)state;
	memory = physical_memory_make(SIZE);
	map_entries = 0;
	put32(&memory, START_INFO, 0x336ec578);
	put32(&memory, START_INFO + 4, 1);
	put64(&memory, START_INFO + 40, MAP);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	physical_memory_free(&memory);
	return 0;
}

static status_t read_pvh(void)
{
	return boot_info_from_pvh(&info, view_of(&memory), START_INFO);
}

static void pvh_gives_all_pieces(void **state)
{
	(void)state;
	add_entry(0, 0x9fc00, RAM);
	add_entry(0x9fc00, 0xa0000, RESERVED);
	add_entry(0x100000, 0x7ffdf000, RAM);
	put64(&memory, START_INFO + 32, 0xf59c0);
	put64(&memory, START_INFO + 24, COMMAND_LINE);
	put_bytes(&memory, COMMAND_LINE, "init=/bin/true -- a", 20);
	put32(&memory, START_INFO + 12, 1);
	put64(&memory, START_INFO + 16, MODULES);
	put64(&memory, MODULES, 0x5001);
	put64(&memory, MODULES + 8, 0x1234);
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(info.ram_count, 2);
	expect_ram(&info, 0, 0, 0x9f000);
	expect_ram(&info, 1, 0x100000, 0x7ffdf000);
	assert_int_equal(info.rsdp, 0xf59c0);
	assert_string_equal(info.command_line, "init=/bin/true -- a");
	assert_int_equal(info.initrd.start, 0x5001);
	assert_int_equal(info.initrd.end, 0x6235);
}

static void absent_pieces_are_empty(void **state)
{
	(void)state;
	add_entry(0, 0x10000, RAM);
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_string_equal(info.command_line, "");
	assert_int_equal(info.initrd.start, info.initrd.end);
	assert_int_equal(info.rsdp, 0);
}

static void ram_is_sorted_and_merged(void **state)
{
	(void)state;
	add_entry(0x800000, 0x900000, RAM);
	add_entry(0x100000, 0x200800, RAM);
	add_entry(0x200800, 0x300000, RAM); /* touches inside a page: no page may be lost */
	add_entry(0x880000, 0xa00000, RAM); /* overlaps */
	add_entry(0x500000, 0x500000, RAM); /* empty */
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(info.ram_count, 2);
	expect_ram(&info, 0, 0x100000, 0x300000);
	expect_ram(&info, 1, 0x800000, 0xa00000);
}

static void one_entry_melts_many(void **state)
{
	(void)state;
	add_entry(0x10000, 0x20000, RAM);
	add_entry(0x30000, 0x40000, RAM);
	add_entry(0x50000, 0x60000, RAM);
	add_entry(0x90000, 0xa0000, RAM);
	add_entry(0x18000, 0x50000, RAM);
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(info.ram_count, 2);
	expect_ram(&info, 0, 0x10000, 0x60000);
	expect_ram(&info, 1, 0x90000, 0xa0000);
}

static void anything_else_wins_over_ram(void **state)
{
	(void)state;
	add_entry(0x40800, 0x40900, 3); /* before the RAM it lies in: the order of entries must not matter */
	add_entry(0x10000, 0x80000, RAM);
	add_entry(0x10000, 0x12000, RESERVED);
	add_entry(0x7f000, 0x90000, 4);
	add_entry(0x100000, 0x110000, RAM);
	add_entry(0xf0000, 0x120000, 5);
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(info.ram_count, 2);
	expect_ram(&info, 0, 0x12000, 0x40000);
	expect_ram(&info, 1, 0x41000, 0x7f000);
}

static void ram_less_than_a_page_is_dropped(void **state)
{
	(void)state;
	add_entry(0x1001, 0x2fff, RAM);
	add_entry(0x10000, 0x11000, RAM);
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(info.ram_count, 1);
	expect_ram(&info, 0, 0x10000, 0x11000);
}

static void wrong_head_is_refused(void **state)
{
	(void)state;
	add_entry(0, 0x10000, RAM);
	put32(&memory, START_INFO + 4, 0);
	assert_int_equal(read_pvh(), STATUS_BAD_FORMAT);
	put32(&memory, START_INFO + 4, 2);
	assert_int_equal(read_pvh(), STATUS_OK);
	put32(&memory, START_INFO, 0x336ec579);
	assert_int_equal(read_pvh(), STATUS_BAD_FORMAT);
}

static void no_ram_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_pvh(), STATUS_BAD_FORMAT);
	add_entry(0x10000, 0x20000, RESERVED);
	assert_int_equal(read_pvh(), STATUS_BAD_FORMAT);
}

static void wrapping_entries(void **state)
{
	(void)state;
	add_entry(0x10000, 0x40000, RAM);
	add_entry(0x20000, 0x1000, RESERVED); /* up to the top and around */
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(info.ram_count, 1);
	expect_ram(&info, 0, 0x10000, 0x20000);
	add_entry(0x30000, 0x1000, RAM);
	assert_int_equal(read_pvh(), STATUS_BAD_FORMAT);
}

/* Each of these fields in turn leads out of the view. */
static void pieces_outside_the_view_are_refused(void **state)
{
	static const uint64_t hostile[] = { SIZE - 8, SIZE, SIZE + 1, UINT64_MAX - 7, UINT64_MAX };
	static const uint32_t fields[] = { START_INFO + 16, START_INFO + 24, START_INFO + 40, MODULES };

	(void)state;
	memset(memory.bytes + SIZE - 8, 'x', 8); /* a command line there has no end */
	for (size_t field = 0; field < sizeof(fields) / sizeof(fields[0]); field++) {
		for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
			map_entries = 0;
			add_entry(0, 0x10000, RAM);
			put32(&memory, START_INFO + 12, 1);
			put64(&memory, START_INFO + 16, MODULES);
			put64(&memory, START_INFO + 24, COMMAND_LINE);
			put64(&memory, START_INFO + 40, MAP);
			put64(&memory, MODULES, 0x5000);
			put64(&memory, MODULES + 8, 0x1000);
			assert_int_equal(read_pvh(), STATUS_OK);
			put64(&memory, fields[field], hostile[i]);
			assert_int_equal(read_pvh(), STATUS_TRUNCATED);
			assert_int_equal(info.initrd.start, info.initrd.end);
		}
	}
}

static void map_longer_than_the_view_is_refused(void **state)
{
	(void)state;
	add_entry(0, 0x10000, RAM);
	put32(&memory, START_INFO + 48, (SIZE - MAP) / 24 + 1);
	assert_int_equal(read_pvh(), STATUS_TRUNCATED);
	put32(&memory, START_INFO + 48, UINT32_MAX);
	assert_int_equal(read_pvh(), STATUS_TRUNCATED);
}

static void start_info_at_the_views_end(void **state)
{
	uint64_t addresses[] = { SIZE - 56, SIZE - 55, SIZE - 8, SIZE - 1, SIZE, UINT64_MAX };

	(void)state;
	add_entry(0, 0x10000, RAM);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		uint64_t address = addresses[i];

		if (address < SIZE)
			memmove(memory.bytes + address, memory.bytes + START_INFO,
				SIZE - address < 56 ? SIZE - address : 56);
		assert_int_equal(boot_info_from_pvh(&info, view_of(&memory), address),
				 i == 0 ? STATUS_OK : STATUS_TRUNCATED);
	}
}

static void too_many_ranges_are_refused(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < BOOT_RAM_RANGES; i++)
		add_entry(0x100000 * i, 0x100000 * i + 0x10000, RAM);
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(info.ram_count, BOOT_RAM_RANGES);
	expect_ram(&info, BOOT_RAM_RANGES - 1, 0x100000 * 63, 0x100000 * 63 + 0x10000);
	add_entry(0x4000, 0x5000, RESERVED); /* splits a range */
	assert_int_equal(read_pvh(), STATUS_NO_SPACE);
	map_entries--;
	add_entry(0x10000000, 0x10001000, RAM);
	assert_int_equal(read_pvh(), STATUS_NO_SPACE);
}

static void command_line_of_any_length(void **state)
{
	(void)state;
	add_entry(0, 0x10000, RAM);
	put64(&memory, START_INFO + 24, 0x8000);
	memset(memory.bytes + 0x8000, 'a', BOOT_COMMAND_LINE - 1);
	assert_int_equal(read_pvh(), STATUS_OK);
	assert_int_equal(strlen(info.command_line), BOOT_COMMAND_LINE - 1);
	memset(memory.bytes + 0x8000, 'a', BOOT_COMMAND_LINE);
	assert_int_equal(read_pvh(), STATUS_NO_SPACE);
	assert_string_equal(info.command_line, "");
}

/* Whether page number `page` is RAM by the map's own words. */
static bool page_is_ram(uint64_t page)
{
	for (uint64_t byte = page * PAGE; byte < (page + 1) * PAGE; byte += 0x100) {
		bool ram = false, other = false;

		for (uint32_t i = 0; i < map_entries; i++) {
			const uint8_t *entry = memory.bytes + MAP + 24 * i;

			if (byte < load64(entry) || byte >= load64(entry) + load64(entry + 8))
				continue;
			if (load32(entry + 16) == RAM)
				ram = true;
			else
				other = true;
		}
		if (!ram || other)
			return false;
	}
	return true;
}

static bool page_is_in_info(uint64_t page)
{
	for (uint32_t i = 0; i < info.ram_count; i++) {
		if (info.ram[i].start <= page * PAGE && (page + 1) * PAGE <= info.ram[i].end)
			return true;
	}
	return false;
}

static void random_maps_match_the_oracle(void **state)
{
	uint64_t seed = 0x7e55e7a1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		status_t status;
		bool any = false;

		map_entries = 0;
		for (uint64_t count = 1 + next_random(&seed) % 12; count > 0; count--) {
			uint64_t start = next_random(&seed) % 0x300 * 0x100;
			uint64_t end = start + next_random(&seed) % 0x100 * 0x100;

			add_entry(start, end, next_random(&seed) % 3 ? RAM : RESERVED);
		}
		status = read_pvh();
		for (uint64_t page = 0; page < 0x41; page++) {
			assert_int_equal(page_is_ram(page), page_is_in_info(page));
			any |= page_is_ram(page);
		}
		assert_int_equal(status, any ? STATUS_OK : STATUS_BAD_FORMAT);
		check_invariants(&info);
	}
}

/* Bytes changed at random, views cut at random: a status or a sound answer, and AddressSanitizer silent. */
static void mutations_never_overrun(void **state)
{
	uint64_t seed = 0xb007b007;
	struct physical_memory sound;

	(void)state;
	add_entry(0, 0x9fc00, RAM);
	add_entry(0x100000, 0x400000, RAM);
	put64(&memory, START_INFO + 24, COMMAND_LINE);
	put32(&memory, START_INFO + 12, 1);
	put64(&memory, START_INFO + 16, MODULES);
	put64(&memory, MODULES + 8, 0x1000);
	sound = memory;
	for (int round = 0; round < 20000; round++) {
		uint64_t size = next_random(&seed) % 4 ? SIZE : next_random(&seed) % (SIZE + 1);

		memory = physical_memory_cut(&sound, size);
		for (uint64_t count = 1 + next_random(&seed) % 4; count > 0; count--) {
			static const uint32_t starts[] = { START_INFO, MAP, MODULES, COMMAND_LINE };
			uint64_t at = starts[next_random(&seed) % 4] + next_random(&seed) % 0xc0;

			if (at < size)
				put8(&memory, at, (uint8_t)next_random(&seed));
		}
		if (read_pvh() == STATUS_OK)
			check_invariants(&info);
		physical_memory_free(&memory);
	}
	memory = sound;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pvh_gives_all_pieces),
		TEST(absent_pieces_are_empty),
		TEST(ram_is_sorted_and_merged),
		TEST(one_entry_melts_many),
		TEST(anything_else_wins_over_ram),
		TEST(ram_less_than_a_page_is_dropped),
		TEST(wrong_head_is_refused),
		TEST(no_ram_is_refused),
		TEST(wrapping_entries),
		TEST(pieces_outside_the_view_are_refused),
		TEST(map_longer_than_the_view_is_refused),
		TEST(start_info_at_the_views_end),
		TEST(too_many_ranges_are_refused),
		TEST(command_line_of_any_length),
		TEST(random_maps_match_the_oracle),
		TEST(mutations_never_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
