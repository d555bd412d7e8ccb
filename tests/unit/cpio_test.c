/* cpio_test.c - walking and searching archives, and what broken ones are answered
 * SPDX-License-Identifier: MIT
 * Archives come from tests/fuzz/archive.c and lie in exactly sized allocations, so that ASan
 * sees each byte too far. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/cpio.h"
#include "tests/fuzz/archive.h"

enum { NAME_SIZE_FIELD = 94, DATA_SIZE_FIELD = 54, INODE_FIELD = 6 };

static struct archive sample(void)
{
	static const struct archive_file ROOT = { ".", CPIO_DIRECTORY | 0755, 9, 2, NULL, 0 };
	struct archive archive = { 0 };

	archive_add(&archive, &ROOT);
	archive_add_text(&archive, "bin/busybox", "BUSYBOX");
	archive_add_link(&archive, "bin/sh", "busybox");
	archive_add_link(&archive, "sbin", "bin");
	archive_add_link(&archive, "usr/bin/awk", "../../bin/busybox");
	archive_add_link(&archive, "absolute", "/sbin/sh");
	archive_add_link(&archive, "dangling", "nowhere");
	archive_add_link(&archive, "loop", "loop");
	archive_add_text(&archive, "./etc//motd", "hello");
	archive_add_link(&archive, "usr/bin/absolute", "/bin/busybox");
	archive_add_text(&archive, "empty", "");
	archive_add_text(&archive, "last", "not empty");
	archive_end(&archive);
	return archive;
}

/* Tightens the allocation to the archive's size, and describes it to the reader. */
static struct cpio_archive seal(struct archive *archive)
{
	uint8_t *exact = malloc(archive->size ? archive->size : 1);

	assert_non_null(exact);
	memcpy(exact, archive->data, archive->size);
	free(archive->data);
	archive->data = exact;
	archive->room = archive->size;
	return (struct cpio_archive){ exact, archive->size };
}

static void assert_found(const struct cpio_archive *archive, const char *path, const char *text)
{
	struct cpio_entry entry;

	assert_int_equal(cpio_find(archive, path, &entry), STATUS_OK);
	assert_int_equal(entry.size, strlen(text));
	assert_memory_equal(entry.data, text, strlen(text));
}

static void assert_not_found(const struct cpio_archive *archive, const char *path, status_t expected)
{
	struct cpio_entry entry;

	assert_int_equal(cpio_find(archive, path, &entry), expected);
}

static status_t walk(const struct cpio_archive *archive, unsigned *count)
{
	uint64_t offset = 0;
	struct cpio_entry entry;
	status_t status;

	for (*count = 0; (status = cpio_next(archive, &offset, &entry)) == STATUS_OK; ++*count)
		assert_true(*count < archive->size / 110);
	return status;
}

static void a_walk_gives_every_entry_as_stored(void **state)
{
	struct archive writer = sample();
	struct cpio_archive archive = seal(&writer);
	struct cpio_entry entry;
	uint64_t offset = 0;
	unsigned count;

	(void)state;
	assert_int_equal(walk(&archive, &count), STATUS_NOT_FOUND);
	assert_int_equal(count, 12);
	assert_int_equal(cpio_next(&archive, &offset, &entry), STATUS_OK);
	assert_string_equal(entry.name, ".");
	assert_int_equal(entry.mode, CPIO_DIRECTORY | 0755);
	assert_int_equal(entry.inode, 9);
	assert_int_equal(entry.hard_links, 2);
	assert_int_equal(entry.modified, 1);
	assert_int_equal(entry.device_major, 8);
	assert_int_equal(entry.device_minor, 1);
	assert_int_equal(entry.size, 0);
	assert_int_equal(cpio_next(&archive, &offset, &entry), STATUS_OK);
	assert_string_equal(entry.name, "bin/busybox");
	assert_int_equal(entry.name_length, 11);
	assert_int_equal(entry.size, 7);
	assert_memory_equal(entry.data, "BUSYBOX", 7);
	archive_free(&writer);
}

static void the_same_path_has_many_spellings(void **state)
{
	struct archive writer = sample();
	struct cpio_archive archive = seal(&writer);
	const char *spellings[] = { "bin/busybox", "/bin/busybox", "./bin/busybox", "//bin//busybox/",
				    "/./bin/./busybox", "../bin/busybox", "/etc/../bin/busybox",
				    "bin/x/../busybox" };
	struct cpio_entry entry;

	(void)state;
	for (unsigned index = 0; index < sizeof(spellings) / sizeof(spellings[0]); index++)
		assert_found(&archive, spellings[index], "BUSYBOX");
	assert_found(&archive, "/etc/motd", "hello");
	assert_found(&archive, "empty", "");
	assert_int_equal(cpio_find(&archive, "/", &entry), STATUS_OK);
	assert_string_equal(entry.name, ".");
	assert_int_equal(cpio_find(&archive, "", &entry), STATUS_OK);
	archive_free(&writer);
}

static void absent_paths_are_not_found(void **state)
{
	struct archive writer = sample();
	struct cpio_archive archive = seal(&writer);

	(void)state;
	assert_not_found(&archive, "bin/bus", STATUS_NOT_FOUND);
	assert_not_found(&archive, "bin/busybox2", STATUS_NOT_FOUND);
	assert_not_found(&archive, "bin", STATUS_NOT_FOUND);
	assert_not_found(&archive, "busybox", STATUS_NOT_FOUND);
	assert_not_found(&archive, "bin/busybox/x", STATUS_NOT_FOUND);
	assert_not_found(&archive, "TRAILER!!!", STATUS_NOT_FOUND);
	archive_free(&writer);
}

static void symbolic_links_are_followed(void **state)
{
	struct archive writer = sample();
	struct cpio_archive archive = seal(&writer);
	struct cpio_entry entry;

	(void)state;
	assert_found(&archive, "/bin/sh", "BUSYBOX");
	assert_found(&archive, "/sbin/busybox", "BUSYBOX");
	assert_found(&archive, "/sbin/sh", "BUSYBOX");
	assert_found(&archive, "/usr/bin/awk", "BUSYBOX");
	assert_found(&archive, "absolute", "BUSYBOX");
	assert_found(&archive, "/usr/bin/absolute", "BUSYBOX");
	assert_not_found(&archive, "dangling", STATUS_NOT_FOUND);
	assert_int_equal(cpio_find_link(&archive, "/sbin/sh", &entry), STATUS_OK);
	assert_int_equal(entry.mode & CPIO_TYPE, CPIO_LINK);
	assert_memory_equal(entry.data, "busybox", 7);
	assert_int_equal(cpio_find_link(&archive, "loop", &entry), STATUS_OK);
	archive_free(&writer);
}

static void link_chains_are_bounded(void **state)
{
	struct archive writer = { 0 };
	struct cpio_archive archive;
	char name[2] = "a", target[2] = "b";

	(void)state;
	for (; name[0] < 'a' + CPIO_LINKS_MAX + 1; name[0]++, target[0]++)
		archive_add_link(&writer, name, target);
	archive_add_text(&writer, name, "end");
	archive_add_link(&writer, "loop", "loop");
	archive_add_link(&writer, "ping", "pong/x");
	archive_add_link(&writer, "pong", "ping");
	archive_end(&writer);
	archive = seal(&writer);
	assert_found(&archive, "b", "end");
	assert_not_found(&archive, "a", STATUS_BAD_FORMAT);
	assert_not_found(&archive, "loop", STATUS_BAD_FORMAT);
	assert_not_found(&archive, "ping", STATUS_BAD_FORMAT);
	archive_free(&writer);
}

static void broken_link_targets_are_refused(void **state)
{
	struct archive writer = { 0 };
	char *huge = calloc(1, CPIO_NAME_MAX + 2);
	struct cpio_archive archive;

	(void)state;
	assert_non_null(huge);
	memset(huge, '/', CPIO_NAME_MAX + 1);
	archive_add_link(&writer, "nothing", "");
	archive_add(&writer, &(struct archive_file){ "hole", CPIO_LINK, 1, 1, "a\0b", 3 });
	archive_add_link(&writer, "huge", huge);
	archive_add_link(&writer, "root", huge + 1);
	archive_add_text(&writer, "/", "the root");
	archive_end(&writer);
	archive = seal(&writer);
	assert_not_found(&archive, "nothing", STATUS_BAD_FORMAT);
	assert_not_found(&archive, "hole", STATUS_BAD_FORMAT);
	assert_not_found(&archive, "huge", STATUS_BAD_FORMAT);
	assert_found(&archive, "root", "the root");
	archive_free(&writer);
	free(huge);
}

static void a_root_that_is_a_link_leads_nowhere(void **state)
{
	struct archive writer = { 0 };
	struct cpio_archive archive;

	(void)state;
	archive_add_link(&writer, ".", "elsewhere");
	archive_add_text(&writer, "file", "text");
	archive_end(&writer);
	archive = seal(&writer);
	assert_not_found(&archive, "file", STATUS_BAD_FORMAT);
	archive_free(&writer);
}

static void paths_have_a_longest_length_and_depth(void **state)
{
	struct archive writer = sample();
	struct cpio_archive archive = seal(&writer);
	char path[CPIO_PATH_MAX + 2];

	(void)state;
	memset(path, 'x', sizeof(path));
	path[CPIO_PATH_MAX + 1] = '\0';
	assert_not_found(&archive, path, STATUS_NO_SPACE);
	path[100] = '/';
	assert_not_found(&archive, path, STATUS_NO_SPACE);
	path[CPIO_PATH_MAX] = '\0';
	assert_not_found(&archive, path, STATUS_NOT_FOUND);
	path[100] = 'x';
	assert_not_found(&archive, path, STATUS_NOT_FOUND);
	for (unsigned index = 1; index < 128; index += 2)
		path[index] = '/';
	path[128] = '\0';
	assert_not_found(&archive, path, STATUS_NO_SPACE);
	path[126] = '\0';
	assert_not_found(&archive, path, STATUS_NOT_FOUND);
	archive_free(&writer);
}

static void the_last_of_equal_paths_counts(void **state)
{
	struct archive writer = { 0 };
	struct cpio_archive archive;

	(void)state;
	archive_add_text(&writer, "a", "old");
	archive_add_link(&writer, "b", "a");
	archive_add_link(&writer, "dir", "elsewhere");
	archive_add_text(&writer, "./a", "new");
	archive_add_text(&writer, "b", "plain");
	archive_add(&writer, &(struct archive_file){ "dir", CPIO_DIRECTORY | 0755, 3, 2, NULL, 0 });
	archive_add_text(&writer, "dir/file", "in dir");
	archive_end(&writer);
	archive = seal(&writer);
	assert_found(&archive, "a", "new");
	assert_found(&archive, "b", "plain");
	assert_found(&archive, "dir/file", "in dir");
	archive_free(&writer);
}

static void hard_links_get_the_data_of_the_last(void **state)
{
	struct archive writer = { 0 };
	struct cpio_archive archive;

	(void)state;
	archive_add(&writer, &(struct archive_file){ "one", CPIO_FILE | 0755, 7, 3, NULL, 0 });
	archive_add(&writer, &(struct archive_file){ "other", CPIO_FILE | 0755, 8, 3, "x", 1 });
	archive_add(&writer, &(struct archive_file){ "two", CPIO_FILE | 0755, 7, 3, NULL, 0 });
	archive_add(&writer, &(struct archive_file){ "dir", CPIO_DIRECTORY, 7, 3, NULL, 0 });
	archive_add(&writer, &(struct archive_file){ "three", CPIO_FILE | 0755, 7, 3, "data", 4 });
	archive_add(&writer, &(struct archive_file){ "dir2", CPIO_DIRECTORY, 7, 3, NULL, 0 });
	archive_add(&writer, &(struct archive_file){ "pair", CPIO_FILE | 0755, 10, 2, NULL, 0 });
	archive_add(&writer, &(struct archive_file){ "pair2", CPIO_FILE | 0755, 10, 2, "two", 3 });
	archive_add(&writer, &(struct archive_file){ "alone", CPIO_FILE | 0755, 9, 1, "z", 1 });
	archive_end(&writer);
	archive_add(&writer, &(struct archive_file){ "next", CPIO_FILE | 0755, 7, 3, "wrong", 5 });
	archive_end(&writer);
	archive = seal(&writer);
	assert_found(&archive, "one", "data");
	assert_found(&archive, "two", "data");
	assert_found(&archive, "three", "data");
	assert_found(&archive, "other", "x");
	assert_found(&archive, "dir", "");
	assert_found(&archive, "pair", "two");
	archive_free(&writer);
}

static void archives_in_a_row_are_one(void **state)
{
	struct archive writer = { 0 };
	struct cpio_archive archive;
	unsigned count;

	(void)state;
	archive_add_text(&writer, "a", "first");
	archive_end(&writer);
	writer.data = realloc(writer.data, writer.size + 512);
	memset(writer.data + writer.size, 0, 512);
	writer.room = writer.size += 512;
	archive_add_text(&writer, "b", "second");
	archive_end(&writer);
	archive = seal(&writer);
	assert_int_equal(walk(&archive, &count), STATUS_NOT_FOUND);
	assert_int_equal(count, 2);
	assert_found(&archive, "a", "first");
	assert_found(&archive, "b", "second");
	archive.base = NULL;
	archive.size = 0;
	assert_int_equal(walk(&archive, &count), STATUS_TRUNCATED);
	archive_free(&writer);
}

/* Cut at every byte: an error until only padding of the trailer is missing. */
static void truncated_archives_are_refused_at_every_length(void **state)
{
	struct archive whole = sample();
	unsigned count;

	(void)state;
	for (size_t size = 0; size <= whole.size; size++) {
		struct archive part = { 0 };
		struct cpio_archive archive;

		part.data = malloc(whole.size);
		assert_non_null(part.data);
		memcpy(part.data, whole.data, size);
		part.size = size;
		archive = seal(&part);
		assert_int_equal(walk(&archive, &count),
				 size > whole.size - 4 ? STATUS_NOT_FOUND : STATUS_TRUNCATED);
		archive_free(&part);
	}
	archive_free(&whole);
}

/* Overwrites a field of the sample's first record and walks. */
static status_t walk_with(size_t field, const char *text)
{
	struct archive writer = sample();
	struct cpio_archive archive;
	status_t status;
	unsigned count;

	memcpy(writer.data + field, text, strlen(text));
	archive = seal(&writer);
	status = walk(&archive, &count);
	archive_free(&writer);
	return status;
}

static void broken_fields_are_refused(void **state)
{
	(void)state;
	assert_int_equal(walk_with(0, "070701"), STATUS_NOT_FOUND);
	assert_int_equal(walk_with(0, "070702"), STATUS_UNSUPPORTED);
	assert_int_equal(walk_with(0, "070707"), STATUS_UNSUPPORTED);
	assert_int_equal(walk_with(0, "\x1f\x8b"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(INODE_FIELD, "0000000G"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(INODE_FIELD, "0000000/"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(INODE_FIELD, " 0000001"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(INODE_FIELD, "ABCDEFab"), STATUS_NOT_FOUND);
	assert_int_equal(walk_with(NAME_SIZE_FIELD, "00000000"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(NAME_SIZE_FIELD, "00000001"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(NAME_SIZE_FIELD, "00000003"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(NAME_SIZE_FIELD, "00001000"), STATUS_TRUNCATED);
	assert_int_equal(walk_with(NAME_SIZE_FIELD, "00001001"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(NAME_SIZE_FIELD, "ffffffff"), STATUS_BAD_FORMAT);
	assert_int_equal(walk_with(DATA_SIZE_FIELD, "ffffffff"), STATUS_TRUNCATED);
	assert_int_equal(walk_with(DATA_SIZE_FIELD, "fffffffd"), STATUS_TRUNCATED);
	assert_int_equal(walk_with(110, "ab"), STATUS_BAD_FORMAT); /* name without its NUL */
}

static void a_broken_archive_finds_nothing_and_stays_put(void **state)
{
	struct archive writer = sample();
	struct cpio_archive archive;
	struct cpio_entry entry;
	uint64_t offset = 0;

	(void)state;
	writer.size -= 40;
	archive = seal(&writer);
	assert_not_found(&archive, "bin/busybox", STATUS_TRUNCATED);
	while (cpio_next(&archive, &offset, &entry) == STATUS_OK)
		;
	assert_int_equal(offset, archive.size - (124 - 40));
	offset = archive.size + 1;
	assert_int_equal(cpio_next(&archive, &offset, &entry), STATUS_BAD_ARGUMENT);
	archive_free(&writer);
}

static void *search(void *archive)
{
	for (unsigned round = 0; round < 50; round++) {
		struct cpio_entry entry;

		if (cpio_find(archive, "/sbin/sh", &entry) != STATUS_OK || entry.size != 7)
			return archive;
	}
	return NULL;
}

static void several_cores_may_search_at_once(void **state)
{
	struct archive writer = sample();
	struct cpio_archive archive = seal(&writer);
	pthread_t core[4];
	void *failure;

	(void)state;
	for (unsigned index = 0; index < 4; index++)
		assert_int_equal(pthread_create(&core[index], NULL, search, &archive), 0);
	for (unsigned index = 0; index < 4; index++) {
		assert_int_equal(pthread_join(core[index], &failure), 0);
		assert_null(failure);
	}
	archive_free(&writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_walk_gives_every_entry_as_stored),
		cmocka_unit_test(the_same_path_has_many_spellings),
		cmocka_unit_test(absent_paths_are_not_found),
		cmocka_unit_test(symbolic_links_are_followed),
		cmocka_unit_test(link_chains_are_bounded),
		cmocka_unit_test(broken_link_targets_are_refused),
		cmocka_unit_test(a_root_that_is_a_link_leads_nowhere),
		cmocka_unit_test(paths_have_a_longest_length_and_depth),
		cmocka_unit_test(the_last_of_equal_paths_counts),
		cmocka_unit_test(hard_links_get_the_data_of_the_last),
		cmocka_unit_test(archives_in_a_row_are_one),
		cmocka_unit_test(truncated_archives_are_refused_at_every_length),
		cmocka_unit_test(broken_fields_are_refused),
		cmocka_unit_test(a_broken_archive_finds_nothing_and_stays_put),
		cmocka_unit_test(several_cores_may_search_at_once),
	};

	return cmocka_run_group_tests_name("cpio", tests, NULL, NULL);
}
