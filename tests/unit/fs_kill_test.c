/* fs_kill_test.c - every change happens exactly once, whichever store of whichever replica was its last
 * SPDX-License-Identifier: MIT
 * Each change is made once undisturbed. Then it is made again and again on new machines, and the n-th step, a store to the store or a call of the platform, kills
 * the replica that takes it, for every n there is. The caller comes again with the same key: the result and the whole tree must be the same. When the caller
 * is gone instead, the tree must be as before or as after. Some runs kill a second time, and some deliver all requests between cores once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "services/fs/shard.h"
#include "services/fs/word.h"
#include "tests/fs/calls.h"
#include "tests/fs/check.h"
#include "tests/fs/dump.h"
#include "tests/fuzz/archive.h"

enum {
	PAGES = 1 << 16,
	STEPS_MOST = 200000,
#ifdef __SANITIZE_THREAD__
	EVERY = 401, STRIDE = 499, /* one thread plays all: there are no races to be found */
#else
	EVERY = 1, STRIDE = 7,   /* steps; the second one where runs are variations */
#endif
	ACTOR = 77, CLEANER = 5,
};

static unsigned cores;
static struct caller other, actor;
static uint64_t file; /* open, of the change's own use */
static uint8_t data[9 * PAGE];

static int64_t open_at(unsigned core, const char *path, unsigned flags)
{
	struct caller caller = { .core = core % cores, .thread = 20 + core, .sequence = other.sequence += 100 };

	return call_open(&caller, FS_ROOT, path, flags);
}

static void close_at(unsigned core, int64_t inode)
{
	struct caller caller = { .core = core % cores, .thread = 20 + core, .sequence = other.sequence += 100 };

	must(inode > 0 && call_close(&caller, (uint64_t)inode) == 0);
}

static void make_file(unsigned core, const char *path, uint64_t size)
{
	int64_t inode = open_at(core, path, FS_CREATE);

	for (uint64_t at = 0; at < size; at += PAGE)
		must(call_write(&other, (uint64_t)inode, at, data + at, size - at < PAGE ? size - at : PAGE) > 0);
	close_at(core, inode);
}

static void prepare_tree(void)
{
	must(call_mkdir(&other, FS_ROOT, "d") == 0 && call_mkdir(&other, FS_ROOT, "d/e") == 0 && call_mkdir(&other, FS_ROOT, "empty") == 0);
	make_file(1, "f", 100);
	make_file(2, "d/g", 3 * PAGE);
	make_file(0, "empty/was", 10);
	must(call_unlink(&other, FS_ROOT, "empty/was") == 0);
}

static void open_here(void)
{
	prepare_tree();
	file = (uint64_t)open_at(actor.core, "here", FS_CREATE);
	must(call_write(&other, file, 0, data, 2 * PAGE + 5) == 2 * PAGE + 5);
}

static void open_there(void)
{
	prepare_tree();
	file = (uint64_t)open_at(actor.core + 1, "there", FS_CREATE);
	must(call_write(&other, file, 0, data, 2 * PAGE + 5) == 2 * PAGE + 5);
}

static void open_unlinked(void)
{
	prepare_tree();
	file = (uint64_t)open_at(1, "gone", FS_CREATE);
	must(call_write(&other, file, 0, data, 9 * PAGE) == 9 * PAGE);
	must(call_open(&actor, FS_ROOT, "gone", 0) == (int64_t)file);
	close_at(1, (int64_t)file);
	must(call_unlink(&other, FS_ROOT, "gone") == 0);
}

static void prepare_nothing(void)
{
}

static int64_t positive(int64_t result)
{
	return result > 0 ? 1 : result;
}

static int64_t create(void) { return positive(call_open(&actor, FS_ROOT, "d/new", FS_CREATE | FS_EXCLUSIVE)); }
static int64_t create_there(void) { return positive(call_open(&actor, FS_ROOT, "f", FS_CREATE | FS_EXCLUSIVE)); }
static int64_t open_file(void) { return positive(call_open(&actor, FS_ROOT, "f", FS_CREATE)); }
static int64_t open_truncating(void) { return positive(call_open(&actor, FS_ROOT, "d/g", FS_TRUNCATES)); }
static int64_t make_directory(void) { return call_mkdir(&actor, FS_ROOT, "d/e/new"); }
static int64_t unlink_file(void) { return call_unlink(&actor, FS_ROOT, "d/g"); }
static int64_t remove_directory(void) { return call_rmdir(&actor, FS_ROOT, "empty"); }
static int64_t remove_full(void) { return call_rmdir(&actor, FS_ROOT, "d"); }
static int64_t rename_file(void) { return call_rename(&actor, FS_ROOT, "f", FS_ROOT, "d/moved", 0); }
static int64_t rename_over(void) { return call_rename(&actor, FS_ROOT, "f", FS_ROOT, "d/g", 0); }
static int64_t rename_directory(void) { return call_rename(&actor, FS_ROOT, "d/e", FS_ROOT, "e", 0); }
static int64_t rename_over_empty(void) { return call_rename(&actor, FS_ROOT, "d/e", FS_ROOT, "empty", 0); }
static int64_t rename_over_full(void) { return call_rename(&actor, FS_ROOT, "empty", FS_ROOT, "d", 0); }
static int64_t rename_below(void) { return call_rename(&actor, FS_ROOT, "d", FS_ROOT, "d/e/x", 0); }
static int64_t append(void) { return call_write(&actor, file, FS_APPEND, data + 11, PAGE + 7); }
static int64_t overwrite(void) { return call_write(&actor, file, PAGE - 9, data + 3, 6 * PAGE); }
static int64_t shorten(void) { return call_truncate(&actor, file, 5); }
static int64_t lengthen(void) { return call_truncate(&actor, file, 3 * PAGE); }
static int64_t close_last(void) { return call_close(&actor, file); }
static int64_t start(void) { struct fs_stat stat; return call_stat(&actor, FS_ROOT, "a/b/c", &stat); }

static const struct change {
	const char *name;
	void (*prepare)(void);
	int64_t (*act)(void);
} CHANGE[] = {
	{ "create", prepare_tree, create },
	{ "create what is there", prepare_tree, create_there },
	{ "open", prepare_tree, open_file },
	{ "open, truncating", prepare_tree, open_truncating },
	{ "mkdir", prepare_tree, make_directory },
	{ "unlink", prepare_tree, unlink_file },
	{ "rmdir", prepare_tree, remove_directory },
	{ "rmdir of a full one", prepare_tree, remove_full },
	{ "rename", prepare_tree, rename_file },
	{ "rename over a file", prepare_tree, rename_over },
	{ "rename a directory", prepare_tree, rename_directory },
	{ "rename over an empty directory", prepare_tree, rename_over_empty },
	{ "rename over a full directory", prepare_tree, rename_over_full },
	{ "rename below itself", prepare_tree, rename_below },
	{ "append here", open_here, append },
	{ "append there", open_there, append },
	{ "write here", open_here, overwrite },
	{ "write there", open_there, overwrite },
	{ "shorten here", open_here, shorten },
	{ "shorten there", open_there, shorten },
	{ "lengthen there", open_there, lengthen },
	{ "last close", open_unlinked, close_last },
	{ "start with an archive", prepare_nothing, start },
};

enum variation { ONCE, TWICE, LATE, CALLER_GONE };

struct outcome {
	int64_t result;
	char *tree;
};

static struct archive initial;

static void wake_all(void)
{
	for (unsigned core = 0; core < cores; core++) {
		struct words words = { { FS_NOTHING } };

		must(fake_call(core, &words, (struct lent){ 0 }, (struct lent){ 0 }) == core);
	}
}

static void prepare(const struct change *change, unsigned core)
{
	fake_open(cores, PAGES);
	fake_archive(initial.data, initial.size);
	other = (struct caller){ .core = 0, .thread = 9 };
	actor = (struct caller){ .core = core, .thread = ACTOR, .sequence = 1000 };
	change->prepare();
}

/* The killed caller does not come again; somebody else does. */
static int64_t act_and_go(const struct change *change, unsigned core)
{
	struct caller cleaner = { .core = core, .thread = CLEANER };
	int64_t result;

	fake_give_up(true);
	result = change->act();
	fake_give_up(false);
	fake_kill_at(0);
	fake_end_thread(ACTOR);
	for (unsigned i = 0; i < 4; i++) /* one of what is abandoned each time */
		must(call_close(&cleaner, FS_ROOT) == STATUS_NOT_FOUND);
	return result;
}

static void check_tidy(void)
{
	for (unsigned core = 0; core < cores; core++)
		must(!word_get(&shard_of(core)->dropping) && !word_get(&shard_of(core)->trash));
}

static struct outcome run(const struct change *change, unsigned core, uint64_t kill, enum variation variation)
{
	struct outcome outcome;

	prepare(change, core);
	if (variation == LATE)
		fake_keep_requests();
	fake_kill_at(kill);
	if (variation == TWICE)
		fake_kill_again(kill / 2 + 1);
	outcome.result = variation == CALLER_GONE ? act_and_go(change, core) : change->act();
	fake_kill_at(0);
	if (variation == LATE)
		fake_deliver_late();
	wake_all();
	fs_check();
	if (variation == ONCE) /* what has been taken out is free again, although whoever was at that was killed */
		check_tidy();
	outcome.tree = dump_tree(&other);
	return outcome;
}

static char *tree_before(const struct change *change, unsigned core)
{
	char *tree;

	prepare(change, core);
	tree = dump_tree(&other);
	fake_close();
	return tree;
}

static void compare(const struct change *change, uint64_t kill, enum variation variation, const struct outcome *wanted, const char *before,
		    const struct outcome *found)
{
	bool same = !strcmp(wanted->tree, found->tree) && wanted->result == found->result;

	if (variation == CALLER_GONE)
		same = !strcmp(wanted->tree, found->tree) || !strcmp(before, found->tree);
	if (same)
		return;
	fprintf(stderr, "%s, %u cores, killed at step %lu, variation %d: %ld, not %ld\n%s--- not\n%s", change->name, cores, kill, variation,
		found->result, wanted->result, found->tree, wanted->tree);
	must(!"exactly once");
}

static void kill_everywhere(const struct change *change, unsigned core, enum variation variation, uint64_t stride)
{
	struct outcome wanted = run(change, core, 0, ONCE);
	char *before;
	uint64_t kill = 1;
	bool killed = true;

	fake_close();
	before = tree_before(change, core);
	for (; killed; kill += stride) {
		struct outcome found = run(change, core, kill, variation);

		killed = fake_kills();
		must(kill < STEPS_MOST);
		compare(change, kill, variation, &wanted, before, &found);
		free(found.tree);
		fake_close();
	}
	if (getenv("FS_STEPS"))
		printf("%-32s %u cores, core %u: %lu steps\n", change->name, cores, core, kill);
	free(wanted.tree);
	free(before);
}

static void kill_all(unsigned count)
{
	const char *only = getenv("FS_ONLY");

	cores = count;
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i % 253 + 1);
	archive_add_text(&initial, "a/b/c", "text of the archive");
	archive_add_text(&initial, "a/d", "more");
	archive_end(&initial);
	for (unsigned i = 0; i < sizeof(CHANGE) / sizeof(CHANGE[0]); i++) {
		if (only && strcmp(only, CHANGE[i].name))
			continue;
		kill_everywhere(&CHANGE[i], count - 1, ONCE, 1);
		kill_everywhere(&CHANGE[i], 0, TWICE, STRIDE);
		kill_everywhere(&CHANGE[i], count / 2, LATE, STRIDE);
		if (CHANGE[i].act != overwrite) /* bytes in place may be old and new, as when a machine stops in a write */
			kill_everywhere(&CHANGE[i], count - 1, CALLER_GONE, STRIDE - 2);
	}
	archive_free(&initial);
	initial = (struct archive){ 0 };
}

static void each_change_happens_once_on_one_core(void **state)
{
	(void)state;
	kill_all(1);
}

static void each_change_happens_once_on_three_cores(void **state)
{
	(void)state;
	kill_all(3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_happens_once_on_one_core),
		cmocka_unit_test(each_change_happens_once_on_three_cores),
	};

	return cmocka_run_group_tests_name("fs_kill", tests, NULL, NULL);
}
