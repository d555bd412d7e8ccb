/* acpi_test.c - root pointer, root tables, MADT
 * SPDX-License-Identifier: MIT
 * Holds acpi.h I1 and acpi_table.h. Nodes, power, and all tables together have suites of their
 * own. */
#include "tests/unit/acpi_tables.h"

enum { ENABLED = 1, ONLINE_CAPABLE = 2 };

static struct acpi_tables tables;
static uint64_t madt;

static int set_up(void **state)
{
	(void)state;
	tables = acpi_tables_make();
	madt = acpi_begin_madt(&tables);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	physical_memory_free(&tables.memory);
	return 0;
}

static void seal(enum acpi_root_kind kind)
{
	acpi_seal(&tables, madt);
	acpi_root_seal(&tables, kind);
}

static status_t read_tables(enum acpi_apic_mode mode, uint32_t boot_apic_id)
{
	return acpi_tables_read(&tables, mode, boot_apic_id);
}

static void expect_cores(const uint32_t *apic_ids, uint32_t count)
{
	acpi_check_invariants(&tables.machine);
	assert_int_equal(tables.machine.core_count, count);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(tables.machine.core[i].apic_id, apic_ids[i]);
}

#define EXPECT_CORES(...) \
	expect_cores((const uint32_t[]){ __VA_ARGS__ }, \
		     sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void expect_boot_core_alone(uint32_t apic_id)
{
	EXPECT_CORES(apic_id);
	assert_int_equal(tables.machine.unusable_count, 0);
	assert_int_equal(tables.machine.local_apic, 0xfee00000);
	assert_int_equal(tables.machine.node_count, 1);
	assert_non_null(tables.machine.warning);
}

static void boot_core_is_first_others_ascend(void **state)
{
	(void)state;
	acpi_add_core(&tables, madt, 9, ENABLED);
	acpi_add_core(&tables, madt, 2, ENABLED);
	acpi_add_core(&tables, madt, 4, ENABLED);
	acpi_add_core(&tables, madt, 0, ENABLED);
	acpi_add_core_x2(&tables, madt, 7, ENABLED);
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_XAPIC, 4), STATUS_OK);
	EXPECT_CORES(4, 0, 2, 7, 9);
	assert_null(tables.machine.warning);
	assert_int_equal(tables.machine.unusable_count, 0);
	assert_int_equal(tables.machine.local_apic, 0xfee00000);
	assert_int_equal(tables.machine.distance[0][0], 10);
	assert_int_equal(tables.machine.power_off_port, 0);
}

static void rsdt_of_revision_0(void **state)
{
	(void)state;
	acpi_add_core(&tables, madt, 0, ENABLED);
	acpi_add_core(&tables, madt, 1, ENABLED);
	seal(ACPI_RSDT);
	put32(&tables.memory, ACPI_TEST_RSDP + 20, 0xffffffff); /* beyond revision 0's end: must not matter */
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_OK);
	EXPECT_CORES(0, 1);
	put8(&tables.memory, ACPI_TEST_RSDP + 10, 1); /* its one sum is wrong */
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
	expect_boot_core_alone(0);
}

static void only_enabled_cores_count_and_once(void **state)
{
	(void)state;
	acpi_add_core(&tables, madt, 0, ENABLED);
	acpi_add_core(&tables, madt, 1, 0);
	acpi_add_core(&tables, madt, 2, ONLINE_CAPABLE);
	acpi_add_core_x2(&tables, madt, 3, ONLINE_CAPABLE);
	acpi_add_core(&tables, madt, 4, ENABLED | ONLINE_CAPABLE);
	acpi_add_core_x2(&tables, madt, 4, ENABLED);
	acpi_add_core(&tables, madt, 6, ENABLED);
	acpi_add_core(&tables, madt, 4, ENABLED);
	acpi_add_core_x2(&tables, madt, 0, ENABLED);
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_OK);
	EXPECT_CORES(0, 4, 6);
}

static void boot_core_need_not_be_listed(void **state)
{
	(void)state;
	acpi_add_core(&tables, madt, 1, ENABLED);
	acpi_add_core(&tables, madt, 3, 0);
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_XAPIC, 3), STATUS_OK);
	EXPECT_CORES(3, 1);
}

static void ids_beyond_the_apic_mode(void **state)
{
	(void)state;
	acpi_add_core(&tables, madt, 0, ENABLED);
	acpi_add_core_x2(&tables, madt, 0x1000, ENABLED);
	acpi_add_core_x2(&tables, madt, 0xffffffff, ENABLED);
	acpi_add_core_x2(&tables, madt, 300, 0); /* disabled: unusable, but nobody misses it */
	acpi_add_core_x2(&tables, madt, 256, ENABLED);
	acpi_add_core(&tables, madt, 255, ENABLED);
	acpi_add_core(&tables, madt, 254, ENABLED);
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_OK);
	EXPECT_CORES(0, 254);
	assert_int_equal(tables.machine.unusable_count, 4);
	assert_int_equal(tables.machine.first_unusable_apic_id, 255);
	assert_int_equal(read_tables(ACPI_X2APIC, 0), STATUS_OK);
	EXPECT_CORES(0, 254, 255, 256, 0x1000);
	assert_int_equal(tables.machine.unusable_count, 1);
	assert_int_equal(tables.machine.first_unusable_apic_id, 0xffffffff);
}

/* 300 cores in descending order and sparse; the boot core's id is the highest but one. */
static void surplus_cores_are_counted(void **state)
{
	(void)state;
	for (uint32_t i = 300; i > 0; i--)
		acpi_add_core_x2(&tables, madt, 2 * i, ENABLED);
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_X2APIC, 598), STATUS_OK);
	acpi_check_invariants(&tables.machine);
	assert_int_equal(tables.machine.core_count, ACPI_CORES);
	assert_int_equal(tables.machine.core[0].apic_id, 598);
	assert_int_equal(tables.machine.core[1].apic_id, 2);
	assert_int_equal(tables.machine.core[254].apic_id, 508);
	assert_int_equal(tables.machine.unusable_count, 45);
	assert_int_equal(tables.machine.first_unusable_apic_id, 510);
}

static void surplus_cores_in_ascending_order(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 300; i++)
		acpi_add_core_x2(&tables, madt, i, ENABLED);
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_X2APIC, 0), STATUS_OK);
	acpi_check_invariants(&tables.machine);
	assert_int_equal(tables.machine.core_count, ACPI_CORES);
	assert_int_equal(tables.machine.core[254].apic_id, 254);
	assert_int_equal(tables.machine.unusable_count, 45);
	assert_int_equal(tables.machine.first_unusable_apic_id, 255);
}

static void address_override(void **state)
{
	uint64_t at = acpi_append(&tables, madt, 12);

	(void)state;
	put8(&tables.memory, at, 5);
	put8(&tables.memory, at + 1, 12);
	put64(&tables.memory, at + 4, 0x1fee00000);
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_OK);
	assert_int_equal(tables.machine.local_apic, 0x1fee00000);
	put8(&tables.memory, at + 1, 11);
	acpi_seal(&tables, madt);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
	expect_boot_core_alone(0);
}

static void no_madt_is_one_core(void **state)
{
	(void)state;
	tables.listed_count = 0;
	seal(ACPI_XSDT);
	assert_int_equal(read_tables(ACPI_XAPIC, 5), STATUS_OK);
	EXPECT_CORES(5);
	assert_null(tables.machine.warning);
}

static void no_root_pointer_is_one_core(void **state)
{
	(void)state;
	assert_int_equal(acpi_read(&tables.machine, view_of(&tables.memory), 0, ACPI_XAPIC, 6),
			 STATUS_NOT_FOUND);
	expect_boot_core_alone(6);
	assert_int_equal(acpi_read(&tables.machine, view_of(&tables.memory), UINT64_MAX - 3, ACPI_XAPIC, 6),
			 STATUS_TRUNCATED);
	expect_boot_core_alone(6);
}

/* One bit anywhere in a root or in the MADT is wrong: the sum says so. */
static void wrong_checksums(void **state)
{
	uint64_t places[4];

	(void)state;
	acpi_add_core(&tables, madt, 0, ENABLED);
	acpi_add_core(&tables, madt, 1, ENABLED);
	seal(ACPI_XSDT);
	places[0] = ACPI_TEST_RSDP + 8;
	places[1] = ACPI_TEST_RSDP + 33; /* covered by the second sum alone */
	places[2] = tables.root + 20;
	places[3] = madt + 20;
	for (int i = 0; i < 4; i++) {
		uint8_t sound = tables.memory.bytes[places[i]];

		put8(&tables.memory, places[i], sound ^ 0x10);
		assert_int_equal(read_tables(ACPI_XAPIC, 1), STATUS_BAD_FORMAT);
		expect_boot_core_alone(1);
		put8(&tables.memory, places[i], sound);
		assert_int_equal(read_tables(ACPI_XAPIC, 1), STATUS_OK);
		EXPECT_CORES(1, 0);
	}
}

static void hostile_root_pointer(void **state)
{
	static const uint32_t lengths[] = { 0, 20, 35, ACPI_TEST_SIZE, 0xffffffff };

	(void)state;
	seal(ACPI_XSDT);
	for (int i = 0; i < 5; i++) {
		put32(&tables.memory, ACPI_TEST_RSDP + 20, lengths[i]);
		assert_int_equal(read_tables(ACPI_XAPIC, 0),
				 lengths[i] < 36 ? STATUS_BAD_FORMAT : STATUS_TRUNCATED);
		expect_boot_core_alone(0);
	}
	put_bytes(&tables.memory, ACPI_TEST_RSDP, "RSD PTR", 8);
	set_sum(&tables.memory, ACPI_TEST_RSDP, 20, ACPI_TEST_RSDP + 8);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
	expect_boot_core_alone(0);
}

static void set_root_entry(uint32_t index, uint64_t address)
{
	put64(&tables.memory, tables.root + 36 + 8 * index, address);
	acpi_seal(&tables, tables.root);
}

static void hostile_root_entries(void **state)
{
	uint64_t beyond[] = { ACPI_TEST_SIZE, ACPI_TEST_SIZE - 35, UINT64_MAX, UINT64_MAX - 35 };

	(void)state;
	acpi_add_core(&tables, madt, 0, ENABLED);
	acpi_add_core(&tables, madt, 1, ENABLED);
	tables.listed[tables.listed_count++] = 0; /* reads as no known signature */
	seal(ACPI_XSDT);
	for (int i = 0; i < 4; i++) {
		set_root_entry(1, beyond[i]); /* behind the MADT, which is found all the same */
		assert_int_equal(read_tables(ACPI_XAPIC, 1), STATUS_TRUNCATED); /* what it is nobody knows */
		EXPECT_CORES(1, 0);
		assert_non_null(tables.machine.warning);
		set_root_entry(0, beyond[i]);
		assert_int_equal(read_tables(ACPI_XAPIC, 1), STATUS_TRUNCATED);
		expect_boot_core_alone(1);
		set_root_entry(0, madt);
	}
	set_root_entry(1, tables.root); /* the root names itself, and is looked at once */
	assert_int_equal(read_tables(ACPI_XAPIC, 1), STATUS_OK);
	EXPECT_CORES(1, 0);
	put_bytes(&tables.memory, tables.root, "APIC", 4);
	acpi_seal(&tables, tables.root);
	assert_int_equal(read_tables(ACPI_XAPIC, 1), STATUS_BAD_FORMAT);
	expect_boot_core_alone(1);
}

static void hostile_table_lengths(void **state)
{
	static const uint32_t lengths[] = { 0, 35, 36, 43, ACPI_TEST_SIZE, 0xffffffff };

	(void)state;
	acpi_add_core(&tables, madt, 0, ENABLED);
	seal(ACPI_XSDT);
	for (int i = 0; i < 6; i++) {
		put32(&tables.memory, madt + 4, lengths[i]);
		if (lengths[i] == 36 || lengths[i] == 43)
			acpi_seal(&tables, madt);
		assert_int_equal(read_tables(ACPI_XAPIC, 0),
				 lengths[i] < ACPI_TEST_SIZE ? STATUS_BAD_FORMAT : STATUS_TRUNCATED);
		expect_boot_core_alone(0);
	}
}

/* The MADT is the last thing in view: what it lacks nobody may look for behind it. */
static void short_madt_at_the_views_end(void **state)
{
	static const uint8_t entries[] = { 0, 8, 0, 1, ENABLED, 0, 0, 0 };

	(void)state;
	for (uint32_t length = 36; length <= 52; length++) {
		tables.listed_count = 0;
		tables.end = ACPI_TEST_SIZE - length;
		madt = acpi_begin(&tables, "APIC", length);
		if (length > 44)
			put_bytes(&tables.memory, madt + 44, entries, length - 44);
		tables.end = ACPI_TEST_FIRST; /* where the root goes */
		seal(ACPI_XSDT);
		assert_int_equal(read_tables(ACPI_XAPIC, 0),
				 length == 44 || length == 52 ? STATUS_OK : STATUS_BAD_FORMAT);
		assert_int_equal(tables.machine.core_count, length == 52 ? 2 : 1);
	}
}

/* Each type's entry ends its table before its own fields do. */
static void short_madt_entries_at_the_tables_end(void **state)
{
	static const uint8_t sound[][2] = { { 0, 8 }, { 5, 12 }, { 9, 16 } };
	uint64_t at;

	(void)state;
	at = acpi_add_core_x2(&tables, madt, 1, ENABLED);
	seal(ACPI_XSDT);
	for (int i = 0; i < 3; i++) {
		for (uint8_t length = 0; length <= sound[i][1]; length++) {
			put8(&tables.memory, at, sound[i][0]);
			put8(&tables.memory, at + 1, length);
			put32(&tables.memory, madt + 4, 44u + (length < 2 ? 2 : length));
			acpi_seal(&tables, madt);
			assert_int_equal(read_tables(ACPI_XAPIC, 0),
					 length == sound[i][1] ? STATUS_OK : STATUS_BAD_FORMAT);
		}
	}
	put_bytes(&tables.memory, at, "\x7f\x01\x02", 3); /* a head of one byte, of a type not known */
	put32(&tables.memory, madt + 4, 44 + 3);
	acpi_seal(&tables, madt);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
}

/* An entry of length 0 would be met for ever; one that is too long would lead out of the table. */
static void hostile_madt_entries(void **state)
{
	static const uint8_t lengths[] = { 0, 1, 7, 9, 255 };
	static const uint8_t lengths_x2[] = { 0, 1, 15, 17, 255 };
	uint64_t x2, old;

	(void)state;
	acpi_add_core(&tables, madt, 0, ENABLED);
	acpi_add_core(&tables, madt, 3, ENABLED);
	x2 = acpi_add_core_x2(&tables, madt, 1, ENABLED);
	seal(ACPI_XSDT);
	for (int i = 0; i < 5; i++) {
		put8(&tables.memory, x2 + 1, lengths_x2[i]);
		acpi_seal(&tables, madt);
		assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
		expect_boot_core_alone(0);
	}
	put8(&tables.memory, x2 + 1, 16);
	old = x2 - 8;
	put32(&tables.memory, madt + 4, (uint32_t)(x2 - madt)); /* the old form is the last entry now */
	for (int i = 0; i < 5; i++) {
		put8(&tables.memory, old + 1, lengths[i]);
		acpi_seal(&tables, madt);
		assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
		expect_boot_core_alone(0);
	}
	put8(&tables.memory, old + 1, 8);
	put8(&tables.memory, old, 0x7f); /* unknown types are passed over */
	acpi_seal(&tables, madt);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_OK);
	EXPECT_CORES(0);
	put32(&tables.memory, madt + 4, (uint32_t)(x2 - madt + 1)); /* half a head at the end */
	acpi_seal(&tables, madt);
	assert_int_equal(read_tables(ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
	expect_boot_core_alone(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(boot_core_is_first_others_ascend),
		TEST(rsdt_of_revision_0),
		TEST(only_enabled_cores_count_and_once),
		TEST(boot_core_need_not_be_listed),
		TEST(ids_beyond_the_apic_mode),
		TEST(surplus_cores_are_counted),
		TEST(surplus_cores_in_ascending_order),
		TEST(address_override),
		TEST(no_madt_is_one_core),
		TEST(no_root_pointer_is_one_core),
		TEST(wrong_checksums),
		TEST(hostile_root_pointer),
		TEST(hostile_root_entries),
		TEST(hostile_table_lengths),
		TEST(hostile_madt_entries),
		TEST(short_madt_at_the_views_end),
		TEST(short_madt_entries_at_the_tables_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
