/* acpi_nodes_test.c - SRAT and SLIT
 * SPDX-License-Identifier: MIT
 * Holds acpi.h I2 and I3, and that a table with one wrong entry is left out as a whole. */
#include <stdbool.h>

#include "tests/unit/acpi_tables.h"

enum { DISABLED, ENABLED, HOT_PLUGGABLE, PERSISTENT = 4 };

static struct acpi_tables tables;
static uint64_t srat;

/* Cores 0 to 5, and a SRAT to be filled. */
static int set_up(void **state)
{
	uint64_t madt;

	(void)state;
	tables = acpi_tables_make();
	madt = acpi_begin_madt(&tables);
	for (uint8_t i = 0; i < 6; i++)
		acpi_add_core(&tables, madt, i, ENABLED);
	acpi_seal(&tables, madt);
	srat = acpi_begin(&tables, "SRAT", 48);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	physical_memory_free(&tables.memory);
	return 0;
}

static uint64_t add_core(uint8_t apic_id, uint32_t domain, uint32_t flags)
{
	uint64_t at = acpi_append(&tables, srat, 16);

	put8(&tables.memory, at + 1, 16);
	put8(&tables.memory, at + 2, (uint8_t)domain);
	put8(&tables.memory, at + 3, apic_id);
	put32(&tables.memory, at + 4, flags);
	put32(&tables.memory, at + 8, domain);
	put8(&tables.memory, at + 8, 0x55); /* "SAPIC EID": not a part of the domain */
	return at;
}

static uint64_t add_core_x2(uint32_t apic_id, uint32_t domain, uint32_t flags)
{
	uint64_t at = acpi_append(&tables, srat, 24);

	put8(&tables.memory, at, 2);
	put8(&tables.memory, at + 1, 24);
	put32(&tables.memory, at + 4, domain);
	put32(&tables.memory, at + 8, apic_id);
	put32(&tables.memory, at + 12, flags);
	return at;
}

static uint64_t add_memory(uint64_t start, uint64_t length, uint32_t domain, uint32_t flags)
{
	uint64_t at = acpi_append(&tables, srat, 40);

	put8(&tables.memory, at, 1);
	put8(&tables.memory, at + 1, 40);
	put32(&tables.memory, at + 2, domain);
	put64(&tables.memory, at + 8, start);
	put64(&tables.memory, at + 16, length);
	put32(&tables.memory, at + 28, flags);
	return at;
}

static uint64_t begin_slit(uint32_t count)
{
	uint64_t slit = acpi_begin(&tables, "SLIT", 44 + count * count);

	put64(&tables.memory, slit + 36, count);
	for (uint32_t from = 0; from < count; from++) {
		for (uint32_t to = 0; to < count; to++)
			put8(&tables.memory, slit + 44 + from * count + to,
			     (uint8_t)(from == to ? 10 : 30 + 10 * from + to));
	}
	return slit;
}

/* Seals everything up to here; the root comes last, so only once in a test. */
static void seal(void)
{
	for (uint32_t i = 0; i < tables.listed_count; i++)
		acpi_seal(&tables, tables.listed[i]);
	acpi_root_seal(&tables, ACPI_XSDT);
}

static status_t read_tables(void)
{
	status_t status = acpi_tables_read(&tables, ACPI_XAPIC, 0);

	acpi_check_invariants(&tables.machine);
	assert_int_equal(tables.machine.core_count, 6);
	return status;
}

static void expect_nodes_of_cores(const char *nodes)
{
	for (uint32_t i = 0; nodes[i]; i++)
		assert_int_equal(tables.machine.core[i].node, nodes[i] - '0');
}

static void expect_range(uint32_t index, uint64_t start, uint64_t end, uint16_t node)
{
	assert_true(index < tables.machine.memory_count);
	assert_int_equal(tables.machine.memory[index].range.start, start);
	assert_int_equal(tables.machine.memory[index].range.end, end);
	assert_int_equal(tables.machine.memory[index].node, node);
}

static void expect_one_node(void)
{
	assert_int_equal(tables.machine.node_count, 1);
	assert_int_equal(tables.machine.memory_count, 0);
	assert_int_equal(tables.machine.distance[0][0], 10);
	expect_nodes_of_cores("000000");
}

static void sparse_domains_become_dense_nodes(void **state)
{
	(void)state;
	add_core(0, 7, ENABLED);
	add_core(1, 0x01000007, ENABLED);
	add_core_x2(2, 3, ENABLED);
	add_core_x2(3, 0x02000000, ENABLED);
	add_core(4, 3, ENABLED);
	add_memory(0x40000000, 0x1000, 3, ENABLED);
	add_memory(0, 0x40000000, 7, ENABLED);
	add_memory(0x100000000, 0x1000, 0x01000007, ENABLED | HOT_PLUGGABLE);
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.node_count, 4);
	assert_int_equal(tables.machine.proximity_domain[0], 3);
	assert_int_equal(tables.machine.proximity_domain[2], 0x01000007);
	expect_nodes_of_cores("120300"); /* core 5 is not listed */
	assert_int_equal(tables.machine.memory_count, 3);
	expect_range(0, 0, 0x40000000, 1);
	expect_range(1, 0x40000000, 0x40001000, 0);
	expect_range(2, 0x100000000, 0x100001000, 2);
	assert_int_equal(tables.machine.distance[1][1], 10);
	assert_int_equal(tables.machine.distance[1][3], 20);
}

static void revision_1_has_8_bit_domains(void **state)
{
	(void)state;
	add_core(0, 0xabcdef00, ENABLED);
	add_core(1, 0x12345601, ENABLED);
	put8(&tables.memory, srat + 8, 1);
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.node_count, 2);
	assert_int_equal(tables.machine.proximity_domain[1], 1);
	expect_nodes_of_cores("010000");
}

static void entries_that_do_not_count(void **state)
{
	uint64_t unknown;

	(void)state;
	add_core(0, 5, ENABLED);
	add_core(1, 6, DISABLED);
	add_core_x2(2, 7, DISABLED);
	add_memory(0, 0x1000, 8, DISABLED);
	add_memory(0x1000, 0x1000, 8, ENABLED | PERSISTENT);
	add_memory(0x2000, 0, 8, ENABLED);
	add_core(200, 9, ENABLED); /* of a core that the MADT does not know: still a domain */
	unknown = add_core(1, 6, ENABLED);
	put8(&tables.memory, unknown, 3);
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.node_count, 2);
	assert_int_equal(tables.machine.memory_count, 0);
	expect_nodes_of_cores("000000");
}

static void empty_srat_is_one_node(void **state)
{
	(void)state;
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_null(tables.machine.warning);
	expect_one_node();
}

/* In turn: each length that an entry must not have, among entries that are sound. */
static void hostile_entries(void **state)
{
	static const uint8_t sound[3] = { 16, 40, 24 };
	static const uint8_t left[3] = { 80, 64, 24 }; /* from there to the table's end */
	uint64_t entries[3];

	(void)state;
	entries[0] = add_core(1, 1, ENABLED);
	entries[1] = add_memory(0, 0x1000, 0, ENABLED);
	entries[2] = add_core_x2(2, 1, ENABLED);
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.node_count, 2);
	for (int i = 0; i < 3; i++) {
		for (uint32_t length = 0; length < 256; length++) {
			if (length >= sound[i] && length <= left[i])
				continue;
			put8(&tables.memory, entries[i] + 1, (uint8_t)length);
			acpi_seal(&tables, srat);
			assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
			assert_non_null(tables.machine.warning);
			expect_one_node();
		}
		put8(&tables.memory, entries[i] + 1, sound[i]);
	}
	put64(&tables.memory, entries[1] + 8, UINT64_MAX - 0xfff); /* wraps */
	acpi_seal(&tables, srat);
	assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
	expect_one_node();
	put64(&tables.memory, entries[1] + 8, UINT64_MAX - 0x1000);
	acpi_seal(&tables, srat);
	assert_int_equal(read_tables(), STATUS_OK);
}

static void short_srat(void **state)
{
	(void)state;
	add_core(1, 1, ENABLED);
	seal();
	for (uint32_t length = 36; length < 48; length++) {
		put32(&tables.memory, srat + 4, length);
		acpi_seal(&tables, srat);
		assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
		expect_one_node();
	}
}

/* Each type's entry ends its table before its own fields do. */
static void short_entries_at_the_tables_end(void **state)
{
	static const uint8_t sound[] = { 16, 40, 24 };
	uint64_t at;

	(void)state;
	at = add_memory(0, 0x1000, 0, DISABLED);
	seal();
	for (uint8_t type = 0; type < 3; type++) {
		for (uint8_t length = 2; length <= sound[type]; length++) {
			put8(&tables.memory, at, type);
			put8(&tables.memory, at + 1, length);
			put32(&tables.memory, srat + 4, 48u + length);
			acpi_seal(&tables, srat);
			assert_int_equal(read_tables(),
					 length == sound[type] ? STATUS_OK : STATUS_BAD_FORMAT);
		}
	}
}

/* The SRAT is the last thing in view. */
static void short_srat_at_the_views_end(void **state)
{
	(void)state;
	for (uint32_t length = 36; length <= 48; length++) {
		tables.listed_count = 1;
		tables.end = ACPI_TEST_SIZE - length;
		srat = acpi_begin(&tables, "SRAT", length);
		tables.end = ACPI_TEST_FIRST + 0x1000; /* where the root goes */
		seal();
		assert_int_equal(read_tables(), length == 48 ? STATUS_OK : STATUS_BAD_FORMAT);
		expect_one_node();
	}
}

static void too_many_domains(void **state)
{
	uint64_t last;

	(void)state;
	for (uint32_t i = 0; i < ACPI_NODES; i++)
		add_core_x2(i, 1000 - i, ENABLED);
	last = add_core_x2(5, 1000, ENABLED);
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.node_count, ACPI_NODES);
	assert_int_equal(tables.machine.core[0].node, ACPI_NODES - 1);
	put32(&tables.memory, last + 4, 1);
	acpi_seal(&tables, srat);
	assert_int_equal(read_tables(), STATUS_NO_SPACE);
	expect_one_node();
}

static void too_many_ranges(void **state)
{
	uint64_t last;

	(void)state;
	for (uint64_t i = ACPI_MEMORY_RANGES; i > 0; i--)
		add_memory(i << 20, 1 << 20, i & 1, ENABLED);
	last = add_memory(0, 1 << 20, 0, DISABLED);
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.memory_count, ACPI_MEMORY_RANGES);
	expect_range(0, 1 << 20, 2 << 20, 1);
	put32(&tables.memory, last + 28, ENABLED);
	acpi_seal(&tables, srat);
	assert_int_equal(read_tables(), STATUS_NO_SPACE);
	expect_one_node();
}

static void distances_follow_the_domains(void **state)
{
	(void)state;
	add_core(0, 2, ENABLED);
	add_core(1, 0, ENABLED);
	add_core(2, 4, ENABLED); /* the SLIT stops before */
	begin_slit(3);
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	expect_nodes_of_cores("102000");
	assert_int_equal(tables.machine.distance[0][1], 32); /* domain 0 to 2 */
	assert_int_equal(tables.machine.distance[1][0], 50); /* domain 2 to 0 */
	assert_int_equal(tables.machine.distance[0][2], 20);
	assert_int_equal(tables.machine.distance[2][2], 10);
}

static void expect_default_distances(void)
{
	assert_non_null(tables.machine.warning);
	assert_int_equal(tables.machine.node_count, 2);
	assert_int_equal(tables.machine.distance[0][1], 20);
	assert_int_equal(tables.machine.distance[1][0], 20);
}

static void hostile_slit(void **state)
{
	static const uint64_t counts[] = { 3, 4096, 4097, 65536, UINT64_C(1) << 32, UINT64_MAX };
	uint64_t slit, end;

	(void)state;
	add_core(0, 0, ENABLED);
	add_core(1, 1, ENABLED);
	end = tables.end;
	tables.end = ACPI_TEST_SIZE - 48; /* nothing behind it is in view */
	slit = begin_slit(2);
	tables.end = end;
	seal();
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.distance[0][1], 31);
	for (int i = 0; i < 6; i++) { /* claims more than the table holds; squares wrap to 0 */
		put64(&tables.memory, slit + 36, counts[i]);
		acpi_seal(&tables, slit);
		assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
		expect_default_distances();
	}
	put64(&tables.memory, slit + 36, 2);
	put8(&tables.memory, slit + 44 + 3, 11); /* home is not 10 */
	acpi_seal(&tables, slit);
	assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
	expect_default_distances();
	put8(&tables.memory, slit + 44 + 3, 10);
	put8(&tables.memory, slit + 44 + 2, 9); /* nearer than home */
	acpi_seal(&tables, slit);
	assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
	expect_default_distances();
	put8(&tables.memory, slit + 44 + 2, 255);
	acpi_seal(&tables, slit);
	assert_int_equal(read_tables(), STATUS_OK);
	assert_int_equal(tables.machine.distance[1][0], 255);
	for (uint32_t length = 36; length < 48; length++) {
		put32(&tables.memory, slit + 4, length);
		acpi_seal(&tables, slit);
		assert_int_equal(read_tables(), STATUS_BAD_FORMAT);
		expect_default_distances();
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sparse_domains_become_dense_nodes),
		TEST(revision_1_has_8_bit_domains),
		TEST(entries_that_do_not_count),
		TEST(empty_srat_is_one_node),
		TEST(hostile_entries),
		TEST(short_srat),
		TEST(short_entries_at_the_tables_end),
		TEST(short_srat_at_the_views_end),
		TEST(too_many_domains),
		TEST(too_many_ranges),
		TEST(distances_follow_the_domains),
		TEST(hostile_slit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
