/* fs_random_test.c - thousands of random operations from random cores, against a tree that is kept here; also with replicas that die
 * SPDX-License-Identifier: MIT
 * SEED= gives another run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/fs/calls.h"
#include "tests/fs/check.h"

enum {
	NODES = 2000,
	OPENS = 12,
	NAMES = 6,
	SIZE_MOST = 30000,
	DEPTH_MOST = 4,
	OPERATIONS = 3000,
	CHECK_EVERY = 250,
	PATH = 256,
};

/* A file or directory, as it should be. */
struct node {
	bool used, linked, directory;
	unsigned parent, name, opens;
	uint64_t inode, size;
	uint8_t *data;
};

struct open {
	unsigned node; /* 0: none */
	struct caller *caller;
};

static struct node node[NODES]; /* 0: the root */
static struct open opened[OPENS];
static struct caller callers[4];
static unsigned cores;
static uint64_t seed, lethal;

static unsigned chance(unsigned many)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(seed >> 33) % many;
}

static struct caller *somebody(void)
{
	if (lethal && chance(3) == 0)
		fake_kill_at(1 + chance(300));
	return &callers[chance(cores)];
}

static const char *name_text(unsigned name)
{
	static const char *const NAME[NAMES] = { "a", "bb", "a-name-that-is-longer-than-some", "d", "e", "..." };

	return NAME[name];
}

static unsigned child(unsigned directory, unsigned name)
{
	for (unsigned i = 1; i < NODES; i++)
		if (node[i].linked && node[i].parent == directory && node[i].name == name)
			return i;
	return 0;
}

static bool is_empty(unsigned directory)
{
	for (unsigned i = 1; i < NODES; i++)
		if (node[i].linked && node[i].parent == directory)
			return false;
	return true;
}

static unsigned depth(unsigned at)
{
	unsigned count = 0;

	for (; at; at = node[at].parent)
		count++;
	return count;
}

static void path_to(unsigned at, char *path)
{
	if (!at) {
		path[0] = 0;
		return;
	}
	path_to(node[at].parent, path);
	strcat(path, chance(9) ? "/" : "//./");
	strcat(path, name_text(node[at].name));
}

static unsigned some_directory(void)
{
	for (unsigned i = 0; i < 50; i++) {
		unsigned at = chance(NODES);

		if (node[at].linked && node[at].directory && depth(at) < DEPTH_MOST)
			return at;
	}
	return 0;
}

/* A random place: its path, directory and name. */
static void some_place(char *path, unsigned *directory, unsigned *name)
{
	*directory = some_directory();
	*name = chance(NAMES);
	path_to(*directory, path);
	strcat(path, "/");
	strcat(path, name_text(*name));
}

static unsigned new_node(unsigned directory, unsigned name, bool is_directory, uint64_t inode)
{
	unsigned at = 1;

	while (node[at].used)
		must(++at < NODES);
	node[at] = (struct node){ .used = true, .linked = true, .directory = is_directory, .parent = directory, .name = name, .inode = inode };
	node[at].data = is_directory ? NULL : calloc(1, SIZE_MOST);
	return at;
}

static void forget_if_gone(unsigned at)
{
	if (node[at].linked || node[at].opens)
		return;
	free(node[at].data);
	node[at] = (struct node){ 0 };
}

static struct open *free_open(void)
{
	for (unsigned i = 0; i < OPENS; i++)
		if (!opened[i].node)
			return &opened[i];
	return NULL;
}

static void do_open(void)
{
	struct caller *caller = somebody();
	unsigned directory, name, flags = chance(8), at;
	struct open *open = free_open();
	char path[PATH];
	int64_t result;

	if (!open)
		return;
	some_place(path, &directory, &name);
	at = child(directory, name);
	result = call_open(caller, FS_ROOT, path, flags);
	if (!at && !(flags & FS_CREATE)) {
		must(result == STATUS_NOT_FOUND);
		return;
	}
	if (at && flags & FS_CREATE && flags & FS_EXCLUSIVE) {
		must(result == STATUS_EXISTS);
		return;
	}
	if (at && node[at].directory && flags & (FS_CREATE | FS_TRUNCATES)) {
		must(result == STATUS_IS_DIRECTORY);
		return;
	}
	must(result > 0 && (!at || (uint64_t)result == node[at].inode));
	if (!at)
		at = new_node(directory, name, false, (uint64_t)result);
	if (flags & FS_TRUNCATES && !node[at].directory) {
		memset(node[at].data, 0, SIZE_MOST);
		node[at].size = 0;
	}
	node[at].opens++;
	*open = (struct open){ at, caller };
}

static void do_close(void)
{
	struct open *open = &opened[chance(OPENS)];
	unsigned at = open->node;

	if (!at)
		return;
	(void)somebody();
	must(call_close(open->caller, node[at].inode) == 0);
	open->node = 0;
	node[at].opens--;
	forget_if_gone(at);
}

static unsigned open_file(void)
{
	unsigned at = opened[chance(OPENS)].node;

	return node[at].directory ? 0 : at;
}

static void do_write(void)
{
	static uint8_t data[SIZE_MOST];
	unsigned at = open_file();
	bool append = chance(2);
	uint64_t size = 1 + chance(9000), offset = append ? node[at].size : chance(SIZE_MOST);

	if (!at || offset + size > SIZE_MOST)
		return;
	for (unsigned i = 0; i < size; i++)
		data[i] = (uint8_t)chance(256);
	must(call_write(somebody(), node[at].inode, append ? FS_APPEND : offset, data, size) == (int64_t)size);
	memcpy(node[at].data + offset, data, size);
	if (offset + size > node[at].size)
		node[at].size = offset + size;
}

static void check_file(struct caller *caller, unsigned at)
{
	static uint8_t data[SIZE_MOST + 100];

	must(call_read(caller, node[at].inode, 0, data, sizeof(data)) == (int64_t)node[at].size);
	must(!memcmp(data, node[at].data, node[at].size));
}

static void do_read(void)
{
	unsigned at = open_file();

	if (at)
		check_file(somebody(), at);
}

static void do_truncate(void)
{
	unsigned at = open_file();
	uint64_t size = chance(SIZE_MOST);

	if (!at)
		return;
	must(call_truncate(somebody(), node[at].inode, size) == 0);
	if (size < node[at].size)
		memset(node[at].data + size, 0, node[at].size - size);
	node[at].size = size;
}

static void do_stat(void)
{
	unsigned directory, name, at;
	struct fs_stat stat;
	char path[PATH];
	int64_t result;

	some_place(path, &directory, &name);
	at = child(directory, name);
	result = call_stat(somebody(), FS_ROOT, path, &stat);
	must(result == (at ? 0 : STATUS_NOT_FOUND));
	must(!at || (stat.inode == node[at].inode && stat.size == node[at].size && ((stat.mode & FS_MODE_TYPE) == FS_MODE_DIRECTORY) == node[at].directory));
}

static void do_mkdir(void)
{
	unsigned directory, name;
	char path[PATH];
	struct fs_stat stat;
	int64_t result;

	some_place(path, &directory, &name);
	result = call_mkdir(somebody(), FS_ROOT, path);
	must(result == (child(directory, name) ? STATUS_EXISTS : 0));
	if (result)
		return;
	must(call_stat(somebody(), FS_ROOT, path, &stat) == 0);
	new_node(directory, name, true, stat.inode);
}

static void do_unlink(void)
{
	unsigned directory, name, at;
	char path[PATH];
	int64_t result;

	some_place(path, &directory, &name);
	at = child(directory, name);
	result = call_unlink(somebody(), FS_ROOT, path);
	must(result == (!at ? STATUS_NOT_FOUND : node[at].directory ? STATUS_IS_DIRECTORY : 0));
	if (result)
		return;
	node[at].linked = false;
	forget_if_gone(at);
}

static void do_rmdir(void)
{
	unsigned directory, name, at;
	char path[PATH];
	int64_t result;

	some_place(path, &directory, &name);
	at = child(directory, name);
	result = call_rmdir(somebody(), FS_ROOT, path);
	must(result == (!at ? STATUS_NOT_FOUND : !node[at].directory ? STATUS_NOT_DIRECTORY : is_empty(at) ? 0 : STATUS_NOT_EMPTY));
	if (result)
		return;
	node[at].linked = false;
	forget_if_gone(at);
}

static bool is_below(unsigned at, unsigned above)
{
	for (; at; at = node[at].parent)
		if (at == above)
			return true;
	return false;
}

static int64_t rename_result(unsigned from, unsigned to, unsigned directory, unsigned flags)
{
	if (!from)
		return STATUS_NOT_FOUND;
	if (to && flags & FS_NO_REPLACE)
		return STATUS_EXISTS;
	if (to == from)
		return 0;
	if (node[from].directory && is_below(directory, from))
		return STATUS_BAD_ARGUMENT;
	if (to && is_below(node[from].parent, to))
		return STATUS_NOT_EMPTY;
	if (to && node[from].directory != node[to].directory)
		return node[from].directory ? STATUS_NOT_DIRECTORY : STATUS_IS_DIRECTORY;
	return to && node[to].directory && !is_empty(to) ? STATUS_NOT_EMPTY : 0;
}

static void do_rename(void)
{
	unsigned directory[2], name[2], from, to, flags = chance(4) == 0;
	char path[2][PATH];
	int64_t result;

	some_place(path[0], &directory[0], &name[0]);
	some_place(path[1], &directory[1], &name[1]);
	from = child(directory[0], name[0]);
	to = child(directory[1], name[1]);
	result = call_rename(somebody(), FS_ROOT, path[0], FS_ROOT, path[1], flags);
	must(result == rename_result(from, to, directory[1], flags));
	if (result || from == to)
		return;
	if (to) {
		node[to].linked = false;
		forget_if_gone(to);
	}
	node[from].parent = directory[1];
	node[from].name = name[1];
}

static void do_list(void)
{
	unsigned directory = some_directory(), found = 0, wanted = 2;
	uint64_t cookie = 0;
	uint8_t room[200];
	int64_t size;
	struct caller *caller = somebody();

	for (unsigned i = 1; i < NODES; i++)
		wanted += node[i].linked && node[i].parent == directory;
	while ((size = call_list(caller, node[directory].inode, &cookie, room, sizeof(room))) > 0)
		for (uint8_t *at = room; at < room + size; at += ((struct fs_entry *)at)->length)
			found++;
	must(size == 0 && found == wanted);
}

static void compare_all(void)
{
	unsigned linked = 0;

	fake_kill_at(0);
	for (unsigned core = 0; core < cores; core++) {
		struct words words = { { FS_NOTHING } };

		must(fake_call(core, &words, (struct lent){ 0 }, (struct lent){ 0 }) == core);
	}
	for (unsigned i = 0; i < NODES; i++) {
		linked += node[i].used;
		if (node[i].linked && !node[i].directory)
			check_file(&callers[0], i);
	}
	must(fs_check().inodes == linked);
}

static void play(unsigned count, uint64_t kills)
{
	static void (*const DO[])(void) = { do_open, do_open, do_open, do_close, do_close, do_write, do_write, do_read, do_truncate, do_stat,
					    do_mkdir, do_unlink, do_rmdir, do_rename, do_rename, do_list };

	cores = count;
	lethal = kills;
	fake_open(count, 1 << 18);
	memset(node, 0, sizeof(node));
	memset(opened, 0, sizeof(opened));
	node[0] = (struct node){ .used = true, .linked = true, .directory = true, .inode = FS_ROOT };
	for (unsigned i = 0; i < 4; i++)
		callers[i] = (struct caller){ .core = i % count, .thread = 30 + i };
	for (unsigned i = 0; i < OPERATIONS; i++) {
		DO[chance(sizeof(DO) / sizeof(DO[0]))]();
		if (i % CHECK_EVERY == 0)
			compare_all();
	}
	compare_all();
	for (unsigned i = 0; i < NODES; i++)
		free(node[i].data);
	fake_close();
}

static void one_core_does_what_the_model_does(void **state)
{
	(void)state;
	play(1, 0);
}

static void four_cores_do_what_the_model_does(void **state)
{
	(void)state;
	play(4, 0);
}

static void so_do_replicas_that_die(void **state)
{
	(void)state;
	play(1, 1);
	play(2, 1);
	play(4, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_core_does_what_the_model_does),
		cmocka_unit_test(four_cores_do_what_the_model_does),
		cmocka_unit_test(so_do_replicas_that_die),
	};

	seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 0) : 1;
	return cmocka_run_group_tests_name("fs_random", tests, NULL, NULL);
}
