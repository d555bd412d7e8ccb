/* classes_test.c - who gets which class, and why not
 * SPDX-License-Identifier: MIT
 * Played are the processor, and the images: each is its text alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/arch/defences.h"
#include "kernel/arch/keys.h"
#include "kernel/entry/classes.h"
#include "kernel/entry/domain.h"
#include "percpu/log.h"
#include "percpu/machine.h"

#define GOOD "\177ELF good"

struct machine machine;
uint64_t defences_off;

static const char bad[] = "\177ELF \x0f\x30";
static const char none[] = "it has cli at 0x10\n";
static unsigned keys, joined_count;
static enum server joins[SERVER_COUNT];
static char said[4096];

#define IMAGE(text) { (const uint8_t *)(text), (const uint8_t *)(text) + sizeof(text) - 1 }
#define ALL_GOOD { IMAGE(GOOD), IMAGE(GOOD), IMAGE(GOOD) }

const struct image server_images[IMAGES][ISOLATION_SPACE + 1] = {
	[0 ... SERVER_hostile - 1] = ALL_GOOD,
	[SERVER_hostile] = { IMAGE(GOOD), IMAGE(bad), IMAGE(GOOD) },
	[SERVER_crude] = { IMAGE(none), IMAGE(none), IMAGE(GOOD) },
	[SERVER_crude + 1 ... IMAGES - 1] = ALL_GOOD,
};

const struct image refused_image = IMAGE(GOOD);

unsigned keys_there(void)
{
	return keys;
}

status_t domain_read(enum server server, enum isolation isolation, struct elf_image *elf, const char **why)
{
	const struct image *image = &server_images[classes[server].image][isolation];

	*why = NULL;
	*elf = (struct elf_image){ .segment_count = 1, .segment = { { .address = 0x1000, .rights = ELF_EXECUTE } } };
	elf->segment[0].file_size = (uint64_t)(image->end - image->start);
	return STATUS_OK;
}

void replica_join(enum server joined, enum server server)
{
	joins[joined] = server;
	joined_count++;
}

void log_line(const char *room, const char *fmt, ...)
{
	size_t length = strlen(said);
	va_list values;

	(void)room;
	va_start(values, fmt);
	vsnprintf(said + length, sizeof(said) - length, fmt, values);
	va_end(values);
	strncat(said, "\n", sizeof(said) - strlen(said) - 1);
}

static void choose(const char *words, unsigned there)
{
	memset(classes, 0, sizeof(classes));
	said[0] = '\0';
	keys = there;
	snprintf(machine.boot.command_line, sizeof(machine.boot.command_line), "%s", words);
	classes_choose();
	classes_say();
	joined_count = 0;
	classes_join();
}

static void test_keys_are_ones_own(void **state)
{
	(void)state;
	choose("compose=ic1", KEYS);
	for (unsigned server = SERVER_echo; server <= SERVER_device; server++) {
		assert_int_equal(classes[server].isolation, ISOLATION_KEY);
		assert_int_equal(classes[server].key, KEY_FIRST + server);
		assert_null(classes[server].why);
	}
	assert_non_null(strstr(said, "service clerk: class 1, key 4\n"));
}

static void test_refused_images(void **state)
{
	(void)state;
	choose("compose=ic1", KEYS);
	assert_int_equal(classes[SERVER_hostile].isolation, ISOLATION_SPACE);
	assert_string_equal(classes[SERVER_hostile].why, "it has WRMSR at 0x1005");
	assert_int_equal(classes[SERVER_crude].isolation, ISOLATION_SPACE);
	assert_string_equal(classes[SERVER_crude].why, "it has cli at 0x10");
	assert_non_null(strstr(said, "service crude: class 2, not 1: it has cli at 0x10\n"));
}

static void test_too_few_keys(void **state)
{
	(void)state;
	choose("compose=ic1", KEY_FIRST + 2);
	assert_int_equal(classes[SERVER_echo].key, KEY_FIRST);
	assert_int_equal(classes[SERVER_clerk].key, KEY_FIRST + 1);
	for (unsigned server = SERVER_relay; server <= SERVER_device; server++) {
		assert_int_equal(classes[server].isolation, ISOLATION_SPACE);
		assert_string_equal(classes[server].why, "there is no key left");
	}
}

static void test_no_keys(void **state)
{
	(void)state;
	choose("compose=ic1", 0);
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		assert_int_equal(classes[server].isolation, ISOLATION_SPACE);
	assert_non_null(strstr(said, "service echo: class 2, not 1: the processor has no supervisor protection keys\n"));
	choose("compose=ic0", 0);
	assert_int_equal(classes[SERVER_echo].isolation, ISOLATION_NONE);
	assert_int_equal(classes[SERVER_fickle].isolation, ISOLATION_SPACE);
}

static void test_keys_off(void **state)
{
	(void)state;
	choose("compose=ic1 keys=off", KEYS);
	assert_int_equal(classes[SERVER_echo].isolation, ISOLATION_KEY);
	assert_int_equal(classes[SERVER_echo].key, KEY_KERNEL);
	assert_int_equal(classes[SERVER_hostile].isolation, ISOLATION_SPACE); /* its image is refused all the same */
	assert_non_null(strstr(said, "no domain has a key"));
}

/* An image that the build refuses is the only one that may be had all the same. */
static void test_images_off(void **state)
{
	(void)state;
	defences_off = UINT64_C(1) << DEFENCE_images;
	choose("compose=ic1", KEYS);
	defences_off = 0;
	assert_int_equal(classes[SERVER_hostile].isolation, ISOLATION_KEY);
	assert_int_equal(classes[SERVER_crude].isolation, ISOLATION_KEY);
	choose("compose=ic1", KEYS);
	assert_int_equal(classes[SERVER_crude].isolation, ISOLATION_SPACE);
}

static void test_default(void **state)
{
	(void)state;
	choose("", KEYS);
	assert_non_null(strstr(said, "composition general\n"));
	assert_int_equal(classes[SERVER_echo].isolation, ISOLATION_SPACE);
	assert_int_equal(classes[SERVER_device].isolation, ISOLATION_KEY);
	choose("compose=isolated", KEYS);
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		assert_int_equal(classes[server].isolation, ISOLATION_SPACE);
		assert_null(classes[server].why);
	}
}

/* It is where the other one is, with that one's class and key, and takes no key itself. */
static void test_joined(void **state)
{
	(void)state;
	choose("", KEYS);
	assert_int_equal(classes[SERVER_pager].domain, SERVER_fs);
	assert_int_equal(classes[SERVER_fs].domain, SERVER_fs);
	assert_int_equal(classes[SERVER_fs].image, IMAGE_fs_shared);
	assert_int_equal(classes[SERVER_pager].isolation, ISOLATION_SPACE);
	assert_int_equal(joined_count, 1);
	assert_int_equal(joins[SERVER_pager], SERVER_fs);
	assert_non_null(strstr(said, "service fs: class 2\n"));
	assert_non_null(strstr(said, "service pager: joined to fs, class 2\n"));
	choose("compose=coalesced", KEYS);
	assert_int_equal(classes[SERVER_fs].image, IMAGE_fs_own);
	assert_int_equal(joins[SERVER_pager], SERVER_fs);
	choose("compose=separated", KEYS);
	assert_int_equal(joined_count, 0);
	assert_int_equal(classes[SERVER_fs].image, SERVER_fs);
	assert_int_equal(classes[SERVER_pager].domain, SERVER_pager);
	assert_non_null(strstr(said, "service pager: class 2\n"));
	choose("compose=ic1", KEYS);
	assert_int_equal(classes[SERVER_pager].isolation, ISOLATION_KEY);
	assert_int_equal(joins[SERVER_pager], SERVER_fs);
	assert_int_equal(classes[SERVER_pager].key, classes[SERVER_fs].key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_are_ones_own),
		cmocka_unit_test(test_refused_images),
		cmocka_unit_test(test_too_few_keys),
		cmocka_unit_test(test_no_keys),
		cmocka_unit_test(test_keys_off),
		cmocka_unit_test(test_images_off),
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
