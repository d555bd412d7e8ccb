/* transfer_test.c - transfers between open files and memory of which a part is not there, or not there yet
 * SPDX-License-Identifier: MIT
 * The test is the program's memory, the kernel and the services: it counts the pages that they copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "abi/fs.h"
#include "abi/kernel.h"
#include "services/linux/calls.h"
#include "services/linux/closer.h"
#include "services/linux/console.h"
#include "services/linux/errno.h"
#include "services/linux/files.h"
#include "services/linux/mapped.h"
#include "services/linux/proc.h"
#include "services/linux/process.h"
#include "services/linux/served.h"
#include "services/linux/transfer.h"

enum {
	PAGE = 4096,
	PAGES = 192,
	PIECE = FS_TRANSFER_MOST / PAGE, /* pages */
	VECTORS = PAGES - 1,             /* page with those */
};

#define MEMORY UINT64_C(0x10000000)

/* BACKED: comes when it is asked for; BEYOND: its file ends before it. */
static enum page { PRESENT, BACKED, BEYOND, NOTHING } page[PAGES];
static char memory[PAGES * PAGE];

static struct process process;
static struct task task = { .process = (uint64_t)&process };
static struct file file;
static struct registers registers;
static int64_t (*next)(struct task *task, int64_t result); /* of what is out */
static int64_t answer;
static unsigned copied, came;  /* pages */
static uint64_t moved;         /* bytes, in order */
static bool vectors_go;        /* their page, when the service is called */

struct task *kernel_task(void)
{
	return &task;
}

struct registers *kernel_registers(void)
{
	return &registers;
}

bool kernel_ending(void)
{
	return false;
}

static bool is_there(uint64_t address)
{
	enum page *at = &page[(address - MEMORY) / PAGE];

	if (*at == BACKED || *at == BEYOND)
		task.missed = (address & ~(uint64_t)(PAGE - 1)) | VSPACE_READ;
	return *at == PRESENT;
}

/* Whether all of it is; a page that is not ends it. */
static bool touch(uint64_t address, uint64_t size)
{
	for (uint64_t at = address; at < address + size; at += PAGE - at % PAGE, copied++)
		if (!is_there(at))
			return false;
	return true;
}

status_t kernel_copy_in(void *to, uint64_t from, size_t size)
{
	if (!is_there(from))
		return STATUS_BAD_ADDRESS;
	memcpy(to, memory + (from - MEMORY), size);
	return STATUS_OK;
}

static int64_t park(int64_t result, int64_t (*then)(struct task *task, int64_t result))
{
	answer = result;
	next = then;
	return CALL_PARKED;
}

/* The file service, of one file. */
int64_t serve_file_call(const struct service_call *call, int64_t (*then)(struct task *task, int64_t result))
{
	uint64_t size = call->word[0] >> 16;

	task.call = *call;
	if (!touch(call->lent[0].address, size))
		return park(STATUS_BAD_ADDRESS, then);
	assert_int_equal(call->word[3], moved);
	moved += size;
	if (vectors_go)
		page[VECTORS] = BACKED;
	vectors_go = false;
	return park((int64_t)size, then);
}

int64_t mapped_page(struct task *of, int64_t (*then)(struct task *task, int64_t result))
{
	enum page *at = &page[((of->missed & ~(uint64_t)(PAGE - 1)) - MEMORY) / PAGE];

	assert_true(of->missed);
	of->missed = 0;
	of->call = (struct service_call){ .word = { 0 } };
	came++;
	if (*at == BEYOND)
		return park(STATUS_NOT_FOUND, then);
	*at = PRESENT;
	return park(STATUS_OK, then);
}

int64_t console_write(uint64_t from, uint64_t size)
{
	if (!touch(from, size))
		return -LINUX_EFAULT;
	moved += size;
	return (int64_t)size;
}

int64_t proc_read(const struct text *text, uint64_t offset, uint64_t to, uint64_t size)
{
	(void)text;
	assert_int_equal(offset, moved);
	return console_write(to, size);
}

struct file *descriptor_hold(const struct descriptors *table, unsigned number)
{
	(void)table;
	(void)number;
	return &file;
}

void file_put(struct file *which)
{
	assert_ptr_equal(which, &file);
}

void file_put_served(struct file *which)
{
	file_put(which);
}

int64_t serve_closing(int64_t result)
{
	return result;
}

int64_t linux_read(struct registers *of)
{
	(void)of;
	fail();
	return 0;
}

int64_t linux_readv(struct registers *of)
{
	return linux_read(of);
}

static int64_t run(uint64_t address, uint64_t size, uint64_t count, unsigned how)
{
	int64_t result;

	copied = came = 0;
	moved = 0;
	file.offset = 0;
	file.flags = 2;
	task.missed = 0;
	result = transfer(3, address, size, count, 0, how);
	while (result == CALL_PARKED)
		result = next(&task, answer);
	return result;
}

static void set(unsigned first, unsigned count, enum page state)
{
	for (unsigned i = first; i < first + count; i++)
		page[i] = state;
}

static void open_file(uint64_t inode, struct text *text)
{
	file = (struct file){ .inode = inode, .text = text };
	set(0, PAGES, PRESENT);
}

static void pages_that_are_there_are_copied_once(void **state)
{
	(void)state;
	open_file(5, NULL);
	assert_int_equal(run(MEMORY, 2 * PIECE * PAGE, 0, HOW_MOVES | HOW_WRITES), 2 * PIECE * PAGE);
	assert_int_equal(copied, 2 * PIECE);
	assert_int_equal(came, 0);
	assert_int_equal(file.offset, 2 * PIECE * PAGE);
}

static void pages_that_come_are_copied_twice_at_most(void **state)
{
	(void)state;
	for (unsigned how = HOW_MOVES; how <= (HOW_MOVES | HOW_WRITES); how++) {
		open_file(5, NULL);
		set(0, 2 * PIECE + 1, BACKED);
		assert_int_equal(run(MEMORY + 100, 2 * PIECE * PAGE, 0, how), 2 * PIECE * PAGE);
		assert_int_equal(came, 2 * PIECE + 1);
		assert_in_range(copied, 2 * PIECE, 4 * PIECE);
		open_file(5, NULL);
		for (unsigned i = 0; i < PIECE; i += 2)
			page[i] = BACKED;
		assert_int_equal(run(MEMORY, PIECE * PAGE, 0, how), PIECE * PAGE);
		assert_int_equal(came, PIECE / 2);
		assert_in_range(copied, PIECE, 2 * PIECE);
	}
}

static void what_lies_before_a_page_that_does_not_come_counts(void **state)
{
	const unsigned first = PIECE + 10;

	(void)state;
	for (enum page bad = BEYOND; bad <= NOTHING; bad++) {
		open_file(5, NULL);
		set(0, first, BACKED);
		page[first] = bad;
		assert_int_equal(run(MEMORY, 2 * PIECE * PAGE, 0, HOW_MOVES | HOW_WRITES), first * PAGE);
		assert_int_equal(file.offset, first * PAGE);
		assert_in_range(copied, first, 4 * PIECE);
		page[0] = bad;
		assert_int_equal(run(MEMORY, PAGE, 0, HOW_MOVES | HOW_WRITES), -LINUX_EFAULT);
		assert_int_equal(file.offset, 0);
	}
}

static void put_vectors(void)
{
	const uint64_t vector[3][2] = { { MEMORY + 3 * PAGE - 5, 10 }, { MEMORY + 7 * PAGE, 20 }, { MEMORY + 9 * PAGE, 30 } };

	memcpy(memory + VECTORS * PAGE, vector, sizeof(vector));
}

static void all_pieces_of_memory_count_wherever_their_pages_are(void **state)
{
	struct text *const text = (struct text *)&file;
	const struct { uint64_t inode; struct text *text; unsigned how; } ways[] = {
		{ 5, NULL, HOW_MOVES | HOW_WRITES }, { 5, NULL, HOW_MOVES }, { 0, NULL, HOW_MOVES | HOW_WRITES }, { 0, text, HOW_MOVES },
	};

	(void)state;
	put_vectors();
	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		open_file(ways[i].inode, ways[i].text);
		set(0, VECTORS, BACKED);
		assert_int_equal(run(MEMORY + VECTORS * PAGE, 0, 3, ways[i].how), 60);
		assert_int_equal(moved, 60);
		assert_int_equal(came, 4);
		page[9] = BEYOND;
		assert_int_equal(run(MEMORY + VECTORS * PAGE, 0, 3, ways[i].how), 30);
		page[3] = NOTHING;
		assert_int_equal(run(MEMORY + VECTORS * PAGE + 16, 0, 1, ways[i].how), 20);
		page[7] = BEYOND;
		assert_int_equal(run(MEMORY + VECTORS * PAGE + 16, 0, 1, ways[i].how), -LINUX_EFAULT);
	}
}

/* Another thread has dropped it. */
static void vectors_that_go_meanwhile_come_again(void **state)
{
	(void)state;
	put_vectors();
	open_file(5, NULL);
	page[20] = BEYOND; /* nothing to the call */
	vectors_go = true;
	assert_int_equal(run(MEMORY + VECTORS * PAGE, 0, 3, HOW_MOVES | HOW_WRITES), 60);
	assert_int_equal(came, 1);
	assert_int_equal(copied, 4);
}

static void vectors_that_are_not_there_yet_end_the_call_before_it_does_anything(void **state)
{
	(void)state;
	open_file(5, NULL);
	page[VECTORS] = BACKED;
	assert_int_equal(run(MEMORY + VECTORS * PAGE, 0, 3, HOW_MOVES | HOW_WRITES), -LINUX_EFAULT);
	assert_true(task.missed && !moved && !file.offset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_that_are_there_are_copied_once),
		cmocka_unit_test(pages_that_come_are_copied_twice_at_most),
		cmocka_unit_test(what_lies_before_a_page_that_does_not_come_counts),
		cmocka_unit_test(all_pieces_of_memory_count_wherever_their_pages_are),
		cmocka_unit_test(vectors_that_go_meanwhile_come_again),
		cmocka_unit_test(vectors_that_are_not_there_yet_end_the_call_before_it_does_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
