/* keys_test.c - what a domain's rights let it do with each key
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/arch/keys.h"

enum { NO_ACCESS = 1, NO_WRITING = 2 };

static unsigned on(uint32_t rights, unsigned key)
{
	return rights >> 2 * key & 3;
}

static void test_rights(void **state)
{
	(void)state;
	for (unsigned own = KEY_FIRST; own < KEYS; own++) {
		uint32_t rights = key_rights(own);

		for (unsigned key = 0; key < KEYS; key++)
			assert_int_equal(on(rights, key), key == own || key == KEY_ENTRY ? 0 : key == KEY_SHARED ? NO_WRITING : NO_ACCESS);
		assert_int_equal(rights & RIGHTS_NEVER_TAKEN, 0);
		assert_int_not_equal(rights, 0); /* 0 means the kernel's */
	}
	assert_int_equal(on(RIGHTS_NEVER_TAKEN, KEY_SHARED), NO_ACCESS);
	assert_int_equal(on(RIGHTS_NEVER_TAKEN, KEY_ENTRY), NO_ACCESS | NO_WRITING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
