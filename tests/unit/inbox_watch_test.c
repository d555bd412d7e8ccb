/* inbox_watch_test.c - a core that looks for messages by itself: no pending bit, no doorbell, and nothing stays when it ends
 * SPDX-License-Identifier: MIT
 * All against all, with cores that watch now and then: inbox_all_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "percpu/log.h"
#include "tests/cores/play.h"

enum { WATCHED_MOST = 4, WATCHED_LONG = 32, SENDERS = PLAY_MOST - 1 };

static const unsigned PAIR[] = { 0, 1 };
static const unsigned APART[] = { 65, 1 };
static const unsigned ALL[PLAY_MOST] = { 0, 1, 2, 3, 4, 5 };

static _Thread_local uint64_t received[MESSAGE_CLASSES];

static void leaf_arrived(const struct message *message)
{
	(void)message;
	received[MESSAGE_LEAF]++;
}

static void call_arrived(const struct message *message)
{
	(void)message;
	received[MESSAGE_CALL]++;
}

const message_handler message_handlers[MESSAGE_KIND_COUNT] = {
	[MESSAGE_stream] = leaf_arrived,
	[MESSAGE_notify] = call_arrived,
};

_Thread_local void *(*const backlog_page)(void) = play_page;

void log_collect(unsigned core)
{
	(void)core;
}

static void send(unsigned place, enum message_kind kind)
{
	struct message message = { .kind = (uint16_t)kind };

	if (kind == MESSAGE_stream)
		inbox_send_leaf(play_number(place), &message);
	else
		inbox_send_call(play_number(place), &message);
}

static bool anybody_watched(void)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < CORE_SET_WORDS; i++)
		bits |= __atomic_load_n(&core_mailbox->watched[i], __ATOMIC_RELAXED);
	return bits != 0;
}

static void receive(uint64_t leaves, uint64_t calls)
{
	while (received[MESSAGE_LEAF] < leaves || received[MESSAGE_CALL] < calls) {
		inbox_drain();
		cpu_pause();
	}
}

/* Place 0 sends, place 1 receives. The first message goes the long way. */
static void watch_a_sender(void)
{
	if (play_place() == 0) {
		send(1, MESSAGE_stream);
		play_meet(); /* received */
		play_meet(); /* watched */
		send(1, MESSAGE_stream);
		send(1, MESSAGE_notify);
		play_meet(); /* sent */
		play_meet(); /* looked at */
		play_must(!counters[COUNTER_doorbells]);
		return;
	}
	receive(1, 0);
	play_must(!anybody_watched());
	play_meet();
	inbox_watch();
	inbox_watch();
	play_must(anybody_watched() && !inbox_look(1));
	play_meet();
	play_meet();
	play_must(!inbox_pending() && inbox_look(1));
	inbox_serve_leaves();
	play_must(received[MESSAGE_LEAF] == 2 && !received[MESSAGE_CALL] && inbox_look(1));
	inbox_drain();
	play_must(received[MESSAGE_CALL] == 1 && !inbox_look(1));
	play_must(inbox_leave() && !anybody_watched() && !play_rung());
	play_meet();
}

static void who_is_watched_writes_the_message_and_nothing_else(void **state)
{
	(void)state;
	play(2, PAIR, watch_a_sender);
	play(2, APART, watch_a_sender);
}

/* A message of each class that comes while it watches, and that it has not looked at when it is to leave. */
static void leave_without_looking(void)
{
	static const enum message_kind kinds[] = { MESSAGE_stream, MESSAGE_notify };

	for (unsigned i = 0; i < 2; i++) {
		if (play_place() == 0) {
			send(1, MESSAGE_stream);
			play_meet();
			play_meet();
			send(1, kinds[i]);
			play_meet();
			play_meet();
			send(1, kinds[i]); /* to who has left */
			play_must(counters[COUNTER_doorbells] == i + 1);
			play_meet();
			play_meet();
			continue;
		}
		receive(1, 0);
		play_meet();
		inbox_watch();
		play_meet();
		play_meet();
		play_must(!inbox_leave() && core_mailbox->attention == ATTENTION_LISTENING);
		play_must(inbox_pending() && !anybody_watched());
		inbox_drain();
		play_must(received[MESSAGE_LEAF] + received[MESSAGE_CALL] == 2);
		play_must(inbox_leave());
		play_meet();
		play_meet();
		play_must(play_rung() && inbox_pending());
		inbox_listen();
		inbox_drain();
		play_must(received[MESSAGE_LEAF] + received[MESSAGE_CALL] == 3);
		received[MESSAGE_LEAF] = received[MESSAGE_CALL] = 0;
		play_meet();
	}
}

static void what_came_while_it_watched_is_not_left_behind(void **state)
{
	(void)state;
	play(2, PAIR, leave_without_looking);
	play(2, APART, leave_without_looking);
}

/* The last place receives. One sender more than can be watched: it is passed over at first, then takes the oldest one's place. */
static void watch_too_many(void)
{
	unsigned self = play_place(), home = SENDERS;

	for (unsigned place = 0; place < SENDERS; place++) {
		if (self == place)
			send(home, MESSAGE_stream);
		if (self == home)
			receive(place + 1, 0);
		play_meet();
	}
	if (self == home) {
		inbox_watch();
		for (unsigned place = 0; place < SENDERS; place++)
			play_must((core_mailbox->watched[0] >> place & 1) == (place < WATCHED_MOST));
	}
	play_meet();
	for (unsigned i = 1; i < WATCHED_LONG; i++) {
		if (self == home) {
			play_must(core_mailbox->watched[0] & 1);
			play_must(!(core_mailbox->watched[0] >> WATCHED_MOST & 1));
		}
		play_meet();
		if (self == WATCHED_MOST)
			send(home, MESSAGE_stream);
		if (self == 0 && i == WATCHED_LONG - 1)
			send(home, MESSAGE_notify); /* by whom is watched until now */
		play_meet();
		if (self == home && i == WATCHED_LONG - 1)
			play_must(inbox_pending());
		if (self == home)
			receive(SENDERS + i, i == WATCHED_LONG - 1);
		play_meet();
	}
	if (self == home)
		play_must(!(core_mailbox->watched[0] & 1) && core_mailbox->watched[0] >> WATCHED_MOST & 1);
	play_meet();
	if (self == WATCHED_MOST)
		send(home, MESSAGE_stream);
	play_meet();
	if (self == home) {
		play_must(!inbox_pending() && inbox_look(1));
		inbox_drain();
		play_must(inbox_leave());
	}
}

static void who_sends_often_is_watched_in_the_place_of_another(void **state)
{
	(void)state;
	play(PLAY_MOST, ALL, watch_too_many);
}

/* Place 0 answers, place 5 has asked it; the others are met before, and after. */
static void expect_an_answer(void)
{
	unsigned self = play_place(), home = SENDERS;

	for (unsigned place = 1; place < SENDERS; place++) {
		if (self == place)
			send(home, MESSAGE_stream);
		if (self == home)
			receive(place, 0);
		play_meet();
	}
	if (self == home) {
		inbox_expect(0);
		inbox_expect(3); /* has a place */
		inbox_watch();
		for (unsigned place = 0; place < SENDERS; place++)
			play_must((core_mailbox->watched[0] >> place & 1) == (place != 1)); /* the one that was met first */
		inbox_expect(1);
		play_must((core_mailbox->watched[0] & 3) == 2);
		inbox_expect(0);
	}
	play_meet();
	for (unsigned i = 0; i < WATCHED_LONG * WATCHED_MOST; i++) {
		if (self == 1)
			send(home, MESSAGE_stream);
		if (self == home)
			receive(SENDERS + i, 0);
		play_meet();
	}
	if (self == home)
		play_must(core_mailbox->watched[0] & 1 && core_mailbox->watched[0] & 2); /* who sends often has taken another place */
	play_meet();
	if (self == 0)
		send(home, MESSAGE_stream);
	play_meet();
	if (self == home) {
		play_must(!inbox_pending() && inbox_look(1));
		inbox_drain();
		play_must(inbox_leave());
	}
}

static void who_is_to_answer_is_watched_before_he_has_sent(void **state)
{
	(void)state;
	play(PLAY_MOST, ALL, expect_an_answer);
}

/* A call to who was away the last time sets the pending bit, watched or not; a leaf looks. */
static void call_who_was_away(void)
{
	if (play_place() == 0) {
		send(1, MESSAGE_stream);
		play_meet();
		play_meet(); /* away */
		send(1, MESSAGE_notify);
		play_must(counters[COUNTER_doorbells] == 1);
		play_meet();
		play_meet(); /* watches */
		send(1, MESSAGE_stream);
		play_meet();
		play_meet(); /* has looked: nothing is pending */
		send(1, MESSAGE_notify);
		play_must(counters[COUNTER_doorbells] == 1);
		play_meet();
		play_meet();
		send(1, MESSAGE_notify);
		play_meet();
		play_meet();
		return;
	}
	receive(1, 0);
	play_meet();
	play_must(inbox_leave());
	play_meet();
	play_meet();
	play_must(play_rung());
	inbox_listen();
	inbox_drain();
	inbox_watch();
	play_meet();
	play_meet();
	play_must(!inbox_pending() && inbox_look(1));
	inbox_drain();
	play_meet();
	play_meet();
	play_must(inbox_pending());
	inbox_drain();
	play_meet();
	play_meet();
	play_must(!inbox_pending() && inbox_look(1)); /* it was seen to listen, so it is asked again */
	inbox_drain();
	play_must(received[MESSAGE_LEAF] == 2 && received[MESSAGE_CALL] == 3);
	play_meet();
}

static void a_call_does_not_ask_who_was_away(void **state)
{
	(void)state;
	play(2, PAIR, call_who_was_away);
	play(2, APART, call_who_was_away);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_watched_writes_the_message_and_nothing_else),
		cmocka_unit_test(what_came_while_it_watched_is_not_left_behind),
		cmocka_unit_test(who_sends_often_is_watched_in_the_place_of_another),
		cmocka_unit_test(who_is_to_answer_is_watched_before_he_has_sent),
		cmocka_unit_test(a_call_does_not_ask_who_was_away),
	};

	return cmocka_run_group_tests_name("inbox_watch", tests, NULL, NULL);
}
