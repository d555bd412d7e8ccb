/* files_test.c - open files and descriptors: one core step by step, then four at once in one table
 * SPDX-License-Identifier: MIT
 * Threads are cores. A file whose last reference is gone is heard of by its home, once; inodes tell what a record stands for. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "abi/kernel.h"
#include "services/linux/closer.h"
#include "services/linux/files.h"
#include "services/linux/process.h"
#include "tests/unit/physical_memory.h"

enum {
	CORES = 4,
	PAGES_MOST = 4096,
	STEPS = 100000,
	FEW = 12, /* descriptors that all cores fight for */
	GONE_MOST = 1 << 16,
};

static _Thread_local unsigned core;
static void *pages[PAGES_MOST];
static unsigned page_count, pages_left = PAGES_MOST;

/* What homes are told: by anybody, once for each file. */
static struct file *gone[CORES][GONE_MOST];
static unsigned gone_count[CORES], gone_heard[CORES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

unsigned kernel_core(void)
{
	return core;
}

static _Thread_local unsigned wakes; /* of this core's closer */

bool closer_open(void)
{
	return true;
}

void closer_wake(void)
{
	wakes++;
}

void *kernel_files_page_take(void)
{
	void *page = NULL;

	pthread_mutex_lock(&lock);
	if (pages_left) {
		pages_left--;
		page = aligned_alloc(4096, 4096);
		memset(page, 0, 4096);
		pages[page_count++] = page;
	}
	pthread_mutex_unlock(&lock);
	return page;
}

void kernel_page_give(void *page)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < page_count; i++)
		if (pages[i] == page)
			pages[i] = pages[--page_count];
	pthread_mutex_unlock(&lock);
	free(page);
}

void kernel_notify(unsigned to, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	assert_true(service == SERVICE_LINUX && operation == LINUX_FILE_GONE && to != core);
	pthread_mutex_lock(&lock);
	gone[to][gone_count[to]++ % GONE_MOST] = (struct file *)word[0];
	pthread_mutex_unlock(&lock);
}

/* What a home does with what it is told: the service closes the inode, and the record is free. The inode. */
static uint64_t close_one(void)
{
	struct file *file;
	uint64_t inode;

	pthread_mutex_lock(&lock);
	while (gone_heard[core] < gone_count[core])
		file_gone(gone[core][gone_heard[core]++ % GONE_MOST]);
	pthread_mutex_unlock(&lock);
	file = file_closing();
	if (!file)
		return 0;
	inode = file->inode;
	assert_int_equal(file->home, core);
	file_closed(file);
	return inode;
}

static void a_file_is_closed_with_its_last_reference(void **state)
{
	struct descriptors *table = descriptors_create();
	struct file *file = file_open(77, 0100644, 2);

	(void)state;
	assert_int_equal(descriptor_reserve(table, 0), 0);
	assert_int_equal(descriptor_reserve(table, 0), 1);
	assert_null(descriptor_hold(table, 0));
	assert_null(descriptor_take(table, 0));
	assert_false(descriptor_mark(table, 0, true)); /* being opened */
	assert_false(descriptor_mark(table, 2, true));
	assert_false(descriptor_mark(table, DESCRIPTORS_MOST, true));
	assert_int_equal(*descriptor_word(table, 2), 0);
	descriptor_set(table, 0, file, 0);
	assert_true(descriptor_mark(table, 0, true));
	descriptor_set(table, 1, NULL, 0);
	assert_int_equal(*descriptor_word(table, 0) & DESCRIPTOR_EXEC, DESCRIPTOR_EXEC);
	assert_ptr_equal(descriptor_hold(table, 0), file);
	assert_null(descriptor_hold(table, 1));
	assert_ptr_equal(descriptor_take(table, 0), file);
	assert_null(descriptor_take(table, 0));
	file_put(file);
	assert_int_equal(close_one(), 0);
	assert_int_equal(wakes, 0);
	file_put(file);
	assert_int_equal(wakes, 1); /* no call of anybody's need come */
	assert_int_equal(file->references, 0);
	assert_int_equal(close_one(), 77);
	assert_int_equal(close_one(), 0);
	descriptors_destroy(table);
}

static void descriptors_are_the_lowest_that_are_free(void **state)
{
	struct descriptors *table = descriptors_create();

	(void)state;
	for (int i = 0; i < DESCRIPTORS_MOST; i++)
		assert_int_equal(descriptor_reserve(table, 0), i);
	assert_int_equal(descriptor_reserve(table, 0), -1);
	descriptor_set(table, 600, NULL, 0);
	descriptor_set(table, 5, NULL, 0);
	descriptor_set(table, 1023, NULL, 0);
	assert_int_equal(descriptor_reserve(table, 6), 600);
	assert_int_equal(descriptor_reserve(table, 0), 5);
	assert_int_equal(descriptor_reserve(table, 1023), 1023);
	assert_int_equal(descriptor_reserve(table, 1024), -1);
	assert_null(descriptor_word(table, 1024));
	assert_null(descriptor_open(table, 1024));
	assert_null(descriptor_word(table, UINT32_MAX));
	assert_null(descriptor_open(table, UINT32_MAX));
	descriptors_destroy(table);
	table = descriptors_create();
	assert_null(descriptor_word(table, 1023));
	assert_non_null(descriptor_open(table, 1023));
	assert_ptr_equal(descriptor_open(table, 1023), descriptor_word(table, 1023));
	assert_ptr_equal(descriptor_open(table, 508), descriptor_word(table, 508));
	assert_ptr_equal(descriptor_open(table, 507), &table->word[507]);
	descriptors_destroy(table);
}

static void replacing_lets_go_of_what_was_there(void **state)
{
	struct descriptors *table = descriptors_create();
	struct file *one = file_open(1, 0, 0), *two = file_open(2, 0, 0);

	(void)state;
	assert_true(descriptor_replace(table, 3, one, 0));
	assert_int_equal(close_one(), 0);
	assert_true(descriptor_replace(table, 3, two, DESCRIPTOR_EXEC));
	assert_int_equal(close_one(), 1);
	assert_int_equal(descriptor_reserve(table, 0), 0);
	assert_false(descriptor_replace(table, 0, two, 0));
	file_share(two);
	descriptor_set(table, 0, two, 0);
	descriptors_exec(table);
	assert_null(descriptor_hold(table, 3));
	assert_int_equal(close_one(), 0);
	descriptors_destroy(table);
	assert_int_equal(close_one(), 2);
}

static void a_copy_has_references_of_its_own(void **state)
{
	struct descriptors *table = descriptors_create(), *copy;
	struct file *file = file_open(9, 0, 0), *directory = file_open(10, 0, 0);

	(void)state;
	table->mask = 0077;
	descriptors_move(table, directory);
	assert_int_equal(descriptors_directory(table), 10);
	*descriptor_open(table, 1000) = (uint64_t)file | DESCRIPTOR_EXEC;
	assert_int_equal(descriptor_reserve(table, 4), 4);
	copy = descriptors_copy(table);
	assert_int_equal(*descriptor_word(copy, 1000), (uint64_t)file | DESCRIPTOR_EXEC);
	assert_int_equal(*descriptor_word(copy, 4), 0); /* being opened: there is nothing to share */
	assert_int_equal(copy->mask, 0077);
	descriptors_destroy(table);
	assert_int_equal(close_one(), 0);
	assert_int_equal(descriptors_directory(copy), 10);
	descriptors_move(copy, NULL);
	assert_int_equal(close_one(), 10);
	assert_int_equal(descriptors_directory(copy), 0);
	descriptors_destroy(copy);
	assert_int_equal(close_one(), 9);
}

static void without_memory_nothing_is_kept(void **state)
{
	struct descriptors *table = descriptors_create();
	struct file *file = file_open(5, 0, 0);
	unsigned before = page_count;

	(void)state;
	assert_non_null(descriptor_open(table, 700));
	assert_true(descriptor_replace(table, 0, file, 0));
	for (pages_left = 0; pages_left < 2; pages_left++) {
		unsigned left = pages_left;

		assert_null(descriptors_copy(table));
		pages_left = left;
	}
	pages_left = 0;
	assert_null(descriptors_create());
	assert_null(descriptor_open(table, 1023));
	while (file_open(6, 0, 0)) /* bounded: by what a page has */
		;
	assert_int_equal(page_count, before + 1);
	pages_left = PAGES_MOST;
	descriptors_destroy(table);
	assert_int_equal(close_one(), 5);
}

/* A record that is free is another open file's at once: who finds its count at 0 has looked at the one before, and finds the word with the same record again. */
enum { REPLACED = 300000 };
static struct descriptors *turning;
static bool turned;
static unsigned closed_in_turn;

static void *hold_all_the_time(void *number)
{
	core = (unsigned)(uintptr_t)number;
	while (!__atomic_load_n(&turned, __ATOMIC_RELAXED)) { /* bounded: by the other thread's work */
		struct file *file = descriptor_hold(turning, 0);

		assert_non_null(file);
		file_put(file);
	}
	return NULL;
}

static void *replace_all_the_time(void *number)
{
	core = (unsigned)(uintptr_t)number;
	for (unsigned i = 0; i < REPLACED; i++) {
		assert_true(descriptor_replace(turning, 0, file_open(1, 0, 0), 0));
		while (close_one()) /* bounded: by what has been opened */
			closed_in_turn++;
	}
	__atomic_store_n(&turned, true, __ATOMIC_RELAXED);
	return NULL;
}

static void a_word_that_leads_to_files_in_turn_is_never_found_empty(void **state)
{
	pthread_t holder, replacer;

	(void)state;
	turning = descriptors_create();
	assert_true(descriptor_replace(turning, 0, file_open(1, 0, 0), 0));
	assert_int_equal(pthread_create(&holder, NULL, hold_all_the_time, (void *)1), 0);
	assert_int_equal(pthread_create(&replacer, NULL, replace_all_the_time, (void *)2), 0);
	pthread_join(replacer, NULL);
	pthread_join(holder, NULL);
	assert_int_equal(closed_in_turn + (gone_count[2] - gone_heard[2]), REPLACED - 1); /* each but the last, once */
	memset(gone_count, 0, sizeof(gone_count)); /* of what is open still, nobody here wants to hear */
	memset(gone_heard, 0, sizeof(gone_heard));
}

/* Four cores: one table, few descriptors, each core opens, duplicates, uses and closes. */
enum { STAYS = FEW + 20 };
#define STAYS_MARK ((uint64_t)1 << 31)
static struct descriptors *shared;
static uint64_t opened[CORES], closed_count[CORES];

static unsigned below(uint64_t *seed, unsigned limit)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(*seed >> 33) % limit;
}

static void open_one(uint64_t *seed)
{
	int number = descriptor_reserve(shared, below(seed, FEW));

	if (number < 0)
		return;
	descriptor_set(shared, (unsigned)number, file_open((uint64_t)(core + 1) << 32 | ++opened[core], 0, 0), below(seed, 2));
}

static void use_one(uint64_t *seed)
{
	struct file *file = descriptor_hold(shared, below(seed, FEW + 4));
	uint64_t inode;

	if (!file)
		return;
	inode = file->inode;
	assert_int_equal((inode >> 32) - 1, file->home);
	if (!below(seed, 3) && descriptor_replace(shared, below(seed, FEW), file, 0))
		return;
	assert_int_equal(file->inode, inode); /* it is nobody else's while it is held */
	file_put(file);
}

static void close_a_descriptor(uint64_t *seed)
{
	struct file *file = descriptor_take(shared, below(seed, FEW + 4));

	if (file)
		file_put(file);
}

/* A copy has files that are nobody else's while it is there. */
static void copy_all(uint64_t *seed)
{
	struct descriptors *copy = below(seed, 50) ? NULL : descriptors_copy(shared);
	struct file *file = copy ? descriptor_file(*descriptor_word(copy, STAYS)) : NULL;

	if (copy) {
		assert_non_null(file);
		assert_int_equal(file->inode & STAYS_MARK, STAYS_MARK);
		descriptors_destroy(copy);
	}
	if (!below(seed, 200))
		descriptors_exec(shared);
}

/* One that leads to a file all the time, but to another one each time that somebody replaces it; the current directory likewise. */
static void replace_what_stays(uint64_t *seed)
{
	struct file *file = file_open((uint64_t)(core + 1) << 32 | ++opened[core] | STAYS_MARK, 0, 0);

	if (below(seed, 2))
		assert_true(descriptor_replace(shared, STAYS, file, 0));
	else
		descriptors_move(shared, file);
}

static void use_what_stays(void)
{
	struct file *file = descriptor_hold(shared, STAYS);

	assert_non_null(file);
	assert_int_equal(file->inode & STAYS_MARK, STAYS_MARK);
	file_put(file);
	assert_int_equal(descriptors_directory(shared) & STAYS_MARK, STAYS_MARK);
	assert_true(descriptor_mark(shared, STAYS, false));
}

/* Marks that meet the end of what they are for do not stay behind: nobody could open there any more, and who replaces it would let go of nothing. */
static void mark_and_close(uint64_t *seed)
{
	unsigned number = STAYS + 1 + below(seed, 2);
	struct file *file;

	if (below(seed, 2)) {
		descriptor_mark(shared, number, true);
	} else if (below(seed, 4)) {
		file = descriptor_take(shared, number);
		if (file)
			file_put(file);
	} else if (!descriptor_replace(shared, number, file = file_open((uint64_t)(core + 1) << 32 | ++opened[core], 0, 0), 0)) {
		file_put(file);
	}
}

static void *be_core(void *number)
{
	uint64_t seed = (uintptr_t)number + 1;

	core = (unsigned)(uintptr_t)number;
	for (unsigned step = 0; step < STEPS; step++) {
		switch (below(&seed, 8)) {
		case 0: open_one(&seed); break;
		case 1: use_one(&seed); break;
		case 2: close_a_descriptor(&seed); break;
		case 3: copy_all(&seed); break;
		case 4: replace_what_stays(&seed); break;
		case 5: case 6: use_what_stays(); break;
		case 7: mark_and_close(&seed); break;
		}
		while (close_one()) /* bounded: by what has been opened */
			closed_count[core]++;
	}
	return NULL;
}

static pthread_barrier_t all_done;

/* A core's records are its thread's: it stays until all files are closed. */
static void *be_core_to_the_end(void *number)
{
	be_core(number);
	if (pthread_barrier_wait(&all_done) == PTHREAD_BARRIER_SERIAL_THREAD)
		descriptors_destroy(shared);
	pthread_barrier_wait(&all_done);
	while (close_one()) /* bounded: as above */
		closed_count[core]++;
	return NULL;
}

static void whatever_four_cores_do_each_file_is_closed_once(void **state)
{
	pthread_t thread[CORES];

	(void)state;
	shared = descriptors_create();
	core = 0;
	opened[0] = 2;
	assert_true(descriptor_replace(shared, STAYS, file_open((uint64_t)1 << 32 | STAYS_MARK, 0, 0), 0));
	descriptors_move(shared, file_open((uint64_t)1 << 32 | STAYS_MARK, 0, 0));
	pthread_barrier_init(&all_done, NULL, CORES);
	for (uintptr_t i = 0; i < CORES; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, be_core_to_the_end, (void *)i), 0);
	for (unsigned i = 0; i < CORES; i++)
		pthread_join(thread[i], NULL);
	for (unsigned i = 0; i < CORES; i++) {
		assert_true(opened[i] > STEPS / 50);
		assert_int_equal(closed_count[i], opened[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_closed_with_its_last_reference),
		cmocka_unit_test(descriptors_are_the_lowest_that_are_free),
		cmocka_unit_test(replacing_lets_go_of_what_was_there),
		cmocka_unit_test(a_copy_has_references_of_its_own),
		cmocka_unit_test(without_memory_nothing_is_kept),
		cmocka_unit_test(a_word_that_leads_to_files_in_turn_is_never_found_empty),
		cmocka_unit_test(whatever_four_cores_do_each_file_is_closed_once),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
