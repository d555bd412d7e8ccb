/* composition_test.c - compositions by name, and what each wants
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/boot_words.h"
#include "lib/composition.h"

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(composition_find("general"), COMPOSITION_general);
	assert_int_equal(composition_find("general"), 0); /* the default */
	assert_int_equal(composition_find("ic0"), COMPOSITION_ic0);
	assert_int_equal(composition_find("ic"), COMPOSITIONS);
	assert_int_equal(composition_find("ic00"), COMPOSITIONS);
	assert_int_equal(composition_find(""), COMPOSITIONS);
	for (unsigned i = 0; i < COMPOSITIONS; i++)
		assert_int_equal(composition_find(composition_name((enum composition)i)), i);
}

static void test_classes(void **state)
{
	(void)state;
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		assert_int_equal(composition_isolation(COMPOSITION_isolated, (enum server)server), ISOLATION_SPACE);
		assert_int_equal(composition_isolation(COMPOSITION_ic1, (enum server)server), ISOLATION_KEY);
	}
	assert_int_equal(composition_isolation(COMPOSITION_general, SERVER_echo), ISOLATION_SPACE);
	assert_int_equal(composition_isolation(COMPOSITION_general, SERVER_device), ISOLATION_KEY);
	assert_int_equal(composition_isolation(COMPOSITION_ic0, SERVER_echo), ISOLATION_NONE);
	assert_int_equal(composition_isolation(COMPOSITION_ic0, SERVER_hostile), ISOLATION_KEY);
}

static void test_domains(void **state)
{
	(void)state;
	assert_int_equal(composition_domain(COMPOSITION_general, SERVER_pager), SERVER_fs);
	assert_int_equal(composition_image(COMPOSITION_general, SERVER_fs), IMAGE_fs_shared);
	assert_int_equal(composition_domain(COMPOSITION_coalesced, SERVER_pager), SERVER_fs);
	assert_int_equal(composition_image(COMPOSITION_coalesced, SERVER_fs), IMAGE_fs_own);
	assert_int_equal(composition_domain(COMPOSITION_separated, SERVER_pager), SERVER_pager);
	assert_int_equal(composition_image(COMPOSITION_separated, SERVER_fs), SERVER_fs);
	assert_int_equal(composition_image(COMPOSITION_separated, SERVER_pager), SERVER_pager);
}

/* Where the table has everything: who is joined has the class of those that it is joined to, and these are joined to nobody; nobody has two images. */
static void test_who_is_joined(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COMPOSITIONS; i++)
		for (unsigned server = 0; server < SERVER_COUNT; server++) {
			enum composition composition = (enum composition)i;
			enum server domain = composition_domain(composition, (enum server)server);
			bool has_other_image = composition_image(composition, (enum server)server) > IMAGES_ALONE, is_joined_to = false;

			assert_int_equal(composition_domain(composition, domain), domain);
			assert_int_equal(composition_isolation(composition, (enum server)server), composition_isolation(composition, domain));
			for (unsigned other = 0; other < SERVER_COUNT; other++)
				is_joined_to |= other != server && composition_domain(composition, (enum server)other) == server;
			assert_int_equal(has_other_image, is_joined_to);
		}
}

/* What else they say, general, separated and coalesced say the same. */
static void test_like_general(void **state)
{
	(void)state;
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		assert_int_equal(composition_isolation(COMPOSITION_separated, (enum server)server), composition_isolation(COMPOSITION_general, (enum server)server));
		assert_int_equal(composition_isolation(COMPOSITION_coalesced, (enum server)server), composition_isolation(COMPOSITION_general, (enum server)server));
	}
}

/* The words of the command line and the table name the same ones. */
static void test_boot_words(void **state)
{
	char line[64], why[200];

	(void)state;
	for (unsigned i = 0; i < COMPOSITIONS; i++) {
		snprintf(line, sizeof(line), "compose=%s", composition_name((enum composition)i));
		assert_false(boot_words_wrong(line, why, sizeof(why)));
	}
	assert_true(boot_words_wrong("compose=ic3", why, sizeof(why)));
	assert_non_null(strstr(why, "compose can only be general or"));
	for (unsigned i = 0; i < boot_word_count; i++) {
		const char *values = boot_words[i].values;
		unsigned count = 1;

		if (strcmp(boot_words[i].name, "compose"))
			continue;
		while ((values = strstr(values, " or "))) {
			values += 4;
			count++;
		}
		assert_int_equal(count, COMPOSITIONS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_who_is_joined),
		cmocka_unit_test(test_like_general),
		cmocka_unit_test(test_boot_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
