/* acpi_power_test.c - ports of the FADT, and the _S5_ package in every encoding
 * SPDX-License-Identifier: MIT
 * The DSDT is not AML here but a row of bytes with a package in it, which is all that the reader
 * looks for. */
#include <stdbool.h>

#include "tests/unit/acpi_tables.h"

enum {
	FADT_BYTES = 244,
	IO         = 1,
	MEMORY     = 0,
};

static struct acpi_tables tables;
static uint64_t fadt;

static int set_up(void **state)
{
	(void)state;
	tables = acpi_tables_make();
	fadt = acpi_begin(&tables, "FACP", FADT_BYTES);
	put32(&tables.memory, fadt + 48, 0xb2);
	put8(&tables.memory, fadt + 52, 2);
	put32(&tables.memory, fadt + 64, 0x604);
	put32(&tables.memory, fadt + 76, 0x608);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	physical_memory_free(&tables.memory);
	return 0;
}

static void put_address(uint32_t offset, uint8_t space, uint64_t address)
{
	put8(&tables.memory, fadt + offset, space);
	put64(&tables.memory, fadt + offset + 4, address);
}

/* A DSDT of these bytes, which the FADT names. */
static uint64_t set_dsdt(const void *aml, uint32_t length)
{
	uint64_t dsdt = acpi_begin_unlisted(&tables, "DSDT", 36 + length);

	put_bytes(&tables.memory, dsdt + 36, aml, length);
	acpi_seal(&tables, dsdt);
	put32(&tables.memory, fadt + 40, (uint32_t)dsdt);
	return dsdt;
}

static status_t read_tables(void)
{
	acpi_seal(&tables, fadt);
	acpi_root_seal(&tables, ACPI_XSDT);
	return acpi_tables_read(&tables, ACPI_XAPIC, 0);
}

#define NAME 8, '_', 'S', '5', '_'
#define SOUND_S5 NAME, 0x12, 8, 4, 0x0a, 5, 0x0a, 6, 0, 0

static void set_sound_dsdt(void)
{
	static const uint8_t aml[] = { SOUND_S5 };

	set_dsdt(aml, sizeof(aml));
}

static void old_fields(void **state)
{
	(void)state;
	put32(&tables.memory, fadt + 68, 0x704);
	set_sound_dsdt();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_null(tables.machine.warning);
	assert_int_equal(tables.machine.pm_timer_port, 0x608);
	assert_false(tables.machine.pm_timer_32bit);
	assert_int_equal(tables.machine.power_off_port, 0x604);
	assert_int_equal(tables.machine.power_off_value, 5 << 10 | 1 << 13);
	assert_int_equal(tables.machine.power_off_port_b, 0x704);
	assert_int_equal(tables.machine.power_off_value_b, 6 << 10 | 1 << 13);
	assert_int_equal(tables.machine.acpi_enable_port, 0xb2);
	assert_int_equal(tables.machine.acpi_enable_value, 2);
	assert_int_equal(tables.machine.reset_port, 0);
}

static void extended_fields_win(void **state)
{
	(void)state;
	set_sound_dsdt();
	put_address(172, IO, 0x1804);
	put_address(184, IO, 0x1904);
	put_address(208, IO, 0x1808);
	put32(&tables.memory, fadt + 112, 1 << 8);
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.pm_timer_port, 0x1808);
	assert_true(tables.machine.pm_timer_32bit);
	assert_int_equal(tables.machine.power_off_port, 0x1804);
	assert_int_equal(tables.machine.power_off_port_b, 0x1904);
}

static void what_is_no_port_is_left_out(void **state)
{
	(void)state;
	set_sound_dsdt();
	put_address(172, MEMORY, 0x1804); /* the old field still says 0x604 */
	put_address(208, IO, 0x10808);
	put32(&tables.memory, fadt + 76, 0x10608);
	put32(&tables.memory, fadt + 48, 0x100b2);
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.power_off_port, 0x604);
	assert_int_equal(tables.machine.pm_timer_port, 0);
	assert_int_equal(tables.machine.acpi_enable_port, 0);
}

static void reset_register(void **state)
{
	(void)state;
	set_sound_dsdt();
	put_address(116, IO, 0xcf9);
	put8(&tables.memory, fadt + 128, 0xf);
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.reset_port, 0); /* the flag does not say that it is there */
	put32(&tables.memory, fadt + 112, 1 << 10);
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.reset_port, 0xcf9);
	assert_int_equal(tables.machine.reset_value, 0xf);
	put32(&tables.memory, fadt + 4, 128); /* the value is cut off */
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.reset_port, 0);
}

/* The oldest FADT has no extended fields: bytes behind it belong to others. */
static void fadt_of_every_length(void **state)
{
	(void)state;
	set_sound_dsdt();
	put_address(172, IO, 0x1804);
	put_address(208, IO, 0x1808);
	for (uint32_t length = 36; length <= FADT_BYTES; length++) {
		put64(&tables.memory, fadt + 140, length < 148 ? UINT64_MAX : 0);
		put32(&tables.memory, fadt + 4, length);
		assert_int_equal(read_tables(), length < 116 ? STATUS_BAD_FORMAT : STATUS_OK);
		assert_int_equal(tables.machine.warning == NULL, length >= 116);
		assert_int_equal(tables.machine.power_off_port,
				 length < 116 ? 0 : length < 184 ? 0x604 : 0x1804);
		assert_int_equal(tables.machine.pm_timer_port,
				 length < 116 ? 0 : length < 220 ? 0x608 : 0x1808);
		tables.end = tables.root; /* the next root lies where this one does */
	}
}

static void extended_dsdt_address_wins(void **state)
{
	static const uint8_t other[] = { NAME, 0x12, 4, 2, 1, 1 };
	uint64_t dsdt;

	(void)state;
	dsdt = set_dsdt(other, sizeof(other));
	set_sound_dsdt();
	put64(&tables.memory, fadt + 140, dsdt);
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.power_off_value, 1 << 10 | 1 << 13);
}

/* What read_tables() says about these bytes: the two sleep types, or a refusal. */
struct aml_case {
	const char *what;
	uint8_t bytes[24];
	uint32_t length;
	status_t status;
	int types[2]; /* -1: no way to power off */
};

#define AML(...) .bytes = { __VA_ARGS__ }, .length = sizeof((uint8_t[]){ __VA_ARGS__ })
#define GIVES(a, b) .status = STATUS_OK, .types = { a, b }
#define REFUSED .status = STATUS_BAD_FORMAT, .types = { -1, -1 }
#define ABSENT .status = STATUS_OK, .types = { -1, -1 }

static const struct aml_case aml_cases[] = {
	{ "zero and one", AML(NAME, 0x12, 6, 4, 0, 1, 0, 0), GIVES(0, 1) },
	{ "bytes", AML(SOUND_S5), GIVES(5, 6) },
	{ "word and dword", AML(NAME, 0x12, 10, 2, 0x0b, 7, 0, 0x0c, 3, 0, 0, 0), GIVES(7, 3) },
	{ "backslash", AML(8, '\\', '_', 'S', '5', '_', 0x12, 4, 2, 1, 0), GIVES(1, 0) },
	{ "length of two bytes", AML(NAME, 0x12, 0x46, 0, 2, 0x0a, 5, 0), GIVES(5, 0) },
	{ "length of four bytes", AML(NAME, 0x12, 0xc8, 0, 0, 0, 2, 0x0a, 5, 0), GIVES(5, 0) },
	{ "length beyond 15", AML(NAME, 0x12, 0x42, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), GIVES(1, 1) },
	{ "behind other bytes", AML(1, 2, '_', 'S', '5', NAME, 0x12, 4, 2, 1, 0), GIVES(1, 0) },
	{ "behind a mere mention", AML(0x70, '_', 'S', '5', '_', NAME, 0x12, 4, 2, 1, 1), GIVES(1, 1) },
	{ "behind a broken one", AML(NAME, 0x12, 2, 1, NAME, 0x12, 4, 2, 1, 1), GIVES(1, 1) },
	{ "nothing", AML(1, 2, 3), ABSENT },
	{ "a mere mention", AML(0x70, '_', 'S', '5', '_', 0x12, 4, 2, 1, 1), ABSENT },
	{ "another name", AML(8, '_', 'S', '4', '_', 0x12, 4, 2, 1, 1), ABSENT },
	{ "name at the very end", AML(NAME), REFUSED },
	{ "name cut off", AML(8, '_', 'S', '5'), ABSENT },
	{ "no package", AML(NAME, 0x0a, 5), REFUSED },
	{ "no length", AML(NAME, 0x12), REFUSED },
	{ "length cut off", AML(NAME, 0x12, 0xc4, 0), REFUSED },
	{ "length of 0", AML(NAME, 0x12, 0, 2, 1, 1), REFUSED },
	{ "longer than the table", AML(NAME, 0x12, 7, 4, 1, 1, 0, 0), REFUSED },
	{ "longer than anything", AML(NAME, 0x12, 0xcf, 0xff, 0xff, 0xff, 2, 1, 1), REFUSED },
	{ "length ends in itself", AML(NAME, 0x12, 0x41, 0, 2, 1, 1), REFUSED },
	{ "no count", AML(NAME, 0x12, 1, 2, 1, 1), REFUSED },
	{ "another kind of package", AML(NAME, 0x13, 4, 2, 1, 1), REFUSED },
	{ "one element", AML(NAME, 0x12, 3, 1, 1), REFUSED },
	{ "one element, and a byte more", AML(NAME, 0x12, 4, 1, 1, 1), REFUSED },
	{ "second outside the package", AML(NAME, 0x12, 3, 2, 1, 1), REFUSED },
	{ "value cut off", AML(NAME, 0x12, 4, 2, 1, 0x0a, 5), REFUSED },
	{ "word cut off", AML(NAME, 0x12, 5, 2, 1, 0x0b, 5, 0), REFUSED },
	{ "no sleep type", AML(NAME, 0x12, 5, 2, 0x0a, 8, 1), REFUSED },
	{ "word that is none", AML(NAME, 0x12, 6, 2, 0x0b, 5, 1, 1), REFUSED },
	{ "dword that is none", AML(NAME, 0x12, 8, 2, 0x0c, 5, 0, 0, 1, 1), REFUSED },
	{ "an operator", AML(NAME, 0x12, 8, 2, 6, 5, 0, 0, 0, 1), REFUSED },
	{ "a string", AML(NAME, 0x12, 5, 2, 0x0d, 0, 0), REFUSED },
	{ "a qword", AML(NAME, 0x12, 12, 2, 0x0e, 5, 0, 0, 0, 0, 0, 0, 0, 1), REFUSED },
};

static void s5_packages(void **state)
{
	uint64_t start = tables.end;

	(void)state;
	for (size_t i = 0; i < sizeof(aml_cases) / sizeof(aml_cases[0]); i++) {
		const struct aml_case *c = &aml_cases[i];
		status_t status;

		tables.end = start;
		set_dsdt(c->bytes, c->length);
		status = read_tables();
		if (status != c->status)
			fail_msg("%s: status %d", c->what, status);
		assert_int_equal(tables.machine.warning != NULL, status != STATUS_OK);
		assert_int_equal(tables.machine.pm_timer_port, 0x608); /* stays in any case */
		assert_int_equal(tables.machine.power_off_port, c->types[0] < 0 ? 0 : 0x604);
		if (c->types[0] < 0)
			continue;
		if (tables.machine.power_off_value != (c->types[0] << 10 | 1 << 13) ||
		    tables.machine.power_off_value_b != (c->types[1] << 10 | 1 << 13))
			fail_msg("%s: other sleep types", c->what);
	}
}

/* The DSDT is the last thing in view, so that AddressSanitizer sees a step beyond it. */
static void s5_at_the_views_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(aml_cases) / sizeof(aml_cases[0]); i++) {
		const struct aml_case *c = &aml_cases[i];

		tables.end = ACPI_TEST_SIZE - 36 - c->length;
		set_dsdt(c->bytes, c->length);
		tables.end = fadt + FADT_BYTES; /* where the root goes */
		assert_int_equal(read_tables(), c->status);
	}
}

static void hostile_dsdt(void **state)
{
	uint64_t dsdt, bad[] = { 0, fadt, ACPI_TEST_SIZE - 35, ACPI_TEST_SIZE, UINT64_MAX };
	static const uint8_t aml[] = { SOUND_S5 };

	(void)state;
	dsdt = set_dsdt(aml, sizeof(aml));
	for (int i = 0; i < 5; i++) {
		put32(&tables.memory, fadt + 40, 0);
		put64(&tables.memory, fadt + 140, bad[i]);
		assert_int_equal(read_tables(), i < 2 ? STATUS_BAD_FORMAT : STATUS_TRUNCATED);
		assert_non_null(tables.machine.warning);
		assert_int_equal(tables.machine.power_off_port, 0);
		assert_int_equal(tables.machine.pm_timer_port, 0x608);
	}
	put64(&tables.memory, fadt + 140, dsdt);
	put8(&tables.memory, dsdt + 37, 'X'); /* the sum is wrong now */
	assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
	assert_int_equal(tables.machine.power_off_port, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(old_fields),
		TEST(extended_fields_win),
		TEST(what_is_no_port_is_left_out),
		TEST(reset_register),
		TEST(fadt_of_every_length),
		TEST(extended_dsdt_address_wins),
		TEST(s5_packages),
		TEST(s5_at_the_views_end),
		TEST(hostile_dsdt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
