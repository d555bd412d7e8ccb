/* store_test.c - pages of a service's store that others get a share of: which ones, and while what holds
 * SPDX-License-Identifier: MIT
 * How replicas reach a store is in tests/guest/store.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/cores/spaces.h" /* first: it says where physical memory lies here */
#include "abi/domain.h"
#include "kernel/arch/defences.h"
#include "kernel/memory/backing.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/store.h"
#include "percpu/far.h"

enum { SERVER = SERVER_fs, VALUE = 77, ROUNDS = 2000 };

#define SHARD ((uint64_t)1 << STORE_SHIFT)
#define WORD  (STORE_BASE + 64)                 /* of the first page, which is there in each test */
#define PAGES (STORE_BASE + STORE_MAPPABLE)

static const unsigned ONE[] = { 0 }, TWO[] = { 0, 1 };

/* Nobody maps an object here. */
static uint64_t object_of(uint64_t holder)
{
	return holder;
}

static void nothing(uint64_t holder)
{
	(void)holder;
}

uint64_t (*const backing_object)(uint64_t holder) = object_of;
void (*const backing_keep)(uint64_t holder) = nothing;
void (*const backing_let_go)(uint64_t holder) = nothing;

/* The first core asks for its own variable before the others do. */
const far void *far_of(unsigned core, const volatile void *variable)
{
	static const volatile void *of_first;

	play_must(core == 0);
	if (this_core() == 0)
		__atomic_store_n(&of_first, variable, __ATOMIC_RELAXED);
	return (const void *)__atomic_load_n(&of_first, __ATOMIC_RELAXED);
}

const far void *far_physical(uint64_t physical)
{
	return direct(physical);
}

uint64_t far_read64(const far uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Of its own pages. */
static uint64_t *word_at(uint64_t address)
{
	uint64_t physical;

	play_must(!vspace_physical(space_view->store, address, &physical));
	return direct(physical);
}

static uint64_t frame_at(uint64_t address)
{
	return direct_physical(word_at(address & ~(uint64_t)(PAGE_SIZE - 1)));
}

static void put(uint64_t address, uint64_t value)
{
	__atomic_store_n(word_at(address), value, __ATOMIC_RELEASE);
}

static void fill(uint64_t address)
{
	play_must(store_fill(space_view->store, address & ~(uint64_t)(PAGE_SIZE - 1), 1) == 1);
}

static const uint64_t *vouching; /* the word, for all cores */

static void open_store(void)
{
	space_open(UINT64_C(1) << 30);
	if (play_place() == 0)
		play_must(store_open(UINT64_C(1) << SERVER));
	play_meet();
	if (play_place() == 0)
		play_must(!store_attach(SERVER, space_view));
	play_meet();
	if (play_place() != 0)
		play_must(!store_attach(SERVER, space_view));
	if (play_place() == 0) {
		fill(WORD);
		put(WORD, VALUE);
		vouching = word_at(WORD);
	}
	play_meet();
}

/* The sharers that a page has more by it. */
static status_t share(uint64_t address, uint64_t word, uint64_t value)
{
	uint64_t frame;
	status_t status = store_share(&(struct store_page){ SERVER, address, word, value }, &frame);

	if (status)
		return status;
	play_must(*frame_sharers(frame) == 1 && frame == frame_at(address));
	frame_drop(frame);
	play_must(*frame_sharers(frame) == 0);
	return status;
}

static void by_address(void)
{
	open_store();
	fill(PAGES);
	fill(PAGES + SHARD / 2 - 1);
	fill(PAGES - 1);
	fill(STORE_BASE + SHARD / 4);
	play_must(!share(PAGES, WORD, VALUE));
	play_must(!share(PAGES + SHARD / 2 - PAGE_SIZE, WORD, VALUE));
	play_must(share(WORD, WORD, VALUE) == STATUS_NOT_ALLOWED);
	play_must(share(STORE_BASE + SHARD / 4, WORD, VALUE) == STATUS_NOT_ALLOWED);
	play_must(share(PAGES - PAGE_SIZE, WORD, VALUE) == STATUS_NOT_ALLOWED);
	play_must(*frame_sharers(frame_at(WORD)) == 0);
}

static void only_the_upper_half_of_a_shard_is_shared(void **state)
{
	(void)state;
	play(1, ONE, by_address);
}

/* As a service in ring 0 has its addresses. */
static void inner(void)
{
	uint64_t frame;

	open_store();
	fill(PAGES);
	play_must(!store_share(&(struct store_page){ SERVER, store_inner(PAGES), store_inner(WORD), VALUE }, &frame));
	frame_drop(frame);
	play_must(store_share(&(struct store_page){ SERVER, store_inner(WORD), store_inner(WORD), VALUE }, &frame) == STATUS_NOT_ALLOWED);
}

static void so_it_is_by_the_addresses_of_ring_0(void **state)
{
	(void)state;
	play(1, ONE, inner);
}

static void undefended(void)
{
	open_store();
	defences_off = UINT64_C(1) << DEFENCE_halves;
	play_must(!share(WORD, WORD, VALUE));
	defences_off = 0;
}

static void without_the_defence_all_pages_are(void **state)
{
	(void)state;
	play(1, ONE, undefended);
}

static void by_word(void)
{
	open_store();
	fill(PAGES);
	play_must(share(PAGES, WORD, VALUE + 1) == STATUS_RESTART);
	play_must(share(PAGES, WORD + 1, VALUE) == STATUS_NOT_ALLOWED);
	play_must(share(PAGES, WORD + PAGE_SIZE, 0) == STATUS_NOT_ALLOWED);
	play_must(share(PAGES, 0, 0) == STATUS_NOT_ALLOWED);
	play_must(share(PAGES + PAGE_SIZE, WORD, VALUE) == STATUS_RESTART);
	play_must(share(PAGES - SHARD, WORD, VALUE) == STATUS_RESTART); /* below the store */
	play_must(store_share(&(struct store_page){ SERVER_keeper, PAGES, WORD, VALUE }, &(uint64_t){ 0 }) == STATUS_RESTART);
	play_must(store_share(&(struct store_page){ IPC_SERVERS, PAGES, WORD, VALUE }, &(uint64_t){ 0 }) == STATUS_RESTART);
	play_must(*frame_sharers(frame_at(PAGES)) == 0);
	play_must(!share(PAGES, WORD, VALUE));
}

static void a_page_is_shared_while_its_word_says_so(void **state)
{
	(void)state;
	play(1, ONE, by_word);
}

static uint64_t found; /* the last one that was got */

/* Each second page is there until it has been got, and the others go at once. */
static void home(void)
{
	for (uint64_t round = VALUE + 1; round <= VALUE + ROUNDS; round++) {
		space_interrupt();
		put(WORD, 0);
		play_must(!store_drop(space_view->store, PAGES, 1));
		fill(PAGES);
		put(PAGES, round);
		put(WORD, round);
		while (round % 2 && __atomic_load_n(&found, __ATOMIC_RELAXED) != round) /* bounded: the other one gets it now */
			cpu_pause();
	}
}

/* A page that it gets has in it what the word said. */
static void other(void)
{
	uint64_t value, frame;

	while ((value = __atomic_load_n(vouching, __ATOMIC_ACQUIRE)) != VALUE + ROUNDS || found != value) { /* bounded: by the rounds */
		space_interrupt();
		if (value <= VALUE || store_share(&(struct store_page){ SERVER, PAGES, WORD, value }, &frame))
			continue;
		play_must(__atomic_load_n((uint64_t *)direct(frame), __ATOMIC_ACQUIRE) == value);
		frame_drop(frame);
		__atomic_store_n(&found, value, __ATOMIC_RELAXED);
	}
}

static void both(void)
{
	open_store();
	if (play_place() == 0)
		home();
	else
		other();
	play_meet();
}

static void whoever_gets_a_page_has_the_one_that_the_word_is_about(void **state)
{
	(void)state;
	play(2, TWO, both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_upper_half_of_a_shard_is_shared),
		cmocka_unit_test(so_it_is_by_the_addresses_of_ring_0),
		cmocka_unit_test(without_the_defence_all_pages_are),
		cmocka_unit_test(a_page_is_shared_while_its_word_says_so),
		cmocka_unit_test(whoever_gets_a_page_has_the_one_that_the_word_is_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
