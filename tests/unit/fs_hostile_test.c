/* fs_hostile_test.c - words, paths and archives that make no sense
 * SPDX-License-Identifier: MIT
 * Whatever the words are, an operation ends in a status or a result, and the store stays as it should be. SEED= gives another run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/fs/calls.h"
#include "tests/fs/check.h"
#include "tests/fuzz/archive.h"

enum {
	CORES = 3,
	ROUNDS = 200000,
	CHECK_EVERY = 10000,
	ARCHIVES = 300,
	KNOWN = 64,
};

static uint64_t seed, known[KNOWN];

static uint64_t chance(uint64_t many)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (seed >> 20) % many;
}

/* A number as an attacker would choose it: any, one near something, or one that meant something once. */
static uint64_t odd_word(void)
{
	static const uint64_t EDGE[] = { 0, 1, 4095, 4096, FS_ROOT, UINT64_C(1) << 32, UINT64_C(1) << 43, UINT64_C(1) << 54, UINT64_C(1) << 62, ~UINT64_C(0) };

	switch (chance(4)) {
	case 0: return seed * 3;
	case 1: return EDGE[chance(sizeof(EDGE) / sizeof(EDGE[0]))] + chance(3) - 1;
	default: return known[chance(KNOWN)];
	}
}

static void remember(uint64_t word)
{
	known[chance(KNOWN)] = word;
}

static const char *odd_path(void)
{
	static const char *const PATH[] = { "a", "/a/b", "..", "/", "", "a//b/", "a/b/c", "\x80\xff", "./.", "b", "/b/..", "c" };

	return PATH[chance(sizeof(PATH) / sizeof(PATH[0]))];
}

static void hostile_call(uint8_t *room, uint64_t size)
{
	static const uint8_t WHAT[] = { FS_OPEN, FS_CLOSE, FS_READ, FS_WRITE, FS_STAT, FS_STAT_INODE, FS_LIST, FS_UNLINK, FS_RMDIR, FS_MKDIR, FS_RENAME, FS_TRUNCATE };
	const char *path = odd_path(), *other = odd_path();
	struct lent first = { chance(3) ? (void *)path : room, chance(3) ? strlen(path) + 1 : chance(size) };
	struct lent second = { chance(3) ? (void *)other : room, chance(3) ? strlen(other) + 1 : chance(size) };
	struct words words = { { chance(3) ? WHAT[chance(sizeof(WHAT))] | chance(1 << 20) << 16 : chance(FS_REQUESTS_END + 3) } };
	int64_t result;

	if ((words.word[0] & 0xffff) == FS_READ || (words.word[0] & 0xffff) == FS_LIST || (words.word[0] & 0xffff) == FS_STAT)
		first = second = (struct lent){ room, chance(size) };
	if ((words.word[0] & 0xffff) == FS_STAT_INODE)
		second = (struct lent){ room, chance(size) };
	if (first.start == path && first.size > strlen(path) + 1)
		first.size = strlen(path) + 1;
	if (second.start == other && second.size > strlen(other) + 1)
		second.size = strlen(other) + 1;
	for (unsigned i = 1; i < 6; i++)
		words.word[i] = odd_word();
	if (chance(2))
		words.word[1] = UINT64_C(9) << 32 | chance(1000);
	result = fake_call((unsigned)chance(CORES), &words, first, second);
	must(result >= 0 || result > -64);
	if (result > 0)
	if (result > 0)
		remember((uint64_t)result);
	remember(words.word[1]);
}

static void settle(void)
{
	for (unsigned core = 0; core < CORES; core++)
		for (unsigned i = 0; i < 80; i++) { /* what is abandoned ends, one at a time */
			struct words words = { { FS_CLOSE, UINT64_C(8) << 32 | (chance(1 << 20) + 1), 0 } };

			(void)fake_call(core, &words, (struct lent){ 0 }, (struct lent){ 0 });
		}
}

static void no_words_break_the_store(void **state)
{
	static uint8_t room[1 << 16];

	(void)state;
	fake_open(CORES, 1 << 16);
	for (unsigned i = 0; i < 4096; i++)
		fake_end_thread(i);
	for (unsigned i = 0; i < KNOWN; i++)
		known[i] = FS_ROOT + i;
	for (unsigned i = 0; i < ROUNDS; i++) {
		hostile_call(room, sizeof(room));
		if (i % CHECK_EVERY == CHECK_EVERY - 1) {
			settle();
			fs_check();
		}
	}
	fake_close();
}

static void spoil(struct archive *archive)
{
	for (unsigned i = 0; i < 1 + chance(4); i++)
		archive->data[chance(archive->size)] = chance(2) ? (uint8_t)"0/.f\0"[chance(5)] : (uint8_t)chance(256);
	if (chance(3) == 0)
		archive->size = chance(archive->size);
}

/* As much of it as makes sense appears, and the rest does no harm. */
static void no_archive_breaks_the_store(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARCHIVES; i++) {
		struct archive archive = { 0 };
		struct caller caller = { .core = i % CORES, .thread = 5 };
		struct fs_stat stat;
		uint8_t *exact;
		int64_t inode;
		uint8_t room[64];

		archive_add_text(&archive, "etc/motd", "hello");
		archive_add_text(&archive, "a/./b//c/../d", "no");
		archive_add_text(&archive, "bin/data", "some more text");
		archive_add_text(&archive, "bin/data/below", "no");
		archive_end(&archive);
		spoil(&archive);
		exact = malloc(archive.size ? archive.size : 1);
		memcpy(exact, archive.data, archive.size);
		fake_open(CORES, 1 << 16);
		fake_archive(exact, archive.size);
		must(call_stat(&caller, FS_ROOT, "/", &stat) == 0);
		inode = call_open(&caller, FS_ROOT, "bin/data", FS_CREATE);
		if (inode > 0)
			must(call_read(&caller, (uint64_t)inode, 0, room, sizeof(room)) >= 0);
		fs_check();
		fake_close();
		free(exact);
		archive_free(&archive);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_words_break_the_store),
		cmocka_unit_test(no_archive_breaks_the_store),
	};

	seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 0) : 1;
	return cmocka_run_group_tests_name("fs_hostile", tests, NULL, NULL);
}
