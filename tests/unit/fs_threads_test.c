/* fs_threads_test.c - four cores at once: what each reads by token while the others write at home
 * SPDX-License-Identifier: MIT
 * What orders anything here are the monitors, as in the machine; what is read by token is ordered by what was written, or ThreadSanitizer says so. */
#include <pthread.h>
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
	CORES = 4,
	ROUNDS = 200,
	STABLE = 100,
	PAGE = 4096,
};

static pthread_barrier_t barrier;
static unsigned wins, finished;
static uint64_t shared;

struct player {
	struct caller caller;
	void (*job)(struct caller *caller);
};

static void *play_one(void *argument)
{
	struct player *player = argument;

	pthread_barrier_wait(&barrier);
	player->job(&player->caller);
	return NULL;
}

static void play(void (*prepare)(struct caller *caller), void (*job)(struct caller *caller), unsigned inodes)
{
	struct player player[CORES];
	pthread_t thread[CORES];
	struct census census;

	fake_open(CORES, 1 << 18);
	wins = finished = 0;
	pthread_barrier_init(&barrier, NULL, CORES);
	for (unsigned i = 0; i < CORES; i++)
		player[i] = (struct player){ { .core = i, .thread = 40 + i }, job };
	if (prepare)
		prepare(&player[0].caller);
	for (unsigned i = 0; i < CORES; i++)
		must(!pthread_create(&thread[i], NULL, play_one, &player[i]));
	for (unsigned i = 0; i < CORES; i++)
		must(!pthread_join(thread[i], NULL));
	pthread_barrier_destroy(&barrier);
	census = fs_check();
	must(!inodes || census.inodes == inodes);
	fake_close();
}

static void close_file(struct caller *caller, int64_t inode)
{
	must(inode > 0 && call_close(caller, (uint64_t)inode) == 0);
}

/* Of all who make a name exactly one does. */
static void race_to_create(struct caller *caller)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		char name[32];
		int64_t result;

		snprintf(name, sizeof(name), "name-%u", i);
		result = call_open(caller, FS_ROOT, name, FS_CREATE | FS_EXCLUSIVE);
		must(result > 0 || result == STATUS_EXISTS);
		if (result > 0) {
			__atomic_fetch_add(&wins, 1, __ATOMIC_RELAXED);
			close_file(caller, result);
		} else if (i % 3 == 0) {
			result = call_unlink(caller, FS_ROOT, name);
			must(result == 0 || result == STATUS_NOT_FOUND);
		}
	}
}

static void one_of_all_makes_a_name(void **state)
{
	(void)state;
	play(NULL, race_to_create, 0);
	must(wins >= ROUNDS);
}

struct record {
	uint64_t core, number;
};

static void make_log(struct caller *caller)
{
	shared = (uint64_t)call_open(caller, FS_ROOT, "log", FS_CREATE);
}

static void append_and_read(struct caller *caller)
{
	static _Thread_local struct record room[CORES * ROUNDS];

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		struct record record = { caller->core, i };
		uint64_t last[CORES] = { 0 };
		int64_t size;

		must(call_write(caller, shared, FS_APPEND, &record, sizeof(record)) == sizeof(record));
		if (i % 16)
			continue;
		size = call_read(caller, shared, 0, room, sizeof(room));
		must(size > 0 && size % (int64_t)sizeof(record) == 0);
		for (unsigned j = 0; j < size / sizeof(record); j++) {
			must(room[j].core < CORES && room[j].number == last[room[j].core] + 1);
			last[room[j].core]++;
		}
		must(last[caller->core] == i);
	}
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_RELAXED) == CORES)
		must(caller->end == 0 || call_read(caller, shared, 0, room, sizeof(room)) == sizeof(room));
}

static void appends_are_all_there_in_their_order(void **state)
{
	(void)state;
	play(make_log, append_and_read, 2);
}

static void make_target(struct caller *caller)
{
	int64_t inode = call_open(caller, FS_ROOT, "target", FS_CREATE);

	must(call_write(caller, (uint64_t)inode, 0, "complete", 8) == 8);
	close_file(caller, inode);
	must(call_mkdir(caller, FS_ROOT, "elsewhere") == 0);
}

/* Whoever opens the name finds a file, and a whole one. */
static void replace_and_open(struct caller *caller)
{
	char own[32], text[16];

	snprintf(own, sizeof(own), "elsewhere/own-%u", caller->core);
	for (unsigned i = 0; i < ROUNDS; i++) {
		int64_t inode;

		if (caller->core < 2) {
			inode = call_open(caller, FS_ROOT, own, FS_CREATE);
			must(call_write(caller, (uint64_t)inode, 0, "complete", 8) == 8);
			close_file(caller, inode);
			int64_t result = call_rename(caller, FS_ROOT, own, FS_ROOT, "target", 0);

			if (result)
				fprintf(stderr, "rename: %ld\n", result);
			must(result == 0);
			continue;
		}
		inode = call_open(caller, FS_ROOT, "target", 0);
		must(inode > 0);
		must(call_read(caller, (uint64_t)inode, 0, text, sizeof(text)) == 8 && !memcmp(text, "complete", 8));
		close_file(caller, inode);
	}
}

static void a_name_that_is_replaced_is_always_there(void **state)
{
	(void)state;
	play(make_target, replace_and_open, 3);
}

/* Directories that some remove and others fill. */
static void fill_and_remove(struct caller *caller)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		char name[32], file[64];
		int64_t result;

		snprintf(name, sizeof(name), "d%u", i % 3);
		snprintf(file, sizeof(file), "%s/f%u", name, caller->core);
		result = call_mkdir(caller, FS_ROOT, name);
		must(result == 0 || result == STATUS_EXISTS);
		result = call_open(caller, FS_ROOT, file, FS_CREATE);
		must(result > 0 || result == STATUS_NOT_FOUND);
		if (result > 0) {
			close_file(caller, result);
			if (i % 2)
				(void)call_rename(caller, FS_ROOT, name, FS_ROOT, "moved", 0);
			result = call_unlink(caller, FS_ROOT, file);
			must(result == 0 || result == STATUS_NOT_FOUND);
			snprintf(file, sizeof(file), "moved/f%u", caller->core);
			(void)call_unlink(caller, FS_ROOT, file);
		}
		result = call_rmdir(caller, FS_ROOT, i % 5 ? name : "moved");
		must(result == 0 || result == STATUS_NOT_FOUND || result == STATUS_NOT_EMPTY);
	}
}

static void nothing_is_made_in_what_is_removed(void **state)
{
	(void)state;
	play(NULL, fill_and_remove, 0);
}

/* A file that is open stays, whoever unlinks it. */
static void open_and_unlink(struct caller *caller)
{
	static _Thread_local uint8_t room[3 * PAGE], data[3 * PAGE];

	for (unsigned i = 0; i < ROUNDS; i++) {
		int64_t inode = call_open(caller, FS_ROOT, "file", FS_CREATE);

		must(inode > 0);
		memset(data, (int)(inode % 251) + 1, sizeof(data));
		must(call_write(caller, (uint64_t)inode, 0, data, sizeof(data)) == sizeof(data));
		must(call_read(caller, (uint64_t)inode, 0, room, sizeof(room)) == sizeof(room) && !memcmp(room, data, sizeof(data)));
		if (i % 3 == 0)
			(void)call_unlink(caller, FS_ROOT, "file");
		close_file(caller, inode);
	}
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST) == CORES)
		(void)call_unlink(caller, FS_ROOT, "file");
}

static void an_open_file_outlives_its_name(void **state)
{
	(void)state;
	play(NULL, open_and_unlink, 1);
}

static void cut_and_read(struct caller *caller)
{
	static _Thread_local uint8_t room[5 * PAGE], data[5 * PAGE];

	memset(data, 7, sizeof(data));
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (caller->core == 0 && i % 2)
			must(call_truncate(caller, shared, i % 4 == 1 ? 0 : PAGE + 5) == 0);
		if (caller->core < 2) {
			must(call_write(caller, shared, 0, data, sizeof(data)) == sizeof(data));
			continue;
		}
		int64_t size = call_read(caller, shared, 0, room, sizeof(room));

		must(size >= 0);
		for (int64_t j = 0; j < size; j++)
			must(room[j] == 7 || room[j] == 0);
	}
}

static void readers_see_a_files_own_bytes_while_it_is_cut_off(void **state)
{
	(void)state;
	play(make_log, cut_and_read, 2);
}

static void make_stable(struct caller *caller)
{
	for (unsigned i = 0; i < STABLE; i++) {
		char name[32];

		snprintf(name, sizeof(name), "stable-%u", i);
		close_file(caller, call_open(caller, FS_ROOT, name, FS_CREATE));
	}
}

static void list_once(struct caller *caller)
{
	uint8_t room[512];
	unsigned seen[STABLE] = { 0 };
	uint64_t cookie = 0;
	int64_t size;

	while ((size = call_list(caller, FS_ROOT, &cookie, room, sizeof(room))) > 0)
		for (uint8_t *at = room; at < room + size; at += ((struct fs_entry *)at)->length) {
			unsigned number;

			if (sscanf(((struct fs_entry *)at)->name, "stable-%u", &number) == 1)
				seen[number]++;
		}
	must(size == 0);
	for (unsigned i = 0; i < STABLE; i++)
		must(seen[i] == 1);
}

static void list_and_change(struct caller *caller)
{
	for (unsigned i = 0; i < ROUNDS / 4; i++) {
		char name[32];

		if (caller->core >= 2) {
			list_once(caller);
			continue;
		}
		for (unsigned j = 0; j < 8; j++) {
			snprintf(name, sizeof(name), "other-%u-%u", caller->core, j);
			close_file(caller, call_open(caller, FS_ROOT, name, FS_CREATE));
		}
		for (unsigned j = 0; j < 8; j++) {
			snprintf(name, sizeof(name), "other-%u-%u", caller->core, j);
			must(call_unlink(caller, FS_ROOT, name) == 0);
		}
	}
}

static void what_stays_is_listed_once(void **state)
{
	(void)state;
	play(make_stable, list_and_change, STABLE + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_all_makes_a_name),
		cmocka_unit_test(appends_are_all_there_in_their_order),
		cmocka_unit_test(a_name_that_is_replaced_is_always_there),
		cmocka_unit_test(nothing_is_made_in_what_is_removed),
		cmocka_unit_test(an_open_file_outlives_its_name),
		cmocka_unit_test(readers_see_a_files_own_bytes_while_it_is_cut_off),
		cmocka_unit_test(what_stays_is_listed_once),
	};

	return cmocka_run_group_tests_name("fs_threads", tests, NULL, NULL);
}
