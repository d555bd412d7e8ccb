/* model_machine_file_test.c - a machine is read as it was written, and every violation is refused with its reason
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scalability-tests/machine/machine_file.h"

enum { TEXT = 1 << 16 };

static struct model_machine machine;
static char file[64];
static char reason[512];

/* Four cores in three groups, two nodes; costs are 1, 2, 3 ... in the table's order. */
static void write_good(char *text)
{
	text += sprintf(text, "# a machine\nmodel 1\nname test-1\nmhz 2400 # its clock\n\n");
	for (unsigned int i = 0; i < COSTS; i++)
		text += sprintf(text, "cost %s %u\n", cost_name(i), i + 1);
	sprintf(text, "private 4096 8\nshared 491520 24\ntlb 512\ngroups 3\n"
		      "distance 0 0 1 2\ndistance 1 1 0 3\ndistance 2 2 3 0\n"
		      "core 0 0 0\ncore 1 0 0\ncore 2 1 0\ncore 3 2 1\n"
		      "node 0 1048576 0\nnode 1\t2097152   2\n");
}

static int read_text(const char *text)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
	reason[0] = '\0';
	return machine_file_read(&machine, file, reason, sizeof(reason));
}

/* The good machine with the first `old` replaced by `new`. */
static void make_bad(char *text, const char *old, const char *new)
{
	char good[TEXT], *place;

	write_good(good);
	place = strstr(good, old);
	assert_non_null(place);
	sprintf(text, "%.*s%s%s", (int)(place - good), good, new, place + strlen(old));
}

static void assert_refused(const char *old, const char *new, const char *expected)
{
	char text[TEXT];

	make_bad(text, old, new);
	assert_int_equal(read_text(text), -1);
	if (!strstr(reason, expected))
		fail_msg("'%s' for '%s': the reason is \"%s\", not \"...%s...\"", new, old, reason, expected);
	assert_ptr_equal(strstr(reason, file), reason);
}

static void a_good_machine_is_read(void **state)
{
	char text[TEXT];

	(void)state;
	write_good(text);
	if (read_text(text) != 0)
		fail_msg("%s", reason);
	assert_string_equal(machine.name, "test-1");
	assert_int_equal(machine.mhz, 2400);
	assert_int_equal(machine.cores, 4);
	assert_int_equal(machine.groups, 3);
	assert_int_equal(machine.nodes, 2);
	assert_int_equal(machine.tlb_entries, 512);
	assert_int_equal(machine.private_cache.lines, 4096);
	assert_int_equal(machine.private_cache.ways, 8);
	assert_int_equal(machine.shared_cache.lines, 491520);
	assert_int_equal(machine.shared_cache.ways, 24);
	for (unsigned int i = 0; i < COSTS; i++)
		assert_int_equal(machine.costs[i], i + 1);
	assert_int_equal(machine.group_of[3], 2);
	assert_int_equal(machine.node_of[3], 1);
	assert_int_equal(machine.node[1].bytes, 2097152);
	assert_int_equal(machine.node[1].group, 2);
	assert_int_equal(machine_memory(&machine), 3145728);
}

static void ways_are_made_of_steps(void **state)
{
	char text[TEXT];

	(void)state;
	write_good(text);
	assert_int_equal(read_text(text), 0);
	machine.costs[COST_cross] = 10;
	machine.costs[COST_hop] = 200;
	machine.costs[COST_far] = 3000;
	machine.distance[0][2] = 4;
	assert_int_equal(machine_way(&machine, 0, 0), 0);
	assert_int_equal(machine_way(&machine, 0, 1), 10);
	assert_int_equal(machine_way(&machine, 2, 0), 200);
	assert_int_equal(machine_way(&machine, 1, 2), 3200);
	assert_int_equal(machine_way(&machine, 0, 2), 6200);
}

static void no_shared_cache_is_said_with_zeros(void **state)
{
	char text[TEXT];

	(void)state;
	make_bad(text, "shared 491520 24", "shared 0 0");
	assert_int_equal(read_text(text), 0);
	assert_int_equal(machine.shared_cache.ways, 0);
	assert_refused("shared 491520 24", "shared 491520 0", "0 of both");
	assert_refused("private 4096 8", "private 0 0", "power of two");
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	assert_refused("model 1\n", "", ":2: 'name' is before the format");
	assert_refused("name test-1\n", "", "there is no 'name'; add `name NAME`");
	assert_refused("mhz 2400 # its clock\n", "", "there is no 'mhz'");
	assert_refused("cost memory 8\n", "", "there is no cost memory; add `cost memory CYCLES`");
	assert_refused("private 4096 8\n", "", "there is no 'private'");
	assert_refused("shared 491520 24\n", "", "there is no 'shared'");
	assert_refused("tlb 512\n", "", "there is no 'tlb'");
	assert_refused("groups 3\n", "", "put `groups G` before");
	assert_refused("distance 2 2 3 0\n", "", "3 groups have a distance line each, not 2");
	assert_refused("core 0 0 0\ncore 1 0 0\ncore 2 1 0\ncore 3 2 1\n", "", "there is no 'core'");
	assert_refused("node 0 1048576 0\nnode 1\t2097152   2\n", "", "there is no 'node'");
	assert_int_equal(read_text(""), -1);
	assert_non_null(strstr(reason, "there is no 'model'"));
}

static void what_is_twice_is_refused(void **state)
{
	(void)state;
	assert_refused("name test-1", "name a\nname b", ":4: 'name' is here a second time");
	assert_refused("mhz 2400", "mhz 1\nmhz 1", "'mhz' is here a second time");
	assert_refused("groups 3", "groups 3\ngroups 3", "'groups' is here a second time");
	assert_refused("cost memory 8", "cost memory 8\ncost memory 8", "cost memory is here twice");
	assert_refused("core 1 0 0", "core 0 0 0", "this is to be core 1, not 0");
	assert_refused("node 1\t", "node 0\t", "this is to be node 1, not 0");
	assert_refused("distance 1 1 0 3", "distance 0 0 1 2", "this is to be group 1, not 0");
}

static void what_is_no_number_is_refused(void **state)
{
	(void)state;
	assert_refused("mhz 2400", "mhz fast", ":4: mhz is to be a number from 1 to 100000, not 'fast'");
	assert_refused("mhz 2400", "mhz 0", "from 1 to 100000, not '0'");
	assert_refused("mhz 2400", "mhz -5", "not '-5'");
	assert_refused("mhz 2400", "mhz 24MHz", "not '24MHz'");
	assert_refused("mhz 2400", "mhz 99999999999999999999999", "a number from 1");
	assert_refused("cost memory 8", "cost memory 1000001", "from 0 to 1000000");
	assert_refused("tlb 512", "tlb 2", "from 4 to");
	assert_refused("node 0 1048576", "node 0 1e6", "a node's bytes is to be a number");
	assert_refused("model 1", "model 2", "format 2 is not known");
	assert_refused("model 1", "model one", "not 'one'");
}

static void what_is_out_of_range_is_refused(void **state)
{
	(void)state;
	assert_refused("groups 3", "groups 0", "from 1 to 256, not '0'");
	assert_refused("groups 3", "groups 257", "from 1 to 256, not '257'");
	assert_refused("core 2 1 0", "core 2 3 0", "a group is to be a number from 0 to 2, not '3'");
	assert_refused("core 3 2 1", "core 3 2 2", "core 3 is at node 2, and there are 2 nodes");
	assert_refused("core 3 2 1", "core 256 2 1", "a core is to be a number from 0 to 255, not '256'");
	assert_refused("node 1\t2097152   2", "node 1 2097152 3", "a group is to be");
	assert_refused("node 0 1048576", "node 0 1048577", "whole pages");
	assert_refused("node 0 1048576", "node 0 137438953472", "more than 128 GiB together");
	assert_refused("distance 0 0 1 2", "distance 0 0 1 16", "a distance is to be a number from 0 to 15");
}

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	assert_refused("distance 0 0 1 2", "distance 0 0 0 2", "0 steps from itself alone");
	assert_refused("distance 0 0 1 2", "distance 0 1 1 2", "0 steps from itself alone");
	assert_refused("distance 1 1 0 3", "distance 1 2 0 3", "2 steps from group 1 to 0 and 1 back");
	assert_refused("distance 1 1 0 3", "distance 1 1 0", "3 groups have 3 distances here, not 2");
	assert_refused("distance 1 1 0 3", "distance 1 1 0 3 1", "3 distances here, not 4");
	assert_refused("private 4096 8", "private 4096 7", "4096 lines do not make sets of 7 ways");
	assert_refused("private 4096 8", "private 4080 8", "a power of two of sets, not 510");
	assert_refused("private 4096 8", "private 4096 128", "ways is to be a number from 0 to 64");
	assert_refused("tlb 512", "tlb 510", "a multiple of its 4 ways");
}

static void what_is_not_understood_is_refused(void **state)
{
	char text[TEXT];

	(void)state;
	assert_refused("cost memory 8", "cost money 8", "there is no cost 'money'");
	assert_refused("mhz 2400", "speed 2400", "'speed' is no item of a machine");
	assert_refused("mhz 2400", "mhz 2400 2401", "write `mhz N`, not 3 words");
	assert_refused("mhz 2400", "mhz", "write `mhz N`, not 1 words");
	assert_refused("distance 1 1 0 3", "distance", "write `distance GROUP STEPS...`");
	memset(text, 'x', 100);
	strcpy(text + 100, "");
	memcpy(text, "name ", 5);
	assert_refused("name test-1", text, "more than 63 letters");
	for (unsigned int i = 0; i < 300; i++)
		strcpy(text + 2 * i, "1 ");
	assert_refused("mhz 2400", text, "258 words at most");
}

/* As many cores as there may be, and one more. */
static void cores_are_256_at_most(void **state)
{
	char text[TEXT], cores[TEXT] = "", *end = cores;

	(void)state;
	for (unsigned int i = 0; i < MACHINE_CORES; i++)
		end += sprintf(end, "core %u %u 1\n", i, i % 3);
	make_bad(text, "core 0 0 0\ncore 1 0 0\ncore 2 1 0\ncore 3 2 1\n", cores);
	assert_int_equal(read_text(text), 0);
	assert_int_equal(machine.cores, 256);
	sprintf(end, "core %u 0 1\n", MACHINE_CORES);
	assert_refused("core 0 0 0\ncore 1 0 0\ncore 2 1 0\ncore 3 2 1\n", cores, "from 0 to 255, not '256'");
}

static void files_that_cannot_be_read_are_named(void **state)
{
	(void)state;
	assert_int_equal(machine_file_read(&machine, "/nowhere/machine", reason, sizeof(reason)), -1);
	assert_string_equal(reason, "/nowhere/machine: cannot be read: No such file or directory");
	assert_int_equal(machine_file_read(&machine, "/", reason, sizeof(reason)), -1);
	assert_string_equal(reason, "/: cannot be read to its end: Is a directory");
}

static void a_reason_fits_its_room(void **state)
{
	char small[8] = "1234567";

	(void)state;
	read_text("model 7\n");
	assert_int_equal(machine_file_read(&machine, file, small, 4), -1);
	assert_int_equal(strlen(small), 3);
	assert_int_equal(small[4], '5');
}

static int name_file(void **state)
{
	(void)state;
	snprintf(file, sizeof(file), "/tmp/model_machine_file_test.%d", (int)getpid());
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	return remove(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_machine_is_read),
		cmocka_unit_test(ways_are_made_of_steps),
		cmocka_unit_test(no_shared_cache_is_said_with_zeros),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(what_is_twice_is_refused),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(what_is_out_of_range_is_refused),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(what_is_not_understood_is_refused),
		cmocka_unit_test(cores_are_256_at_most),
		cmocka_unit_test(files_that_cannot_be_read_are_named),
		cmocka_unit_test(a_reason_fits_its_room),
	};

	return cmocka_run_group_tests(tests, name_file, remove_file);
}
