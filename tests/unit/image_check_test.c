/* image_check_test.c - every sequence is found at every offset, and nothing else is
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/image_check.h"

enum { ROOM = 16, PLACES = 9 };

/* Instructions as an assembler makes them, with prefixes before what counts. */
static const struct {
	uint8_t bytes[5];
	uint8_t size, at;
	const char *name;
} forbidden[] = {
	{ { 0x0f, 0x30 }, 2, 0, "WRMSR" },
	{ { 0x0f, 0x32 }, 2, 0, "RDMSR" },
	{ { 0x0f, 0x05 }, 2, 0, "SYSCALL" },
	{ { 0x48, 0x0f, 0x07 }, 3, 1, "SYSRET" },
	{ { 0x0f, 0x34 }, 2, 0, "SYSENTER" },
	{ { 0x0f, 0x22, 0xd8 }, 3, 0, "MOV to a control register" },
	{ { 0x44, 0x0f, 0x22, 0xc0 }, 4, 1, "MOV to a control register" },
	{ { 0x0f, 0x20, 0xc0 }, 3, 0, "MOV from a control register" },
	{ { 0x0f, 0x23, 0xf8 }, 3, 0, "MOV to a debug register" },
	{ { 0x0f, 0x01, 0x10 }, 3, 0, "LGDT" },
	{ { 0x0f, 0x01, 0x58, 0x08 }, 4, 0, "LIDT" },
	{ { 0x0f, 0x01, 0xf0 }, 3, 0, "LMSW" },
	{ { 0x0f, 0x01, 0x30 }, 3, 0, "LMSW" },
	{ { 0x0f, 0x01, 0x3f }, 3, 0, "INVLPG" },
	{ { 0x0f, 0x01, 0xf8 }, 3, 0, "SWAPGS" },
	{ { 0x0f, 0x01, 0xca }, 3, 0, "CLAC" },
	{ { 0x0f, 0x01, 0xcb }, 3, 0, "STAC" },
	{ { 0x0f, 0x01, 0xd1 }, 3, 0, "XSETBV" },
	{ { 0x0f, 0x01, 0xef }, 3, 0, "WRPKRU" },
	{ { 0x0f, 0x01, 0xc1 }, 3, 0, "one of virtualisation's and of monitoring" },
	{ { 0x0f, 0x00, 0xd8 }, 3, 0, "LTR" },
	{ { 0x0f, 0x00, 0xd0 }, 3, 0, "LLDT" },
	{ { 0x0f, 0x06 }, 2, 0, "CLTS" },
	{ { 0x0f, 0x09 }, 2, 0, "WBINVD" },
	{ { 0x0f, 0xb2, 0x20 }, 3, 0, "LSS" },
	{ { 0x0f, 0xa9 }, 2, 0, "POP to GS" },
	{ { 0x66, 0x0f, 0x38, 0x82, 0x0f }, 5, 1, "INVEPT, INVVPID or INVPCID" },
	{ { 0x48, 0x0f, 0xc7, 0x1f }, 4, 1, "XRSTORS or XSAVES" },
	{ { 0xf3, 0x48, 0x0f, 0xae, 0xd8 }, 5, 2, "one of FS's and GS's base" },
	{ { 0xcd, 0x02 }, 2, 0, "INT of what cannot be masked" },
	{ { 0xcd, 0x08 }, 2, 0, "INT of what cannot be masked" },
};

static const struct {
	uint8_t bytes[5];
	uint8_t size;
} allowed[] = {
	{ { 0x0f, 0x31 }, 2 },                   /* RDTSC */
	{ { 0x0f, 0xa2 }, 2 },                   /* CPUID */
	{ { 0x0f, 0x0b }, 2 },                   /* UD2 */
	{ { 0x0f, 0x1f, 0x44, 0x00, 0x00 }, 5 }, /* NOP */
	{ { 0x0f, 0x01, 0xd0 }, 3 },             /* XGETBV */
	{ { 0x0f, 0x01, 0xf9 }, 3 },             /* RDTSCP */
	{ { 0x0f, 0x01, 0xe0 }, 3 },             /* SMSW */
	{ { 0x0f, 0x00, 0xc0 }, 3 },             /* SLDT */
	{ { 0x0f, 0xae, 0xf0 }, 3 },             /* MFENCE */
	{ { 0x0f, 0xc7, 0x0f }, 3 },             /* CMPXCHG8B */
	{ { 0x0f, 0x84, 0x30, 0x00, 0x00 }, 5 }, /* JE */
	{ { 0xcd, 0x80 }, 2 },                   /* INT 0x80: the processor refuses it, or it is nobody's */
};

static void test_found_everywhere(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		for (size_t place = 0; place < PLACES; place++) {
			uint8_t room[ROOM];
			size_t where = ROOM;
			const char *name;

			memset(room, 0x90, sizeof(room));
			memcpy(room + place, forbidden[i].bytes, forbidden[i].size);
			name = image_check(room, sizeof(room), &where);
			assert_non_null(name);
			assert_string_equal(name, forbidden[i].name);
			assert_int_equal(where, place + forbidden[i].at);
		}
}

static void test_at_the_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		uint8_t *room = malloc(forbidden[i].size); /* exactly: whoever reads on is seen */
		size_t where;

		memcpy(room, forbidden[i].bytes, forbidden[i].size);
		assert_non_null(image_check(room, forbidden[i].size, &where));
		(void)image_check(room, forbidden[i].size - 1u, &where);
		assert_null(image_check(room, 1, &where));
		assert_null(image_check(room, 0, &where));
		free(room);
	}
}

/* In what another instruction carries along: a jump into its middle would find it. */
static void test_hidden(void **state)
{
	static const uint8_t constant[] = { 0xb8, 0x0f, 0x30, 0x00, 0x00 }; /* mov $0x300f, %eax */
	size_t where;

	(void)state;
	assert_string_equal(image_check(constant, sizeof(constant), &where), "WRMSR");
	assert_int_equal(where, 1);
}

static void test_allowed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		size_t where;

		assert_null(image_check(allowed[i].bytes, allowed[i].size, &where));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_everywhere),
		cmocka_unit_test(test_at_the_end),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
