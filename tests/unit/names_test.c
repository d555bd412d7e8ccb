/* names_test.c - the name service with a replica on every core: found from anywhere, changed at home
 * SPDX-License-Identifier: MIT
 * Threads play the cores. A replica's table is a variable of its thread; a call of another core travels
 * through the kernel's inbox, and its caller serves others meanwhile, as a core with a parked thread does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "abi/names.h"
#include "percpu/log.h"
#include "tests/cores/play.h"
#include "tests/unit/physical_memory.h"

enum {
	ENTRIES = 256, /* of a replica */
	NAMES = 100,   /* of a core in a test: a quarter of all go to each home */
	ROUNDS = 20000,
};

static const unsigned FOUR[] = { 0, 1, 2, 3 };
static const char *option, *tokens; /* of the command line: the values of replicas= and tokens= */
static unsigned finished;

/* Of the core. */
static _Thread_local uint64_t served, asked, anchor;
static _Thread_local int64_t answer;
static _Thread_local bool waits;

static uint64_t *anchors[PLAY_MAX];

static void request_arrived(const struct message *message)
{
	struct call call = { .operation = message->operation };
	struct message reply = { .kind = MESSAGE_reply };

	memcpy(call.word, message->word, sizeof(call.word));
	served++;
	reply.word[0] = (uint64_t)names_service.call(&call);
	inbox_send_leaf(message->from, &reply);
}

static void reply_arrived(const struct message *message)
{
	answer = (int64_t)message->word[0];
	waits = false;
}

const message_handler message_handlers[MESSAGE_KIND_COUNT] = {
	[MESSAGE_reply] = reply_arrived,
	[MESSAGE_request] = request_arrived,
};

_Thread_local void *(*const backlog_page)(void) = play_page;

void log_collect(unsigned core)
{
	(void)core;
}

unsigned kernel_core(void)
{
	return this_core();
}

unsigned kernel_core_count(void)
{
	return machine_cores();
}

bool kernel_option(const char *key, char *value, size_t size)
{
	const char *found = strcmp(key, "tokens") ? option : tokens;

	play_must(!strcmp(key, "replicas") || !strcmp(key, "tokens"));
	if (found)
		snprintf(value, size, "%s", found);
	return found;
}

const void *kernel_replica(unsigned core, const void *variable)
{
	return (const uint8_t *)anchors[core] + ((uint64_t)variable - (uint64_t)&anchor);
}

int64_t kernel_call(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	struct message message = { .kind = MESSAGE_request, .operation = (uint8_t)operation };
	struct call call = { .operation = operation };

	play_must(service == SERVICE_NAMES && core < machine_cores());
	asked++;
	if (core == this_core()) {
		memcpy(call.word, word, sizeof(call.word));
		return names_service.call(&call);
	}
	memcpy(message.word, word, sizeof(message.word));
	waits = true;
	inbox_send_call(core, &message);
	while (waits) {
		inbox_drain();
		cpu_pause();
	}
	return answer;
}

/* Every job begins so, and ends when nobody needs this core's replica any more. */
static void open_replica(void)
{
	anchors[this_core()] = &anchor;
	names_service.start();
	play_meet();
}

static void serve_until_all_have_finished(void)
{
	__atomic_fetch_add(&finished, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&finished, __ATOMIC_RELAXED) % machine_cores()) {
		inbox_drain();
		cpu_pause();
	}
	play_meet();
}

/* Names of every length, some of them others' beginnings, some with NULs inside or at their end. */
static uint32_t make_name(char name[NAME_MAX], unsigned core, unsigned number)
{
	uint32_t length = 3 + number % (NAME_MAX - 2);

	memset(name, number % 3 ? 'x' : 0, NAME_MAX);
	name[0] = (char)('a' + core);
	name[1] = (char)number;
	name[2] = (char)(number / (NAME_MAX - 2));
	return length;
}

static uint64_t value_of(unsigned core, unsigned number)
{
	return core * 1000 + number + 1;
}

static int64_t look_up(unsigned core, unsigned number)
{
	char name[NAME_MAX];
	uint32_t length = make_name(name, core, number);

	return names_service.look_up(name, length);
}

static int64_t change(unsigned core, unsigned number, uint64_t value)
{
	char name[NAME_MAX];
	uint32_t length = make_name(name, core, number);

	return names_service.change(name, length, value);
}

static void change_then_look(void)
{
	uint64_t before;

	open_replica();
	for (unsigned number = 0; number < NAMES; number++) {
		play_must(look_up(this_core(), number) == STATUS_NOT_FOUND);
		play_must(change(this_core(), number, 7) == STATUS_OK);
		play_must(look_up(this_core(), number) == 7);
		play_must(change(this_core(), number, value_of(this_core(), number)) == STATUS_OK);
	}
	serve_until_all_have_finished();
	before = asked;
	for (unsigned core = 0; core < machine_cores(); core++)
		for (unsigned number = 0; number < NAMES; number++)
			play_must(look_up(core, number) == (int64_t)value_of(core, number));
	play_must(look_up(this_core(), NAMES) == STATUS_NOT_FOUND);
	play_must(asked == before); /* by token: nobody was asked */
	play_must(served > NAMES / 2); /* homes are spread */
	play_must(names_service.replica(this_core()) == this_core());
	play_meet();
}

static void a_name_is_found_from_every_core_without_a_message(void **state)
{
	(void)state;
	option = NULL;
	play(4, FOUR, change_then_look);
	option = "many";
	play(4, FOUR, change_then_look);
}

static void tell_lengths_apart(void)
{
	static const char zeroes[NAME_MAX];

	open_replica();
	for (uint32_t length = 0; length <= NAME_MAX; length++)
		play_must(names_service.change(zeroes, length, 100 + length) == STATUS_OK);
	for (uint32_t length = 0; length <= NAME_MAX; length++)
		play_must(names_service.look_up(zeroes, length) == 100 + length);
}

static void the_length_is_part_of_a_name(void **state)
{
	(void)state;
	option = NULL;
	play(1, FOUR, tell_lengths_apart);
}

static void fill_the_table(void)
{
	open_replica();
	for (unsigned number = 0; number < ENTRIES; number++)
		play_must(change(0, number, value_of(0, number)) == STATUS_OK);
	play_must(change(0, ENTRIES, 1) == STATUS_NO_SPACE);
	play_must(change(1, 0, 1) == STATUS_NO_SPACE);
	play_must(look_up(0, ENTRIES) == STATUS_NOT_FOUND);
	for (unsigned number = 0; number < ENTRIES; number++)
		play_must(look_up(0, number) == (int64_t)value_of(0, number));
	for (unsigned number = 0; number < ENTRIES; number += 7)
		play_must(change(0, number, 5) == STATUS_OK);
	for (unsigned number = 0; number < ENTRIES; number++)
		play_must(look_up(0, number) == (number % 7 ? (int64_t)value_of(0, number) : 5));
}

static void a_full_table_refuses_new_names_and_keeps_the_old(void **state)
{
	(void)state;
	option = NULL;
	play(1, FOUR, fill_the_table);
}

static void use_one_replica(void)
{
	uint64_t before;

	open_replica();
	for (unsigned number = 0; number < NAMES / 2; number++)
		play_must(change(this_core(), number, value_of(this_core(), number)) == STATUS_OK);
	before = asked;
	for (unsigned number = 0; number < NAMES / 2; number++)
		play_must(look_up(this_core(), number) == (int64_t)value_of(this_core(), number));
	play_must(look_up(this_core(), NAMES) == STATUS_NOT_FOUND);
	play_must(asked == before + NAMES / 2 + 1);
	play_must(names_service.replica(this_core()) == 0);
	serve_until_all_have_finished();
	play_must(this_core() == 0 || !served);
}

static void one_replica_serves_all_when_asked_to(void **state)
{
	(void)state;
	option = "one";
	play(4, FOUR, use_one_replica);
}

static void look_up_by_call(void)
{
	uint64_t before;

	open_replica();
	for (unsigned number = 0; number < NAMES / 2; number++)
		play_must(change(this_core(), number, value_of(this_core(), number)) == STATUS_OK);
	before = asked;
	for (unsigned number = 0; number < NAMES / 2; number++)
		play_must(look_up(this_core(), number) == (int64_t)value_of(this_core(), number));
	play_must(asked == before + NAMES / 2);
	play_must(names_service.replica(this_core()) == this_core());
	serve_until_all_have_finished();
	play_must(served > NAMES / 2); /* homes are spread */
}

static void without_tokens_each_look_up_is_a_call_of_the_home(void **state)
{
	(void)state;
	option = NULL;
	tokens = "off";
	play(4, FOUR, look_up_by_call);
	tokens = NULL;
}

/* Values only grow; whoever looks sees none shrink, and no name vanish. */
static void look_while_others_change(void)
{
	int64_t seen[PLAY_MAX][NAMES] = { { 0 } };
	uint64_t seed = 1 + this_core(), mine = 0;
	unsigned known = 1;

	open_replica();
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned core = next_random(&seed) % machine_cores(), number = next_random(&seed) % NAMES;
		int64_t value = look_up(core, number);

		play_must(value >= seen[core][number] || (value == STATUS_NOT_FOUND && !seen[core][number]));
		if (value > 0)
			seen[core][number] = value;
		if (round % 16)
			continue;
		play_must(change(this_core(), next_random(&seed) % known, ++mine) == STATUS_OK);
		if (known < NAMES)
			known++;
	}
	serve_until_all_have_finished();
}

static void a_reader_sees_old_or_new_and_nothing_between(void **state)
{
	(void)state;
	option = NULL;
	play(4, FOUR, look_while_others_change);
}

static void call_by_number(void)
{
	struct call call = { .operation = NAMES_NOTHING };

	open_replica();
	play_must(names_service.call(&call) == this_core());
	call.operation = 99;
	play_must(names_service.call(&call) == STATUS_NO_CALL);
	play_meet();
}

static void an_unknown_call_is_refused(void **state)
{
	(void)state;
	play(4, FOUR, call_by_number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_found_from_every_core_without_a_message),
		cmocka_unit_test(the_length_is_part_of_a_name),
		cmocka_unit_test(a_full_table_refuses_new_names_and_keeps_the_old),
		cmocka_unit_test(one_replica_serves_all_when_asked_to),
		cmocka_unit_test(without_tokens_each_look_up_is_a_call_of_the_home),
		cmocka_unit_test(a_reader_sees_old_or_new_and_nothing_between),
		cmocka_unit_test(an_unknown_call_is_refused),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
