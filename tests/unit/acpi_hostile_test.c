/* acpi_hostile_test.c - a machine with every table, whole, cut short, shortened and mutated
 * SPDX-License-Identifier: MIT
 * Whatever firmware writes, the answer is sound, and AddressSanitizer sees no byte read beyond
 * the view. Holds acpi.h I1 to I3. */
#include "tests/unit/acpi_tables.h"

enum { ENABLED = 1 };

static struct acpi_tables tables;

static int set_up(void **state)
{
	(void)state;
	tables = acpi_tables_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	physical_memory_free(&tables.memory);
	return 0;
}

static void add_srat_core(uint64_t srat, uint8_t apic_id, uint8_t domain)
{
	uint64_t at = acpi_append(&tables, srat, 16);

	put8(&tables.memory, at + 1, 16);
	put8(&tables.memory, at + 2, domain);
	put8(&tables.memory, at + 3, apic_id);
	put32(&tables.memory, at + 4, ENABLED);
}

static void add_srat_memory(uint64_t srat, uint64_t start, uint64_t length, uint32_t domain)
{
	uint64_t at = acpi_append(&tables, srat, 40);

	put8(&tables.memory, at, 1);
	put8(&tables.memory, at + 1, 40);
	put32(&tables.memory, at + 2, domain);
	put64(&tables.memory, at + 8, start);
	put64(&tables.memory, at + 16, length);
	put32(&tables.memory, at + 28, ENABLED);
}

/* One of every table that is read: two nodes, four cores, power. */
static void add_everything(void)
{
	static const uint8_t s5[] = { 8, '_', 'S', '5', '_', 0x12, 6, 4, 0x0a, 5, 0, 0 };
	uint64_t madt = acpi_begin_madt(&tables), table, dsdt;

	for (uint8_t i = 0; i < 4; i++)
		acpi_add_core(&tables, madt, i, ENABLED);
	acpi_seal(&tables, madt);
	table = acpi_begin(&tables, "SRAT", 48);
	for (uint8_t i = 0; i < 4; i++)
		add_srat_core(table, i, i / 2);
	add_srat_memory(table, 0x10000000, 0x10000000, 1);
	add_srat_memory(table, 0, 0x10000000, 0);
	acpi_seal(&tables, table);
	table = acpi_begin(&tables, "SLIT", 44 + 4);
	put64(&tables.memory, table + 36, 2);
	put32(&tables.memory, table + 44, 0x0a15150a);
	acpi_seal(&tables, table);
	dsdt = acpi_begin_unlisted(&tables, "DSDT", 36 + sizeof(s5));
	put_bytes(&tables.memory, dsdt + 36, s5, sizeof(s5));
	acpi_seal(&tables, dsdt);
	table = acpi_begin(&tables, "FACP", 244);
	put32(&tables.memory, table + 40, (uint32_t)dsdt);
	put32(&tables.memory, table + 64, 0x604);
	put32(&tables.memory, table + 76, 0x608);
	acpi_seal(&tables, table);
	acpi_root_seal(&tables, ACPI_XSDT);
}

static void everything_at_once(void **state)
{
	(void)state;
	add_everything();
	assert_int_equal(acpi_tables_read(&tables, ACPI_XAPIC, 0), STATUS_OK);
	acpi_check_invariants(&tables.machine);
	assert_int_equal(tables.machine.core_count, 4);
	assert_int_equal(tables.machine.core[2].node, 1);
	assert_int_equal(tables.machine.memory[1].range.start, 0x10000000);
	assert_int_equal(tables.machine.distance[0][1], 0x15);
	assert_int_equal(tables.machine.pm_timer_port, 0x608);
	assert_int_equal(tables.machine.power_off_port, 0x604);
	assert_int_equal(tables.machine.power_off_value, 0x3400);
}

/* The first table that is left out is the one named. */
static void the_first_problem_is_reported(void **state)
{
	const char *of_slit;

	(void)state;
	add_everything();
	put8(&tables.memory, tables.listed[2] + 44, 11);
	acpi_seal(&tables, tables.listed[2]);
	assert_int_equal(acpi_tables_read(&tables, ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
	of_slit = tables.machine.warning;
	assert_non_null(strstr(of_slit, "SLIT"));
	put64(&tables.memory, tables.root + 36 + 8 * 3, ACPI_TEST_SIZE); /* the FADT is out of view */
	acpi_seal(&tables, tables.root);
	assert_int_equal(acpi_tables_read(&tables, ACPI_XAPIC, 0), STATUS_BAD_FORMAT);
	assert_string_equal(tables.machine.warning, of_slit);
	put32(&tables.memory, tables.listed[0] + 4, 0xffffffff);
	assert_int_equal(acpi_tables_read(&tables, ACPI_XAPIC, 0), STATUS_TRUNCATED);
	assert_non_null(strstr(tables.machine.warning, "MADT"));
}

/* Views of every size: whatever is cut off, the rest is sound, and AddressSanitizer is silent. */
static void every_truncation(void **state)
{
	struct acpi_tables whole;
	uint64_t end;

	(void)state;
	add_everything();
	whole = tables;
	end = whole.end;
	for (uint64_t size = 0; size <= end; size++) {
		tables.memory = physical_memory_cut(&whole.memory, size);
		assert_int_equal(acpi_tables_read(&tables, ACPI_XAPIC, 2), size == end ? STATUS_OK : STATUS_TRUNCATED);
		acpi_check_invariants(&tables.machine);
		physical_memory_free(&tables.memory);
	}
	tables.memory = whole.memory;
}

/* Each table claims to be shorter than it is, with a right sum: never a crash, never half a table believed. */
static void every_shortening(void **state)
{
	(void)state;
	add_everything();
	for (uint32_t i = 0; i < tables.listed_count; i++) {
		uint64_t table = tables.listed[i];
		uint32_t sound = load32(tables.memory.bytes + table + 4);

		for (uint32_t length = 36; length <= sound; length++) {
			status_t status;

			put32(&tables.memory, table + 4, length);
			acpi_seal(&tables, table);
			status = acpi_tables_read(&tables, ACPI_XAPIC, 0);
			assert_true(status == STATUS_OK || status == STATUS_BAD_FORMAT);
			assert_int_equal(status == STATUS_OK, tables.machine.warning == NULL);
			acpi_check_invariants(&tables.machine);
		}
	}
	assert_int_equal(acpi_tables_read(&tables, ACPI_XAPIC, 0), STATUS_OK);
}

/* Random bytes in tables whose sums are then made right again, so that the readers see them. */
static void mutations_keep_the_invariants(void **state)
{
	uint64_t seed = 0xac91ac91;
	struct acpi_tables sound;
	uint32_t refused = 0;

	(void)state;
	add_everything();
	sound = tables;
	for (int round = 0; round < 20000; round++) {
		status_t status;

		tables.memory = physical_memory_cut(&sound.memory, sound.end);
		for (uint64_t count = 1 + next_random(&seed) % 6; count > 0; count--) {
			uint64_t at = ACPI_TEST_FIRST + next_random(&seed) % (sound.end - ACPI_TEST_FIRST);

			put8(&tables.memory, at, (uint8_t)(next_random(&seed) % 3 ? next_random(&seed) : 0));
		}
		for (uint32_t i = 0; i < tables.listed_count; i++)
			acpi_seal(&tables, tables.listed[i]);
		acpi_seal(&tables, tables.root);
		status = acpi_tables_read(&tables, next_random(&seed) % 2 ? ACPI_XAPIC : ACPI_X2APIC, 0);
		refused += status != STATUS_OK;
		assert_int_equal(status == STATUS_OK, tables.machine.warning == NULL);
		acpi_check_invariants(&tables.machine);
		physical_memory_free(&tables.memory);
	}
	assert_in_range(refused, 1000, 19000); /* the mutations do reach both ways */
	tables = sound;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_at_once),
		TEST(the_first_problem_is_reported),
		TEST(every_truncation),
		TEST(every_shortening),
		TEST(mutations_keep_the_invariants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
