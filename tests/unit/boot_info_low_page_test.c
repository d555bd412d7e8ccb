/* boot_info_low_page_test.c - where other processors wake
 * SPDX-License-Identifier: MIT
 * Against an oracle that asks every page below 1 MiB, over hand-made and random maps. */
#include <stdbool.h>
#include <stdlib.h>

#include "tests/unit/boot_info_checks.h"

enum { PAGE = 4096, LOW_END = 0xa0000, ROUNDS = 200, SEED = 20230817 };

static struct boot_info with_ram(uint64_t start, uint64_t end)
{
	return (struct boot_info){ .ram = { { start, end }, { 0x100000, 0x8000000 } }, .ram_count = 2 };
}

static void highest_page_below_the_screen(void **state)
{
	struct boot_info info = with_ram(0, 0x9f000);

	(void)state;
	assert_int_equal(boot_info_low_page(&info), 0x9e000);
	info = with_ram(0, LOW_END);
	assert_int_equal(boot_info_low_page(&info), 0x9f000);
	info = with_ram(0x1000, 0x2000);
	assert_int_equal(boot_info_low_page(&info), 0x1000);
}

static void page_zero_and_what_lies_above_are_none(void **state)
{
	struct boot_info info = with_ram(0, PAGE);

	(void)state;
	assert_int_equal(boot_info_low_page(&info), 0);
	info = with_ram(LOW_END, LOW_END + PAGE);
	assert_int_equal(boot_info_low_page(&info), 0);
	info = (struct boot_info){ .ram_count = 0 };
	assert_int_equal(boot_info_low_page(&info), 0);
}

static void initrd_is_left_alone(void **state)
{
	struct boot_info info = with_ram(0, 0x9f000);

	(void)state;
	info.initrd = (struct memory_range){ 0x9d010, 0x9e001 };
	assert_int_equal(boot_info_low_page(&info), 0x9c000);
	info.initrd = (struct memory_range){ 0x1000, 0x9f000 };
	assert_int_equal(boot_info_low_page(&info), 0);
}

static bool is_free(const struct boot_info *info, uint64_t page)
{
	bool ram = false;

	for (uint64_t byte = page; byte < page + PAGE; byte += PAGE / 8)
		for (uint32_t i = 0; i < info->ram_count; i++)
			ram |= byte >= info->ram[i].start && byte < info->ram[i].end;
	for (uint64_t byte = page; byte < page + PAGE; byte++)
		if (byte >= info->initrd.start && byte < info->initrd.end)
			return false;
	return ram;
}

static uint64_t oracle(const struct boot_info *info)
{
	uint64_t found = 0;

	for (uint64_t page = PAGE; page < LOW_END; page += PAGE)
		if (is_free(info, page))
			found = page;
	return found;
}

static void random_maps(void **state)
{
	(void)state;
	srand(SEED);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct boot_info info = { 0 };
		uint64_t at = 0;

		while (info.ram_count < 4) {
			uint64_t start = at + (uint64_t)(rand() % 64) * PAGE;
			uint64_t end = start + (uint64_t)(1 + rand() % 64) * PAGE;

			info.ram[info.ram_count++] = (struct memory_range){ start, end };
			at = end + PAGE;
		}
		info.initrd.start = (uint64_t)rand() % LOW_END;
		info.initrd.end = info.initrd.start + (uint64_t)rand() % LOW_END;
		assert_int_equal(boot_info_low_page(&info), oracle(&info));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(highest_page_below_the_screen),
		cmocka_unit_test(page_zero_and_what_lies_above_are_none),
		cmocka_unit_test(initrd_is_left_alone),
		cmocka_unit_test(random_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
