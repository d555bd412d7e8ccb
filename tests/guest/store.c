/* store.c - what a service keeps in its store: by its core written, by all read, and there when its replicas are not
 * SPDX-License-Identifier: MIT
 * Usage: store ROUNDS. First step by step on each core, hostile steps included; then each core drops, fills and changes a page of its own again and again,
 * while the others copy it out under the word that says what it is. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "abi/keeper.h"
#include "abi/service.h"
#include "pin.h"

enum {
	CORES_MOST = 64,
	PAGE = 4096,
	SOON = 1000000, /* ns: a replica that has failed rests */
	PAGES = 10,
	FAR = 1 << 20,  /* pages up in the shard */
};

static _Atomic long wrong;
static unsigned long rounds;
static long cores;

static void expect(const char *what, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	printf("store: %s: %jd, not %jd\n", what, (intmax_t)found, (intmax_t)expected);
	wrong++;
}

static int64_t tell(enum keeper what, uint64_t first, uint64_t second)
{
	return ipc_call(SERVER_keeper, &(struct words){ { what, first, second, 0, 0, 0 } });
}

/* Into `to`, while the word at `word` is `value`. */
static int64_t give(void *to, uint64_t size, uint64_t from, uint64_t word, uint64_t value)
{
	return ipc_lend(SERVER_keeper, &(struct words){ { KEEPER_GIVE, from, word, value, (uint64_t)to, size | IPC_WRITABLE } });
}

static int64_t tell_text(const char *text)
{
	return ipc_lend(SERVER_keeper, &(struct words){ { KEEPER_TEXT, 0, 0, 0, (uint64_t)text, PAGE } });
}

static uint64_t page_of(long core, uint64_t page)
{
	return STORE_BASE + ((uint64_t)core << STORE_SHIFT) + page * PAGE;
}

static void until_it_is_back(void)
{
	while (tell(KEEPER_COUNT, 0, 0) == STATUS_DEAD)
		nanosleep(&(struct timespec){ 0, SOON }, NULL);
}

/* What ends the replica, which begins anew. */
static void must_end(const char *what, enum keeper order, uint64_t first, uint64_t second)
{
	until_it_is_back();
	expect(what, tell(order, first, second), STATUS_DEAD);
	until_it_is_back();
	expect("calls since", tell(KEEPER_COUNT, 0, 0), 2);
}

static void look_around(long core)
{
	struct words words = { { KEEPER_HERE } };
	char magic[6];

	expect("its core", ipc_call(SERVER_keeper, &words), core);
	expect("of how many", (int64_t)words.word[1], cores);
	expect("a time", words.word[3] > 0, 1);
	expect("this thread", tell(KEEPER_LIVES, (uint64_t)syscall(SYS_gettid), 0), 1);
	expect("another", tell(KEEPER_LIVES, 0x3fffffff, 0), 0);
	expect("the initramfs", give(magic, sizeof(magic), ARCHIVE_BASE, 0, 0), STATUS_OK);
	expect("its beginning", memcmp(magic, "070701", sizeof(magic)), 0);
	expect("beyond it", give(magic, sizeof(magic), ARCHIVE_BASE + words.word[2] + PAGE, 0, 0), STATUS_BAD_ADDRESS);
	must_end("a word in it", KEEPER_WRITE, ARCHIVE_BASE, 0);
}

static void take_text(void)
{
	char *room = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *end = room + PAGE;

	memset(room, 'x', 2 * PAGE);
	end[-1] = 0;
	expect("a long text", tell_text(room), PAGE - 1);
	expect("one that is too long", tell_text(room + 1 + PAGE - 1), STATUS_NO_SPACE);
	munmap(end, PAGE);
	expect("the last one of its page", tell_text(end - 100), 99);
	expect("none", tell_text(end - 1), 0);
	end[-1] = 'x';
	expect("one without an end", tell_text(end - 100), STATUS_BAD_ADDRESS);
	munmap(room, PAGE);
}

static void fill_and_drop(long core)
{
	uint64_t page = page_of(core, 0), far = page_of(core, FAR);

	expect("pages", tell(KEEPER_FILL, page, PAGES), STATUS_OK);
	expect("one far above", tell(KEEPER_FILL, far, 1), STATUS_OK);
	expect("what is in them", tell(KEEPER_READ, page + 8, 0), 0);
	expect("a word", tell(KEEPER_WRITE, page + 8, 2 * (uint64_t)core + 46), STATUS_OK);
	expect("one far above", tell(KEEPER_WRITE, far, 84), STATUS_OK);
	expect("pages that are there", tell(KEEPER_FILL, page, PAGES + 1), STATUS_OK);
	expect("the word", tell(KEEPER_READ, page + 8, 0), core + 23);
	must_end("its end", KEEPER_FAIL, 0, 0);
	expect("the word in the next life", tell(KEEPER_READ, page + 8, 0), core + 23);
	expect("that far above", tell(KEEPER_READ, far, 0), 42);
	expect("dropped", tell(KEEPER_DROP, far, 1), STATUS_OK);
	must_end("what was dropped", KEEPER_READ, far, 0);
	must_end("what was never there", KEEPER_READ, page_of(core, PAGES + 1), 0);
	must_end("the same, written", KEEPER_WRITE, page_of(core, PAGES + 1), 0);
	expect("filled anew", tell(KEEPER_FILL, far, 1), STATUS_OK);
	expect("what is in it", tell(KEEPER_READ, far, 0), 0);
	expect("a page that begins nowhere", tell(KEEPER_FILL, page + 8, 1), STATUS_BAD_ARGUMENT);
	expect("more than there can be", tell(KEEPER_FILL, page, UINT64_C(1) << 52), STATUS_BAD_ARGUMENT);
	expect("the program's", tell(KEEPER_DROP, (uint64_t)&wrong & -PAGE, 1), STATUS_BAD_ARGUMENT);
	expect("the kernel's", tell(KEEPER_FILL, 0xffff800000000000, 1), STATUS_BAD_ARGUMENT);
}

static void copy_under_a_word(long core)
{
	uint64_t page = page_of(core, 0), found = 0;

	expect("the word is as it is to be", give(&found, sizeof(found), page + 8, page + 8, 2 * (uint64_t)core + 46), STATUS_OK);
	expect("what is copied", (int64_t)found, 2 * core + 46);
	found = 1;
	expect("it is not", give(&found, sizeof(found), page + 8, page + 8, 1), STATUS_BUSY);
	expect("and nothing is copied", (int64_t)found, 1);
	expect("there is no word", give(&found, sizeof(found), page + 8, page_of(core, PAGES + 1), 1), STATUS_BAD_ADDRESS);
	expect("what is to be copied is not there", give(&found, sizeof(found), page_of(core, PAGES + 1), page + 8, 2 * (uint64_t)core + 46), STATUS_BAD_ADDRESS);
	expect("nor is the word as it is to be", give(&found, sizeof(found), page_of(core, PAGES + 1), page + 8, 0), STATUS_BUSY);
}

/* What belongs to another core is to be read. */
static void reach_others(long core, long other)
{
	uint64_t page = page_of(other, 0);

	expect("another's word", tell(KEEPER_READ, page + 8, 0), other + 23);
	must_end("a word for it", KEEPER_WRITE, page + 8, 1);
	expect("another's word", tell(KEEPER_READ, page + 8, 0), other + 23);
	must_end("a word for it that has been read", KEEPER_WRITE, page + 8, 1);
	must_end("another's page that is not there", KEEPER_READ, page_of(other, PAGES + 1), 0);
	expect("pages for it", tell(KEEPER_FILL, page_of(other, PAGES + 1), 1), STATUS_BAD_ARGUMENT);
	expect("its pages", tell(KEEPER_DROP, page, 1), STATUS_BAD_ARGUMENT);
	pin(other);
	expect("a page of its own", tell(KEEPER_READ, page_of(other, FAR), 0), 0);
	pin(core);
	expect("to be read", tell(KEEPER_READ, page_of(other, FAR), 0), 0);
	pin(other);
	expect("and dropped", tell(KEEPER_DROP, page_of(other, FAR), 1), STATUS_OK);
	pin(core);
	must_end("and read", KEEPER_READ, page_of(other, FAR), 0);
}

/* A page whose words are all the number in the first word of the shard. */
static void change_own(long core)
{
	uint64_t number = page_of(core, 0), page = page_of(core, FAR);

	pin(core);
	for (uint64_t round = 1; round <= rounds; round++) {
		expect("the next number", tell(KEEPER_WRITE, number, 2 * round), STATUS_OK);
		expect("the page is dropped", tell(KEEPER_DROP, page, 1), STATUS_OK);
		expect("filled", tell(KEEPER_FILL, page, 1), STATUS_OK);
		for (uint64_t at = 0; at < PAGE; at += PAGE / 4)
			expect("and written", tell(KEEPER_WRITE, page + at, 2 * round), STATUS_OK);
		expect("before all know it", tell(KEEPER_WRITE, number, 2 * round + 1), STATUS_OK);
	}
}

static _Atomic long changing, copied;

static void copy_other(long other)
{
	uint64_t number = 2 * (uint64_t)tell(KEEPER_READ, page_of(other, 0), 0) + 1, words[PAGE / 8];
	int64_t status = give(words, sizeof(words), page_of(other, FAR), page_of(other, 0), number);

	if (status == STATUS_BUSY || status == STATUS_BAD_ADDRESS) /* it is being changed */
		return;
	expect("a copy", status, STATUS_OK);
	for (unsigned i = 0; i < PAGE / 8; i += PAGE / 32)
		expect("a word of a copy", (int64_t)words[i], (int64_t)number - 1);
	copied++;
}

static void copy_others(void)
{
	bool last;

	do {
		last = !changing;
		for (long other = 0; other < cores; other++)
			copy_other(other);
	} while (!last);
}

static void *change_thread(void *core)
{
	change_own((long)core);
	changing--;
	return NULL;
}

static void *copy_thread(void *core)
{
	pin((long)core);
	copy_others();
	return NULL;
}

static void at_once(void)
{
	pthread_t thread[2 * CORES_MOST];

	changing = cores;
	for (long i = 0; i < 2 * cores; i++)
		if (pthread_create(&thread[i], NULL, i % 2 ? copy_thread : change_thread, (void *)(i / 2)))
			exit(1);
	for (long i = 0; i < 2 * cores; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 20;
	cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (cores > CORES_MOST)
		return 1;
	for (long core = 0; core < cores; core++) {
		pin(core);
		look_around(core);
		take_text();
		fill_and_drop(core);
		copy_under_a_word(core);
	}
	for (long core = 0; core < cores && cores > 1; core++) {
		pin(core);
		reach_others(core, (core + 1) % cores);
		if (core == 3)
			core = cores - 2 > core ? cores - 2 : core;
	}
	at_once();
	printf("store: %ld cores, %lu rounds, %ld copies, %ld wrong\n", cores, rounds, copied, wrong);
	return wrong != 0;
}
