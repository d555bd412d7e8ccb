/* inbox_test.c - messages between cores: the first ones, doorbells, full rings, the backlog; threads play the cores
 * SPDX-License-Identifier: MIT
 * Step by step here; everybody with everybody in inbox_all_test.c. A core that waits for a message that was lost,
 * or sleeps through a doorbell, hangs: the play ends such a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "percpu/log.h"
#include "percpu/ring.h"
#include "tests/cores/play.h"

enum {
	INSIDE = RING_SLOTS, /* messages in a full ring */
	RECORDS_IN_PAGE = PAGE_SIZE / 80,
	LEAVES = 3000,
	FLOOD = 8 * RING_SLOTS, /* calls */
};

static const unsigned PAIR[] = { 0, 1 };
static const unsigned APART[] = { 1, 65 }; /* same bit in a word of pending bits */

/* Of the core. */
static _Thread_local uint64_t received[MESSAGE_CLASSES], collected, calls_before_leaf;

static _Thread_local bool in_a_burst; /* all messages are one */

static unsigned flood_sent, flood_taken; /* calls; atomic. 0 sent: there is no flood */

static void arrived(const struct message *message, enum message_class class)
{
	play_must(message->cookie == (in_a_burst ? 0 : received[class]) && message->from == play_number(1 - play_place()));
	received[class]++;
}

static void leaf_arrived(const struct message *message)
{
	arrived(message, MESSAGE_LEAF);
	calls_before_leaf = received[MESSAGE_CALL];
}

/* In a flood it does not return before the next call is there, as if it took that long. */
static void call_arrived(const struct message *message)
{
	arrived(message, MESSAGE_CALL);
	__atomic_store_n(&flood_taken, (unsigned)received[MESSAGE_CALL], __ATOMIC_RELEASE);
	while (__atomic_load_n(&flood_sent, __ATOMIC_ACQUIRE) && received[MESSAGE_CALL] < FLOOD &&
	       __atomic_load_n(&flood_sent, __ATOMIC_ACQUIRE) <= received[MESSAGE_CALL])
		cpu_pause();
}

const message_handler message_handlers[MESSAGE_KIND_COUNT] = {
	[MESSAGE_stream] = leaf_arrived,
	[MESSAGE_request] = call_arrived,
	[MESSAGE_notify] = call_arrived,
};

_Thread_local void *(*const backlog_page)(void) = play_page;

void log_collect(unsigned core)
{
	play_must(this_core() == LOG_CORE);
	collected |= UINT64_C(1) << core;
}

static struct message make(enum message_kind kind, uint64_t number)
{
	return (struct message){ .kind = (uint16_t)kind, .cookie = number };
}

static void send_leaf(uint64_t number)
{
	struct message message = make(MESSAGE_stream, number);

	inbox_send_leaf(play_number(1), &message);
}

static void send_call(uint64_t number)
{
	struct message message = make(number % 2 ? MESSAGE_request : MESSAGE_notify, number);

	inbox_send_call(play_number(1), &message);
}

static void drain_until(enum message_class class, uint64_t count)
{
	while (received[class] < count) {
		inbox_drain();
		cpu_pause();
	}
}

/* The first core sends one leaf to the second. */
static void greet(void)
{
	if (play_place() == 0)
		send_leaf(0);
	else
		drain_until(MESSAGE_LEAF, 1);
	play_meet();
}

/* The second core looks at nothing before all is sent. */
static void send_the_first_messages(void)
{
	if (play_place() == 0) {
		send_leaf(0);
		send_call(0);
		play_must(counters[COUNTER_messages] == 2);
	}
	play_meet();
	if (play_place() == 1) {
		inbox_drain();
		play_must(received[MESSAGE_LEAF] == 1 && received[MESSAGE_CALL] == 1);
	}
}

static void the_first_message_needs_nobodys_help(void **state)
{
	(void)state;
	play(2, PAIR, send_the_first_messages);
	play(2, APART, send_the_first_messages);
}

static void leave_and_be_rung(void)
{
	greet();
	if (play_place() == 1) {
		inbox_drain();
		play_must(inbox_leave());
		play_meet();
		play_meet();
		play_must(play_rung());
		play_must(!inbox_leave());
		play_must(core_mailbox->attention == ATTENTION_LISTENING);
		inbox_drain();
		play_must(received[MESSAGE_LEAF] == 3 && received[MESSAGE_CALL] == 1);
		play_meet();
		play_meet();
		play_must(!play_rung());
		play_must(!inbox_leave());
		return;
	}
	play_meet();
	send_leaf(1);
	send_leaf(2);
	play_must(counters[COUNTER_doorbells] == 1);
	send_call(0); /* the other class has a word of its own, and nobody has set it yet */
	play_must(counters[COUNTER_doorbells] == 2);
	play_meet();
	play_meet();
	send_leaf(3);
	send_call(1);
	play_must(counters[COUNTER_doorbells] == 2);
	play_meet();
}

static void a_doorbell_rings_once_and_only_for_who_is_away(void **state)
{
	(void)state;
	play(2, PAIR, leave_and_be_rung);
	play(2, APART, leave_and_be_rung);
}

static void fill_a_ring(void)
{
	uint64_t sent = 0;

	greet();
	if (play_place() == 0) {
		for (; sent < INSIDE; sent++)
			send_call(sent);
		play_must(!backlog_waits() && !play_timer());
		for (; sent < 5 * INSIDE; sent++) {
			send_call(sent);
			play_must(backlog_waits() && play_timer() <= BACKLOG_PATIENCE && play_timer());
		}
		play_must(inbox_flush_backlog());
		play_meet();
	}
	if (play_place() == 1) {
		play_meet();
		inbox_drain();
		play_must(received[MESSAGE_CALL] == INSIDE);
	}
	play_meet();
	if (play_place() == 0) {
		send_call(sent++); /* the ring has room, and there are others before it */
		while (inbox_flush_backlog())
			cpu_pause();
	} else {
		drain_until(MESSAGE_CALL, 5 * INSIDE + 1);
	}
}

static void what_finds_its_ring_full_waits_in_order(void **state)
{
	(void)state;
	play(2, PAIR, fill_a_ring);
}

/* What was provided for is sent without memory, and what is more waits for room. */
static void use_up_the_backlog(void)
{
	enum { THREADS = 30, PROVIDED = BACKLOG_RESERVE + THREADS * BACKLOG_PER_THREAD };
	uint64_t sent = 0, records = BACKLOG_RESERVE;

	greet();
	if (play_place() == 1) {
		play_meet();
		drain_until(MESSAGE_CALL, INSIDE + BACKLOG_RESERVE + 2 * RECORDS_IN_PAGE + 5);
		return;
	}
	play_limit_pages(0);
	play_must(!backlog_provide(0));
	play_must(backlog_provide(1) == STATUS_NO_MEMORY);
	play_limit_pages(1);
	play_must(backlog_provide(THREADS) == STATUS_NO_MEMORY);
	play_limit_pages(1);
	play_must(!backlog_provide(THREADS));
	for (records += 2 * RECORDS_IN_PAGE; sent < INSIDE + records; sent++)
		send_call(sent);
	play_must(records >= PROVIDED && backlog_provide(0) == STATUS_NO_MEMORY);
	play_meet();
	for (unsigned i = 0; i < 5; i++)
		send_call(sent++); /* waits for room */
	while (inbox_flush_backlog())
		cpu_pause();
	play_must(!backlog_provide(THREADS)); /* all records are free again */
}

static void calls_that_were_provided_for_need_no_memory(void **state)
{
	(void)state;
	play(2, PAIR, use_up_the_backlog);
}

static void grow_the_backlog(void)
{
	uint64_t sent = 0;

	greet();
	if (play_place() == 0) {
		play_limit_pages(3);
		for (; sent < INSIDE + BACKLOG_RESERVE + 3 * RECORDS_IN_PAGE; sent++)
			send_call(sent);
		play_must(!play_page());
		play_meet();
		while (inbox_flush_backlog())
			cpu_pause();
		return;
	}
	play_meet();
	drain_until(MESSAGE_CALL, INSIDE + BACKLOG_RESERVE + 3 * RECORDS_IN_PAGE);
}

static void the_backlog_grows_while_there_is_memory(void **state)
{
	(void)state;
	play(2, PAIR, grow_the_backlog);
}

static void send_leaves_to_each_other(void)
{
	unsigned other = play_number(1 - play_place());

	for (uint64_t number = 0; number < LEAVES; number++) {
		struct message message = make(MESSAGE_stream, number);

		inbox_send_leaf(other, &message);
	}
	drain_until(MESSAGE_LEAF, LEAVES);
}

static void full_leaf_rings_both_ways_do_not_block(void **state)
{
	(void)state;
	play(2, PAIR, send_leaves_to_each_other);
	play(2, APART, send_leaves_to_each_other);
}

static void leaves_only(void)
{
	greet();
	if (play_place() == 0) {
		send_call(0);
		send_leaf(1);
		play_meet();
		return;
	}
	play_meet();
	inbox_serve_leaves();
	play_must(received[MESSAGE_LEAF] == 2 && received[MESSAGE_CALL] == 0);
	play_must(inbox_pending());
	inbox_drain();
	play_must(received[MESSAGE_CALL] == 1);
	play_must(!inbox_pending());
}

static void who_waits_serves_leaves_and_leaves_calls(void **state)
{
	(void)state;
	play(2, PAIR, leaves_only);
}

static void flood_with_calls(void)
{
	greet(); /* takes a leaf */
	if (play_place() == 0) {
		for (uint64_t i = 0; i < FLOOD; i++) {
			if (i == 2) { /* into the drain of calls: call 1's handler waits for call 2 */
				while (!__atomic_load_n(&flood_taken, __ATOMIC_ACQUIRE))
					cpu_pause();
				send_leaf(1);
			}
			send_call(i);
			while (inbox_flush_backlog())
				cpu_pause();
			__atomic_store_n(&flood_sent, (unsigned)i + 1, __ATOMIC_RELEASE);
		}
		play_meet();
		return;
	}
	while (!__atomic_load_n(&flood_sent, __ATOMIC_ACQUIRE))
		cpu_pause();
	drain_until(MESSAGE_CALL, FLOOD);
	play_must(received[MESSAGE_LEAF] == 2 && calls_before_leaf <= 2 * RING_SLOTS);
	play_meet();
}

static void a_flood_of_calls_keeps_no_leaf_waiting(void **state)
{
	(void)state;
	flood_taken = 0;
	play(2, PAIR, flood_with_calls);
	flood_sent = 0;
}

static void send_a_burst(void)
{
	struct message message = make(MESSAGE_stream, 0);

	if (play_place() == 1) {
		drain_until(MESSAGE_LEAF, 1);
		received[MESSAGE_LEAF] = 0;
		inbox_drain();
		play_must(inbox_leave());
		play_meet();
		play_meet();
		play_must(play_rung());
		in_a_burst = true;
		inbox_drain();
		play_must(received[MESSAGE_LEAF] == INSIDE);
		return;
	}
	play_must(inbox_send_burst(1, &message, 1) == 1);
	play_meet();
	play_must(inbox_send_burst(1, &message, 10 * RING_SLOTS) == INSIDE);
	play_must(inbox_send_burst(1, &message, 1) == 0);
	play_must(counters[COUNTER_messages] == 1 + INSIDE);
	play_must(counters[COUNTER_doorbells] == 1);
	play_meet();
}

static void a_burst_sends_what_fits(void **state)
{
	(void)state;
	play(2, PAIR, send_a_burst);
}

static void nudge_each_other(void)
{
	play_must(counters[COUNTER_messages] == 0);
	inbox_nudge(play_number(1 - play_place()));
	play_meet();
	inbox_drain();
	play_must(collected == (this_core() == LOG_CORE ? 2 : 0));
	play_must(received[MESSAGE_LEAF] == 0);
}

static void a_nudge_makes_the_log_core_collect(void **state)
{
	(void)state;
	play(2, PAIR, nudge_each_other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_message_needs_nobodys_help),
		cmocka_unit_test(a_doorbell_rings_once_and_only_for_who_is_away),
		cmocka_unit_test(what_finds_its_ring_full_waits_in_order),
		cmocka_unit_test(calls_that_were_provided_for_need_no_memory),
		cmocka_unit_test(the_backlog_grows_while_there_is_memory),
		cmocka_unit_test(full_leaf_rings_both_ways_do_not_block),
		cmocka_unit_test(who_waits_serves_leaves_and_leaves_calls),
		cmocka_unit_test(a_flood_of_calls_keeps_no_leaf_waiting),
		cmocka_unit_test(a_burst_sends_what_fits),
		cmocka_unit_test(a_nudge_makes_the_log_core_collect),
	};

	return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
