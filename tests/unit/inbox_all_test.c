/* inbox_all_test.c - every core sends to every other, works, sleeps and is woken; nothing is lost or overtakes
 * SPDX-License-Identifier: MIT
 * Each thread runs the event loop of kernel/entry/events.c around a program that sends its plan: leaves, bursts,
 * requests that are answered, notifications. A core is done when it has sent its plan and has received what the
 * others' plans hold for it; should a message or a wake-up be lost, it sleeps for ever and the play ends the run.
 * Content is a function of sender, receiver, class and number, so that a torn or stale slot shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "percpu/log.h"
#include "percpu/ring.h"
#include "tests/cores/play.h"
#include "tests/unit/physical_memory.h"

enum {
	STEPS = 12000,         /* of a plan, for each receiver */
	STEPS_IN_A_ROW = 100,  /* before the program gives way, at most */
	BURST = 5,
};

enum step { STEP_LEAF, STEP_BURST, STEP_REQUEST, STEP_NOTIFY, STEP_KINDS };

static const unsigned NEAR[] = { 0, 1, 2, 3 };
static const unsigned SHARING[] = { 3, 67, 70, 131 }; /* one bit stands for three of them */

/* Of the core; by the other one's place. */
static _Thread_local uint64_t sent[PLAY_MAX][MESSAGE_CLASSES], received[PLAY_MAX][MESSAGE_CLASSES];
static _Thread_local uint64_t expected[PLAY_MAX][MESSAGE_CLASSES]; /* replies not counted */
static _Thread_local uint64_t answered[PLAY_MAX], asked[PLAY_MAX];
static _Thread_local uint64_t seed;
static uint64_t sleeps, doorbells; /* of all */

static unsigned place_of(unsigned core)
{
	unsigned place = 0;

	while (play_number(place) != core)
		play_must(++place < PLAY_MAX);
	return place;
}

static uint64_t mixed(uint64_t from, uint64_t to, uint64_t class, uint64_t number)
{
	uint64_t mix = (number * 4 + class) * 65536 + from * 256 + to + 1;

	return next_random(&mix);
}

/* What comes at a place of a plan, the same for the sender and for who counts on it. */
static enum step step_of(unsigned from, unsigned to, unsigned step)
{
	return mixed(from, to, 3, step) % STEP_KINDS;
}

static struct message make(unsigned to, enum message_kind kind, enum message_class class, uint64_t number)
{
	struct message message = { .kind = (uint16_t)kind, .service = (uint8_t)number,
				   .operation = (uint8_t)(number >> 8), .cookie = number };
	uint64_t mix = mixed(this_core(), to, class, number);

	for (unsigned i = 0; i < MESSAGE_WORDS; i++)
		message.word[i] = next_random(&mix);
	return message;
}

static void arrived(const struct message *message, enum message_class class)
{
	uint64_t *count = received[place_of(message->from)];
	uint64_t mix = mixed(message->from, this_core(), class, message->cookie);

	play_must(message->cookie == count[class]);
	play_must(message->service == (uint8_t)message->cookie);
	for (unsigned i = 0; i < MESSAGE_WORDS; i++)
		play_must(message->word[i] == next_random(&mix));
	count[class]++;
}

static void leaf_arrived(const struct message *message)
{
	arrived(message, MESSAGE_LEAF);
}

static void reply_arrived(const struct message *message)
{
	arrived(message, MESSAGE_LEAF);
	answered[place_of(message->from)]++;
}

static void notify_arrived(const struct message *message)
{
	arrived(message, MESSAGE_CALL);
}

static void request_arrived(const struct message *message)
{
	unsigned from = place_of(message->from);
	struct message reply = make(message->from, MESSAGE_reply, MESSAGE_LEAF, sent[from][MESSAGE_LEAF]++);

	arrived(message, MESSAGE_CALL);
	inbox_send_leaf(message->from, &reply);
}

const message_handler message_handlers[MESSAGE_KIND_COUNT] = {
	[MESSAGE_stream] = leaf_arrived,
	[MESSAGE_reply] = reply_arrived,
	[MESSAGE_request] = request_arrived,
	[MESSAGE_notify] = notify_arrived,
};

_Thread_local void *(*const backlog_page)(void) = play_page;

void log_collect(unsigned core)
{
	(void)core;
	play_must(this_core() == LOG_CORE);
}

static void send_burst(unsigned to, uint64_t *count)
{
	for (unsigned i = 0; i < BURST; i++) {
		struct message message = make(to, MESSAGE_stream, MESSAGE_LEAF, count[MESSAGE_LEAF]);

		if (inbox_send_burst(to, &message, 1) == 0)
			inbox_send_leaf(to, &message);
		count[MESSAGE_LEAF]++;
	}
}

static void take_step(unsigned place, unsigned step)
{
	unsigned to = play_number(place);
	uint64_t *count = sent[place];
	struct message message;

	switch (step_of(this_core(), to, step)) {
	case STEP_LEAF:
		message = make(to, MESSAGE_stream, MESSAGE_LEAF, count[MESSAGE_LEAF]++);
		inbox_send_leaf(to, &message);
		return;
	case STEP_BURST:
		send_burst(to, count);
		return;
	case STEP_REQUEST:
		message = make(to, MESSAGE_request, MESSAGE_CALL, count[MESSAGE_CALL]++);
		inbox_send_call(to, &message);
		asked[place]++;
		return;
	default:
		message = make(to, MESSAGE_notify, MESSAGE_CALL, count[MESSAGE_CALL]++);
		inbox_send_call(to, &message);
	}
}

/* A program's turn: some steps towards one of the others. */
static void run_program(unsigned *next_step, uint64_t *left)
{
	unsigned place = next_random(&seed) % PLAY_MAX;
	unsigned steps = next_random(&seed) % STEPS_IN_A_ROW;

	if (place == play_place())
		return;
	for (; steps && next_step[place] < STEPS; steps--, --*left)
		take_step(place, next_step[place]++);
}

static void expect_plans(void)
{
	for (unsigned place = 0; place < PLAY_MAX; place++) {
		for (unsigned step = 0; place != play_place() && step < STEPS; step++) {
			enum step kind = step_of(play_number(place), this_core(), step);

			if (kind == STEP_REQUEST || kind == STEP_NOTIFY)
				expected[place][MESSAGE_CALL]++;
			else
				expected[place][MESSAGE_LEAF] += kind == STEP_BURST ? BURST : 1;
		}
	}
}

static bool answered_all(void)
{
	return !memcmp(answered, asked, sizeof(asked));
}

static bool received_all(void)
{
	for (unsigned place = 0; place < PLAY_MAX; place++) {
		uint64_t leaves = expected[place][MESSAGE_LEAF] + answered[place];

		play_must(received[place][MESSAGE_LEAF] <= leaves);
		play_must(received[place][MESSAGE_CALL] <= expected[place][MESSAGE_CALL]);
		if (received[place][MESSAGE_LEAF] != leaves ||
		    received[place][MESSAGE_CALL] != expected[place][MESSAGE_CALL])
			return false;
	}
	return answered_all();
}

/* The program goes on when all that it has asked for is answered; until then its core has nothing to run. */
/* As a core does that has nothing to do; not always. */
static bool look_for_a_while(void)
{
	if (next_random(&seed) % 2)
		return false;
	inbox_watch();
	for (unsigned i = 0; i < 20; i++) {
		if (inbox_look(1))
			return true;
		cpu_pause();
	}
	return false;
}

static void everybody_with_everybody(void)
{
	unsigned next_step[PLAY_MAX] = { 0 };
	uint64_t left = (PLAY_MAX - 1) * STEPS;

	seed = 1 + this_core();
	expect_plans();
	while (left || backlog_waits() || !received_all()) {
		bool backlog;

		inbox_listen();
		inbox_drain();
		backlog = inbox_flush_backlog();
		if (left && answered_all()) {
			if (inbox_leave())
				run_program(next_step, &left);
		} else if (backlog) {
			cpu_pause();
		} else if ((left || !received_all()) && !look_for_a_while() && inbox_leave()) {
			play_sleep();
			__atomic_fetch_add(&sleeps, 1, __ATOMIC_RELAXED);
		}
	}
	__atomic_fetch_add(&doorbells, counters[COUNTER_doorbells], __ATOMIC_RELAXED);
}

static void play_all(const unsigned *cores)
{
	sleeps = doorbells = 0;
	play(PLAY_MAX, cores, everybody_with_everybody);
	assert_true(sleeps > 100);
	assert_true(doorbells >= sleeps);
}

static void nothing_is_lost_between_neighbours(void **state)
{
	(void)state;
	play_all(NEAR);
}

static void nothing_is_lost_where_cores_share_a_bit(void **state)
{
	(void)state;
	play_all(SHARING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_between_neighbours),
		cmocka_unit_test(nothing_is_lost_where_cores_share_a_bit),
	};

	return cmocka_run_group_tests_name("inbox_all", tests, NULL, NULL);
}
