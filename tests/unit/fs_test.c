/* fs_test.c - the file service, one operation after the other, on one core and on four
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/fs/calls.h"
#include "tests/fs/check.h"
#include "tests/fuzz/archive.h"

enum {
	PAGES = 1 << 20,
	MANY = 2000,
	FILES = 10000,
	PAGE = 4096,
};

static struct caller on[4] = { { .core = 0, .thread = 10 }, { .core = 1, .thread = 11 }, { .core = 2, .thread = 12 }, { .core = 3, .thread = 13 } };

static void each_machine(void (*job)(unsigned cores))
{
	for (unsigned cores = 1; cores <= 4; cores += 3) {
		fake_open(cores, PAGES);
		job(cores);
		fs_check();
		fake_close();
	}
}

static struct caller *any(unsigned cores, unsigned number)
{
	return &on[number % cores];
}

static void use_one_file(unsigned cores)
{
	char text[100] = { 0 };
	struct fs_stat stat;
	int64_t file = call_open(any(cores, 0), FS_ROOT, "/hello", FS_CREATE);
	int64_t again = call_open(any(cores, 1), FS_ROOT, "hello", 0);

	must(file > 0 && again == file);
	must(call_write(any(cores, 0), (uint64_t)file, 0, "hello, world", 12) == 12);
	must(call_write(any(cores, 1), (uint64_t)file, 7, "there", 5) == 5);
	must(call_read(any(cores, 2), (uint64_t)file, 0, text, sizeof(text)) == 12 && !strcmp(text, "hello, there"));
	must(call_write(any(cores, 3), (uint64_t)file, FS_APPEND, "!", 1) == 1 && on[3 % cores].end == 13);
	must(call_stat(any(cores, 2), FS_ROOT, "//./hello", &stat) == 0);
	must(stat.inode == (uint64_t)file && stat.size == 13 && stat.blocks == 1 && stat.links == 1 && stat.mode == 0100644);
	must(call_open(any(cores, 1), FS_ROOT, "hello", FS_CREATE | FS_EXCLUSIVE) == STATUS_EXISTS);
	must(call_open(any(cores, 1), FS_ROOT, "hello", FS_DIRECTORY) == STATUS_NOT_DIRECTORY);
	must(call_open(any(cores, 1), FS_ROOT, "hello/", 0) == STATUS_NOT_DIRECTORY);
	must(call_open(any(cores, 1), FS_ROOT, "hello/x", 0) == STATUS_NOT_DIRECTORY);
	must(call_open(any(cores, 1), FS_ROOT, "none/x", FS_CREATE) == STATUS_NOT_FOUND);
	must(call_unlink(any(cores, 3), FS_ROOT, "hello") == 0);
	must(call_stat(any(cores, 2), FS_ROOT, "hello", &stat) == STATUS_NOT_FOUND);
	must(call_read(any(cores, 2), (uint64_t)file, 7, text, 6) == 6 && !memcmp(text, "there!", 6));
	must(call_stat_inode(any(cores, 2), (uint64_t)file, &stat) == 0 && stat.links == 0);
	fs_check();
	must(call_close(any(cores, 0), (uint64_t)file) == 0);
	must(call_stat_inode(any(cores, 2), (uint64_t)file, &stat) == 0);
	must(call_close(any(cores, 1), (uint64_t)file) == 0);
	must(call_close(any(cores, 1), (uint64_t)file) == STATUS_NOT_FOUND);
	must(call_stat_inode(any(cores, 2), (uint64_t)file, &stat) == STATUS_NOT_FOUND);
	must(fs_check().inodes == 1);
}

static void a_file_is_one_from_everywhere_and_outlives_its_name(void **state)
{
	(void)state;
	each_machine(use_one_file);
}

static void use_directories(unsigned cores)
{
	struct fs_stat stat, other;
	int64_t below;

	must(call_mkdir(any(cores, 0), FS_ROOT, "/a") == 0);
	must(call_mkdir(any(cores, 1), FS_ROOT, "/a/b/") == 0);
	must(call_mkdir(any(cores, 2), FS_ROOT, "a") == STATUS_EXISTS);
	must(call_mkdir(any(cores, 2), FS_ROOT, "/") == STATUS_EXISTS);
	must(call_mkdir(any(cores, 2), FS_ROOT, "x/y") == STATUS_NOT_FOUND);
	below = call_open(any(cores, 3), FS_ROOT, "a/b", FS_DIRECTORY);
	must(below > 0);
	must(call_close(any(cores, 2), (uint64_t)call_open(any(cores, 2), (uint64_t)below, "file", FS_CREATE)) == 0);
	must(call_stat(any(cores, 1), (uint64_t)below, "../../a/./b/../b//file", &stat) == 0 && stat.mode == 0100644);
	must(call_rmdir(any(cores, 0), FS_ROOT, "a") == STATUS_NOT_EMPTY);
	must(call_rmdir(any(cores, 0), FS_ROOT, "a/b") == STATUS_NOT_EMPTY);
	must(call_rmdir(any(cores, 0), FS_ROOT, "a/b/file") == STATUS_NOT_DIRECTORY);
	must(call_unlink(any(cores, 0), FS_ROOT, "a/b") == STATUS_IS_DIRECTORY);
	must(call_rename(any(cores, 3), FS_ROOT, "a", FS_ROOT, "a/b/c", 0) == STATUS_BAD_ARGUMENT);
	must(call_rename(any(cores, 3), FS_ROOT, "a/b", FS_ROOT, "c", 0) == 0);
	must(call_stat(any(cores, 1), (uint64_t)below, "..", &stat) == 0 && stat.inode == FS_ROOT);
	must(call_stat(any(cores, 1), FS_ROOT, "c/file", &stat) == 0 && call_stat(any(cores, 2), FS_ROOT, "a/b", &other) == STATUS_NOT_FOUND);
	must(call_rename(any(cores, 1), FS_ROOT, "c", FS_ROOT, "a", FS_NO_REPLACE) == STATUS_EXISTS);
	must(call_rename(any(cores, 1), FS_ROOT, "c", FS_ROOT, "a", 0) == 0);
	must(call_rename(any(cores, 1), FS_ROOT, "a/file", FS_ROOT, "a/file", 0) == 0);
	must(call_unlink(any(cores, 0), (uint64_t)below, "file") == 0);
	must(call_rmdir(any(cores, 2), FS_ROOT, "/a/") == 0);
	must(call_open(any(cores, 1), (uint64_t)below, "file", FS_CREATE) == STATUS_NOT_FOUND);
	must(call_close(any(cores, 3), (uint64_t)below) == 0);
	must(fs_check().inodes == 1);
}

static void directories_are_made_moved_and_removed_when_empty(void **state)
{
	(void)state;
	each_machine(use_directories);
}

static void replace_files(unsigned cores)
{
	struct fs_stat stat, before;
	int64_t old = call_open(any(cores, 1), FS_ROOT, "old", FS_CREATE), new = call_open(any(cores, 2), FS_ROOT, "new", FS_CREATE);

	must(call_write(any(cores, 3), (uint64_t)new, 0, "new", 3) == 3);
	must(call_close(any(cores, 2), (uint64_t)new) == 0);
	must(call_rename(any(cores, 0), FS_ROOT, "new", FS_ROOT, "old", 0) == 0);
	must(call_stat(any(cores, 3), FS_ROOT, "old", &stat) == 0 && stat.inode == (uint64_t)new && stat.size == 3);
	must(call_stat(any(cores, 3), FS_ROOT, "new", &stat) == STATUS_NOT_FOUND);
	must(call_stat_inode(any(cores, 3), (uint64_t)old, &before) == 0 && before.links == 0);
	must(call_mkdir(any(cores, 0), FS_ROOT, "directory") == 0);
	must(call_rename(any(cores, 0), FS_ROOT, "old", FS_ROOT, "directory", 0) == STATUS_IS_DIRECTORY);
	must(call_rename(any(cores, 0), FS_ROOT, "directory", FS_ROOT, "old", 0) == STATUS_NOT_DIRECTORY);
	must(call_close(any(cores, 1), (uint64_t)old) == 0);
	must(fs_check().inodes == 3);
}

static void a_rename_replaces_what_is_there(void **state)
{
	(void)state;
	each_machine(replace_files);
}

static void write_and_cut(unsigned cores)
{
	static uint8_t data[600 * 1024], back[600 * 1024];
	int64_t file = call_open(any(cores, 0), FS_ROOT, "big", FS_CREATE);
	uint64_t far_away = (UINT64_C(1) << 42) + 5, done = 0;
	struct fs_stat stat;

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i % 251 + 1);
	while (done < sizeof(data)) {
		int64_t size = call_write(any(cores, (unsigned)(done / 1000)), (uint64_t)file, 100 + done, data + done, sizeof(data) - done);

		must(size > 0 && size <= (int64_t)FS_TRANSFER_MOST);
		done += (uint64_t)size;
	}
	for (done = 0; done < sizeof(data);)
		done += (uint64_t)call_read(any(cores, 2), (uint64_t)file, 100 + done, back + done, sizeof(back) - done);
	must(!memcmp(data, back, sizeof(data)));
	must(call_write(any(cores, 1), (uint64_t)file, far_away, "x", 1) == 1);
	must(call_stat_inode(any(cores, 3), (uint64_t)file, &stat) == 0 && stat.size == far_away + 1);
	must(call_read(any(cores, 3), (uint64_t)file, far_away - 3, back, 10) == 4 && !memcmp(back, "\0\0\0x", 4));
	must(call_write(any(cores, 1), (uint64_t)file, FS_SIZE_MOST, "x", 1) == STATUS_TOO_BIG);
	must(call_truncate(any(cores, 2), (uint64_t)file, 150) == 0);
	fs_check();
	must(call_truncate(any(cores, 0), (uint64_t)file, 10000) == 0);
	must(call_read(any(cores, 3), (uint64_t)file, 0, back, sizeof(back)) == 10000);
	for (unsigned i = 0; i < 10000; i++)
		must(back[i] == (i < 100 || i >= 150 ? 0 : data[i - 100]));
	must(call_truncate(any(cores, 1), (uint64_t)file, 0) == 0);
	must(call_read(any(cores, 3), (uint64_t)file, 0, back, sizeof(back)) == 0);
	must(call_close(any(cores, 1), (uint64_t)call_open(any(cores, 1), FS_ROOT, "big", FS_TRUNCATES | FS_WRITES)) == 0);
	must(call_close(any(cores, 0), (uint64_t)file) == 0);
	must(call_unlink(any(cores, 1), FS_ROOT, "big") == 0);
	must(fs_check().pages == 0);
}

static void files_have_holes_and_any_size(void **state)
{
	(void)state;
	each_machine(write_and_cut);
}

/* How often each of `many` numbered names is listed. */
static unsigned list_all(struct caller *caller, uint64_t directory, uint8_t *seen, unsigned remove_from)
{
	uint8_t room[1024];
	uint64_t cookie = 0;
	unsigned count = 0;
	int64_t size;

	while ((size = call_list(caller, directory, &cookie, room, sizeof(room))) > 0)
		for (uint8_t *at = room; at < room + size; at += ((struct fs_entry *)at)->length) {
			const struct fs_entry *entry = (const struct fs_entry *)at;
			unsigned number;

			count++;
			if (sscanf(entry->name, "name-%u", &number) != 1)
				continue;
			seen[number]++;
			if (number >= remove_from)
				must(call_unlink(caller, directory, entry->name) == 0);
		}
	must(size == 0);
	return count;
}

static void list_many(unsigned cores)
{
	static uint8_t seen[2 * MANY];
	char name[64];
	int64_t directory;
	uint64_t messages;

	must(call_mkdir(any(cores, 0), FS_ROOT, "d") == 0);
	directory = call_open(any(cores, 0), FS_ROOT, "d", FS_DIRECTORY);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "name-%u%s", i, i % 50 ? "" : "-and-a-long-tail-of-letters-behind-it");
		must(call_close(any(cores, i), (uint64_t)call_open(any(cores, i), (uint64_t)directory, name, FS_CREATE)) == 0);
	}
	memset(seen, 0, sizeof(seen));
	messages = fake_messages();
	must(list_all(any(cores, 1), (uint64_t)directory, seen, ~0u) == MANY + 2);
	must(fake_messages() - messages <= cores); /* where each shard's list begins */
	for (unsigned i = 0; i < MANY; i++)
		must(seen[i] == 1);
	fs_check();
	memset(seen, 0, sizeof(seen));
	must(list_all(any(cores, 2), (uint64_t)directory, seen, MANY / 2) == MANY + 2);
	for (unsigned i = 0; i < MANY; i++)
		must(seen[i] == 1);
	memset(seen, 0, sizeof(seen));
	must(list_all(any(cores, 3), (uint64_t)directory, seen, 0) == MANY / 2 + 2);
	must(call_close(any(cores, 0), (uint64_t)directory) == 0);
	must(call_rmdir(any(cores, 3), FS_ROOT, "d") == 0);
	must(fs_check().inodes == 1);
}

static void a_listing_has_each_name_once_while_others_go(void **state)
{
	(void)state;
	each_machine(list_many);
}

static void fill_store(unsigned cores)
{
	static uint8_t data[100 * PAGE];
	int64_t file = call_open(any(cores, 1), FS_ROOT, "big", FS_CREATE), size;
	uint64_t done = 0, pages;

	fake_limit(fake_pages(0) + 400);
	while ((size = call_write(any(cores, 0), (uint64_t)file, done, data, sizeof(data))) > 0)
		done += (uint64_t)size;
	must(size == STATUS_NO_SPACE && done > 200 * PAGE);
	must(call_write(any(cores, 0), (uint64_t)file, 0, "still", 5) == 5);
	fs_check();
	pages = fake_pages(inode_home((uint64_t)file));
	must(call_truncate(any(cores, 0), (uint64_t)file, 3 * PAGE) == 0);
	must(fake_pages(inode_home((uint64_t)file)) == pages - done / PAGE + 3); /* free at once, for other cores, too */
	must(call_write(any(cores, 0), (uint64_t)file, FS_APPEND, data, sizeof(data)) == (int64_t)FS_TRANSFER_MOST || sizeof(data) > FS_TRANSFER_MOST);
	must(call_close(any(cores, 1), (uint64_t)file) == 0);
	must(call_unlink(any(cores, 0), FS_ROOT, "big") == 0);
}

static void a_full_store_loses_nothing(void **state)
{
	(void)state;
	each_machine(fill_store);
}

static void read_archive(unsigned cores)
{
	struct archive archive = { 0 };
	static uint8_t data[3 * PAGE + 10], back[4 * PAGE];
	struct archive_file file = { "bin/data", 0100755, 3, 1, data, sizeof(data) };
	struct fs_stat stat;
	int64_t inode;

	memset(data, 7, sizeof(data));
	archive_add_text(&archive, "etc/motd", "old");
	archive_add(&archive, &file);
	archive_add_text(&archive, "./etc//motd", "hello");
	archive_add_text(&archive, "../out", "no");
	archive_add_text(&archive, "etc/motd/below", "no");
	archive_add_link(&archive, "bin/sh", "data");
	archive_end(&archive);
	fake_archive(archive.data, archive.size);
	must(call_stat(any(cores, 1), FS_ROOT, "etc/motd", &stat) == 0 && stat.size == 5 && stat.mode == 0100755);
	must(call_stat(any(cores, 2), FS_ROOT, "out", &stat) == STATUS_NOT_FOUND);
	must(call_stat(any(cores, 2), FS_ROOT, "bin/sh", &stat) == STATUS_NOT_FOUND);
	inode = call_open(any(cores, 3), FS_ROOT, "/bin/data", 0);
	must(call_read(any(cores, 1), (uint64_t)inode, 0, back, sizeof(back)) == (int64_t)sizeof(data) && !memcmp(back, data, sizeof(data)));
	must(call_write(any(cores, 1), (uint64_t)inode, PAGE + 5, "abc", 3) == 3);
	memcpy(data + PAGE + 5, "abc", 3);
	must(call_read(any(cores, 2), (uint64_t)inode, 0, back, sizeof(back)) == (int64_t)sizeof(data) && !memcmp(back, data, sizeof(data)));
	must(call_truncate(any(cores, 2), (uint64_t)inode, 3 * PAGE + 2) == 0 && call_truncate(any(cores, 0), (uint64_t)inode, 4 * PAGE) == 0);
	memset(data + 3 * PAGE + 2, 0, 8);
	must(call_read(any(cores, 2), (uint64_t)inode, 0, back, sizeof(back)) == 4 * PAGE && !memcmp(back, data, sizeof(data)) && !back[4 * PAGE - 1]);
	must(call_close(any(cores, 3), (uint64_t)inode) == 0);
	must(fs_check().pages == 1);
	archive_free(&archive);
}

static void the_archive_is_there_from_the_beginning(void **state)
{
	(void)state;
	each_machine(read_archive);
}

static void odd_names(unsigned cores)
{
	char name[300];
	static char path[5000];
	struct fs_stat stat;

	memset(name, 'n', sizeof(name));
	name[256] = 0;
	must(call_open(any(cores, 0), FS_ROOT, name, FS_CREATE) == STATUS_NAME_TOO_LONG);
	name[255] = 0;
	must(call_close(any(cores, 1), (uint64_t)call_open(any(cores, 1), FS_ROOT, name, FS_CREATE)) == 0);
	must(call_stat(any(cores, 2), FS_ROOT, name, &stat) == 0);
	name[254] = 0;
	must(call_stat(any(cores, 2), FS_ROOT, name, &stat) == STATUS_NOT_FOUND);
	must(call_open(any(cores, 0), FS_ROOT, "", FS_CREATE) == STATUS_NOT_FOUND);
	must(call_open(any(cores, 0), FS_ROOT, "x/", FS_CREATE) == STATUS_IS_DIRECTORY);
	must(call_rmdir(any(cores, 0), FS_ROOT, ".") == STATUS_BAD_ARGUMENT);
	must(call_unlink(any(cores, 0), FS_ROOT, "/") == STATUS_IS_DIRECTORY);
	must(call_stat(any(cores, 0), FS_ROOT, "/../..", &stat) == 0 && stat.inode == FS_ROOT);
	memset(path, '/', sizeof(path) - 1);
	must(call_stat(any(cores, 0), FS_ROOT, path, &stat) == STATUS_NAME_TOO_LONG);
	path[4095] = 0;
	must(call_stat(any(cores, 0), FS_ROOT, path, &stat) == 0);
}

static void names_are_taken_as_linux_takes_them(void **state)
{
	(void)state;
	each_machine(odd_names);
}

/* What a path ends in; all of it, as Linux has it, is in tests/guest/paths.c. */
static void ends_of_paths(unsigned cores)
{
	struct caller *caller = any(cores, 1);
	struct fs_stat stat;

	must(call_close(caller, (uint64_t)call_open(caller, FS_ROOT, "f", FS_CREATE)) == 0 && call_mkdir(caller, FS_ROOT, "d") == 0);
	must(call_close(caller, (uint64_t)call_open(caller, FS_ROOT, "d/f", FS_CREATE)) == 0);
	must(call_open(caller, FS_ROOT, "f/", FS_CREATE) == STATUS_IS_DIRECTORY && call_open(caller, FS_ROOT, "f/", 0) == STATUS_NOT_DIRECTORY);
	must(call_open(caller, FS_ROOT, "d/", FS_CREATE | FS_EXCLUSIVE) == STATUS_IS_DIRECTORY);
	must(call_open(caller, FS_ROOT, "d/.", FS_CREATE | FS_EXCLUSIVE) == STATUS_EXISTS);
	must(call_open(caller, FS_ROOT, "d", FS_CREATE | FS_DIRECTORY) == STATUS_BAD_ARGUMENT);
	must(call_mkdir(caller, FS_ROOT, "f/") == STATUS_EXISTS && call_stat(caller, FS_ROOT, "f/", &stat) == STATUS_NOT_DIRECTORY);
	must(call_rmdir(caller, FS_ROOT, "d/./") == STATUS_BAD_ARGUMENT && call_rmdir(caller, FS_ROOT, "d/../") == STATUS_NOT_EMPTY);
	must(call_rmdir(caller, FS_ROOT, "//") == STATUS_IN_USE && call_rmdir(caller, FS_ROOT, "f/") == STATUS_NOT_DIRECTORY);
	must(call_unlink(caller, FS_ROOT, "d/..") == STATUS_IS_DIRECTORY && call_unlink(caller, FS_ROOT, "f/") == STATUS_NOT_DIRECTORY);
	must(call_rename(caller, FS_ROOT, "n", FS_ROOT, "d/.", 0) == STATUS_IN_USE);
	must(call_rename(caller, FS_ROOT, "f", FS_ROOT, "d/.", FS_NO_REPLACE) == STATUS_EXISTS);
	must(call_rename(caller, FS_ROOT, "f", FS_ROOT, "d/", 0) == STATUS_NOT_DIRECTORY && call_rename(caller, FS_ROOT, "f/", FS_ROOT, "f", 0) == STATUS_NOT_DIRECTORY);
	must(call_rename(caller, FS_ROOT, "d", FS_ROOT, "d/f", 0) == STATUS_BAD_ARGUMENT && call_rename(caller, FS_ROOT, "d/f", FS_ROOT, "d", 0) == STATUS_NOT_EMPTY);
	must(fs_check().inodes == 4);
}

static void what_a_path_ends_in_is_taken_as_linux_takes_it(void **state)
{
	(void)state;
	each_machine(ends_of_paths);
}

/* FS_FILES= for more of them; what a file costs is printed then. */
static void make_many(unsigned cores)
{
	unsigned files = getenv("FS_FILES") ? (unsigned)strtoul(getenv("FS_FILES"), NULL, 0) : FILES;
	uint8_t *seen = calloc(files, 1);
	struct census before = fs_check(), after;
	uint64_t messages;
	char name[32];

	must(call_mkdir(any(cores, 0), FS_ROOT, "d") == 0);
	messages = fake_messages();
	for (unsigned i = 0; i < files; i++) {
		snprintf(name, sizeof(name), "d/name-%u", i);
		must(call_close(any(cores, i), (uint64_t)call_open(any(cores, i), FS_ROOT, name, FS_CREATE)) == 0);
	}
	messages = fake_messages() - messages;
	after = fs_check();
	if (getenv("FS_FILES"))
		printf("%u files on %u cores: %lu bytes of store each, %lu.%02lu messages each\n", files, cores,
		       (after.store - before.store) * PAGE / files, messages / files, messages * 100 / files % 100);
	must(list_all(any(cores, 1), (uint64_t)call_open(any(cores, 1), FS_ROOT, "d", 0), seen, ~0u) == files + 2);
	for (unsigned i = 0; i < files; i++)
		must(seen[i] == 1);
	for (unsigned i = 0; i < files; i++) {
		snprintf(name, sizeof(name), "d/name-%u", i);
		must(call_unlink(any(cores, i * 7), FS_ROOT, name) == 0);
	}
	must(fs_check().entries == 1);
	free(seen);
}

static void many_files_cost_what_one_costs(void **state)
{
	(void)state;
	each_machine(make_many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_one_from_everywhere_and_outlives_its_name),
		cmocka_unit_test(directories_are_made_moved_and_removed_when_empty),
		cmocka_unit_test(a_rename_replaces_what_is_there),
		cmocka_unit_test(files_have_holes_and_any_size),
		cmocka_unit_test(a_listing_has_each_name_once_while_others_go),
		cmocka_unit_test(a_full_store_loses_nothing),
		cmocka_unit_test(the_archive_is_there_from_the_beginning),
		cmocka_unit_test(names_are_taken_as_linux_takes_them),
		cmocka_unit_test(what_a_path_ends_in_is_taken_as_linux_takes_it),
		cmocka_unit_test(many_files_cost_what_one_costs),
	};

	return cmocka_run_group_tests_name("fs", tests, NULL, NULL);
}
