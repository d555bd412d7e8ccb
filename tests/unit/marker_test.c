/* marker_test.c - what a plugin relies on: the bytes of a meeting's poll, and that nobody waits without a plugin
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abi/marker.h"
#include "scalability-tests/guest/model.h"

enum { CODE_SEARCHED = 256, POLL_BLOCK = 16 };

static __attribute__((noinline)) uint64_t poll(const uint64_t *word)
{
	return marker_meet(word);
}

/* Where in poll() its marker stands. */
static const uint8_t *marker_find(void)
{
	static const uint8_t opcode[] = { 0x0f, 0x1f, 0x80 };
	const uint32_t event = MARKER_MEET;
	const uint8_t *code = (const uint8_t *)(uintptr_t)poll;

	for (unsigned int i = 0; i < CODE_SEARCHED; i++)
		if (!memcmp(code + i, opcode, sizeof(opcode)) && !memcmp(code + i + sizeof(opcode), &event, sizeof(event)))
			return code + i;
	fail_msg("no marker in the poll's code");
	return NULL;
}

static void a_poll_is_a_marker_and_a_load(void **state)
{
	const uint8_t *marker = marker_find(), *load = marker + 7;

	(void)state;
	assert_int_equal((uintptr_t)marker % POLL_BLOCK, 0);
	assert_int_equal(load[0] & 0xf8, 0x48); /* REX.W */
	assert_int_equal(load[1], 0x8b);        /* mov r64, r/m64 */
	assert_true(load[2] >> 6 < 3);          /* from memory */
}

static void a_poll_gives_the_word(void **state)
{
	const uint64_t words[] = { MEETING_FREE, MEETING_HELD, MEETING_MODELLED };

	(void)state;
	for (unsigned int i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_int_equal(poll(&words[i]), words[i]);
}

static void nobody_waits_where_nothing_models(void **state)
{
	(void)state;
	assert_false(model_meet(MODEL_SLEEPING));
	assert_false(model_meet(MODEL_SPINNING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_poll_is_a_marker_and_a_load),
		cmocka_unit_test(a_poll_gives_the_word),
		cmocka_unit_test(nobody_waits_where_nothing_models),
	};

	return cmocka_run_group_tests_name("marker", tests, NULL, NULL);
}
