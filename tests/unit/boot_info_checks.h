/* boot_info_checks.h - what every boot_info must be, whichever loader it came from
 * SPDX-License-Identifier: MIT
 * For the suites of boot_info.c. */
#ifndef TESTS_UNIT_BOOT_INFO_CHECKS_H
#define TESTS_UNIT_BOOT_INFO_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/arch/boot_info.h"
#include "tests/unit/physical_memory.h"

static inline void expect_ram(const struct boot_info *info, uint32_t index, uint64_t start, uint64_t end)
{
	assert_true(index < info->ram_count);
	assert_int_equal(info->ram[index].start, start);
	assert_int_equal(info->ram[index].end, end);
}

/* boot_info.h I1 and I3. */
static inline void check_invariants(const struct boot_info *info)
{
	assert_true(info->ram_count <= BOOT_RAM_RANGES);
	for (uint32_t i = 0; i < info->ram_count; i++) {
		assert_true(info->ram[i].start < info->ram[i].end);
		assert_int_equal(info->ram[i].start % 4096, 0);
		assert_int_equal(info->ram[i].end % 4096, 0);
		if (i > 0)
			assert_true(info->ram[i - 1].end < info->ram[i].start);
	}
	assert_non_null(memchr(info->command_line, '\0', BOOT_COMMAND_LINE));
}

#endif
