/* inbox_bulletin_test.c - one leaf for several cores: each of them handles it once, and it stays as it is until they have
 * SPDX-License-Identifier: MIT
 * Every core posts its plan, each bulletin to some of the others, and waits until they have acknowledged it; meanwhile it handles
 * theirs. A core that has nothing left to do sleeps. A lost bulletin lets its sender wait for ever, and the play ends the run. */
#include <setjmp.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "percpu/log.h"
#include "tests/cores/play.h"
#include "tests/unit/physical_memory.h"

enum { BULLETINS = 4000 };

static const unsigned NEAR[] = { 0, 1, 2, 3 };
static const unsigned SHARING[] = { 3, 67, 70, 131 }; /* one pending bit stands for three of them, and each has a `posted` bit of its own */

static _Thread_local uint64_t received, next_from[PLAY_MAX], asked;

static uint64_t mixed(unsigned from, uint64_t number)
{
	uint64_t mix = number * 256 + from + 1;

	return next_random(&mix);
}

/* The places of those that a core's bulletin goes to: a bit for each, none for itself. */
static unsigned readers_of(unsigned place, uint64_t number)
{
	return mixed(play_number(place), number) % (1 << PLAY_MAX) & ~(1u << place);
}

static unsigned place_of(unsigned core)
{
	unsigned place = 0;

	while (play_number(place) != core)
		play_must(++place < PLAY_MAX);
	return place;
}

/* The next of the sender's that is for us must be the one that came; then it is answered. */
static void bulletin_arrived(const struct message *message)
{
	unsigned from = place_of(message->from);

	while (!(readers_of(from, next_from[from]) & 1u << play_place()))
		next_from[from]++;
	play_must(message->cookie == next_from[from]);
	for (unsigned i = 0; i < MESSAGE_WORDS; i++)
		play_must(message->word[i] == mixed(message->from, message->cookie) + i);
	next_from[from]++;
	received++;
	inbox_acknowledge(message->from);
	for (unsigned i = 0; received % 8 == 0 && i < 5; i++)
		sched_yield(); /* the sender may go on, and post the next, before we return */
}

static void asked_arrived(const struct message *message)
{
	asked++;
	inbox_acknowledge(message->from);
}

const message_handler message_handlers[MESSAGE_KIND_COUNT] = {
	[MESSAGE_stream] = bulletin_arrived,
	[MESSAGE_invalidate] = asked_arrived,
};

_Thread_local void *(*const backlog_page)(void) = play_page;

void log_collect(unsigned core)
{
	(void)core;
	play_must(this_core() == LOG_CORE);
}

static void post(uint64_t number)
{
	struct message message = { .kind = MESSAGE_stream, .cookie = number };
	unsigned readers = readers_of(play_place(), number);
	struct core_set cores = { 0 };

	for (unsigned i = 0; i < MESSAGE_WORDS; i++)
		message.word[i] = mixed(this_core(), number) + i;
	for (unsigned place = 0; place < PLAY_MAX; place++)
		if (readers & 1u << place)
			core_set_add(&cores, play_number(place));
	inbox_ask_all(&cores, &message);
}

static void everybody_posts(void)
{
	uint64_t expected = 0, number = 0;

	for (unsigned place = 0; place < PLAY_MAX; place++)
		for (uint64_t i = 0; place != play_place() && i < BULLETINS; i++)
			expected += readers_of(place, i) >> play_place() & 1;
	while (number < BULLETINS || received < expected) {
		inbox_listen();
		inbox_drain();
		if (number < BULLETINS)
			post(number++);
		else if (received < expected && inbox_leave())
			play_sleep();
	}
	play_must(received == expected);
	for (unsigned i = 0; i < CORE_SET_WORDS; i++)
		play_must(!core_mailbox->posted[i]);
}

static void each_reader_handles_a_bulletin_once(void **state)
{
	(void)state;
	play(PLAY_MAX, NEAR, everybody_posts);
	play(PLAY_MAX, SHARING, everybody_posts);
}

static void count_one_bulletin(void)
{
	struct core_set cores = { 0 };

	if (play_place() == 0) {
		core_set_add(&cores, 1);
		core_set_add(&cores, 2);
		inbox_ask_all(&cores, &(struct message){ .kind = MESSAGE_invalidate });
		play_must(counters[COUNTER_messages] == 2);
	}
	if (play_place() == 1 || play_place() == 2)
		while (!asked) {
			inbox_drain();
			cpu_pause();
		}
	play_meet();
	play_must(asked == (play_place() == 1 || play_place() == 2));
	play_must(!inbox_pending());
}

static void a_bulletin_is_a_message_to_each_reader(void **state)
{
	(void)state;
	play(PLAY_MAX, NEAR, count_one_bulletin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reader_handles_a_bulletin_once),
		cmocka_unit_test(a_bulletin_is_a_message_to_each_reader),
	};

	return cmocka_run_group_tests_name("inbox_bulletin", tests, NULL, NULL);
}
