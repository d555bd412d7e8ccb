/* ring_test.c - the ring between two cores: full, empty, order and content, with two threads as cores
 * SPDX-License-Identifier: MIT
 * Under ThreadSanitizer a slot that changes hands without an annotated edge is a race: tests/mutants
 * takes each edge away in turn. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "percpu/ring.h"
#include "tests/unit/physical_memory.h"

enum {
	MESSAGES = 3000000,
	BURST_MAX = 3 * RING_SLOTS,
};

/* All in one piece, the slots last. */
struct whole {
	struct ring ring; /* first */
	struct ring_tail tail;
	uint32_t head;
	_Alignas(64) struct message slot[RING_SIZE / sizeof(struct message)];
};

static struct ring *make_ring_in(struct whole *whole)
{
	assert_non_null(whole);
	memset(whole, 0, sizeof(*whole));
	whole->ring = (struct ring){ whole->slot, &whole->head };
	return &whole->ring;
}

static struct ring_tail *tail_of(struct ring *ring)
{
	return &((struct whole *)ring)->tail;
}

static struct ring *make_ring(void)
{
	return make_ring_in(aligned_alloc(64, sizeof(struct whole)));
}

/* Every byte depends on the number, so that a torn or stale slot shows. */
static struct message make_message(uint64_t number)
{
	struct message message = {
		.kind = (uint16_t)number,
		.service = (uint8_t)(number >> 3),
		.operation = (uint8_t)(number >> 5),
		.from = (uint16_t)~number,
		.cookie = number,
	};

	for (unsigned i = 0; i < MESSAGE_WORDS; i++)
		message.word[i] = number * (2 * i + 3);
	return message;
}

static bool is_message(const struct message *message, uint64_t number)
{
	struct message expected = make_message(number);

	expected.sequence = message->sequence; /* the ring's */
	return !memcmp(message, &expected, sizeof(expected));
}

static void put(struct ring *ring, uint64_t number)
{
	struct message message = make_message(number);

	assert_true(ring_enqueue(*ring, tail_of(ring), &message));
}

static void get(struct ring *ring, uint64_t number)
{
	struct message message;

	assert_true(ring_dequeue(*ring, &message));
	assert_true(is_message(&message, number));
}

static void an_empty_ring_gives_nothing(void **state)
{
	struct ring *ring = make_ring();
	struct message message = make_message(7);

	(void)state;
	assert_false(ring_dequeue(*ring, &message));
	put(ring, 1);
	get(ring, 1);
	message = make_message(7);
	assert_false(ring_dequeue(*ring, &message));
	assert_true(is_message(&message, 7));
	free(ring);
}

static void a_full_ring_takes_nothing_and_keeps_what_it_has(void **state)
{
	struct ring *ring = make_ring();
	struct message message = make_message(1000);

	(void)state;
	for (unsigned number = 0; number < RING_SLOTS; number++)
		put(ring, number);
	assert_false(ring_enqueue(*ring, tail_of(ring), &message));
	assert_false(ring_enqueue(*ring, tail_of(ring), &message));
	get(ring, 0);
	put(ring, RING_SLOTS);
	assert_false(ring_enqueue(*ring, tail_of(ring), &message));
	for (unsigned number = 1; number <= RING_SLOTS; number++)
		get(ring, number);
	assert_false(ring_dequeue(*ring, &message));
	free(ring);
}

static void the_front_stays_until_it_is_dropped(void **state)
{
	struct ring *ring = make_ring();

	(void)state;
	assert_null(ring_front(*ring));
	put(ring, 5);
	put(ring, 6);
	assert_true(is_message(ring_front(*ring), 5));
	assert_true(is_message(ring_front(*ring), 5));
	for (unsigned number = 7; number < 5 + RING_SLOTS; number++)
		put(ring, number);
	assert_false(ring_enqueue(*ring, tail_of(ring), ring_front(*ring)));
	ring_drop(*ring);
	assert_true(is_message(ring_front(*ring), 6));
	put(ring, 5 + RING_SLOTS);
	get(ring, 6);
	free(ring);
}

static void every_fill_at_every_position_keeps_order(void **state)
{
	struct ring *ring = make_ring();
	uint64_t next_in = 0, next_out = 0;

	(void)state;
	for (unsigned fill = 1; fill <= RING_SLOTS; fill++) {
		for (unsigned turn = 0; turn <= RING_SLOTS; turn++) {
			for (unsigned i = 0; i < fill; i++)
				put(ring, next_in++);
			for (unsigned i = 0; i < fill; i++)
				get(ring, next_out++);
		}
	}
	free(ring);
}

/* A slot's sequence has 16 bits, the indices 32. */
static void the_sequence_may_wrap(void **state)
{
	struct ring *ring = make_ring();
	struct message message = make_message(1000);

	(void)state;
	for (unsigned number = 0; number < 3 * UINT16_MAX; number++) {
		put(ring, number);
		get(ring, number);
		if (number % RING_SLOTS == 5)
			assert_false(ring_dequeue(*ring, &message));
	}
	free(ring);
}

/* Near 2^16 the empty slots' old sequences are the nearest to those that are awaited. */
static void a_full_ring_wraps(void **state)
{
	struct ring *ring = make_ring();
	uint64_t next_in = 0, next_out = 0;

	(void)state;
	while (next_out < UINT16_MAX + 2 * RING_SLOTS) {
		struct message message = make_message(next_in);

		if (ring_enqueue(*ring, tail_of(ring), &message)) {
			next_in++;
			continue;
		}
		assert_int_equal(next_in - next_out, RING_SLOTS);
		for (unsigned i = 0; i < 1 + next_out % RING_SLOTS; i++)
			get(ring, next_out + i);
		next_out += 1 + next_out % RING_SLOTS;
	}
	free(ring);
}

static void a_ring_stays_inside_its_memory(void **state)
{
	struct whole *whole = aligned_alloc(64, sizeof(struct whole) + RING_SIZE);
	struct ring *ring = make_ring_in(whole);
	uint8_t *behind = (uint8_t *)(whole + 1);

	(void)state;
	assert_int_equal(RING_SIZE % 64, 0);
	memset(behind, 0xa5, RING_SIZE);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned number = 0; number < RING_SLOTS; number++)
			put(ring, number);
		for (unsigned number = 0; number < RING_SLOTS; number++)
			get(ring, number);
	}
	for (unsigned i = 0; i < RING_SIZE; i++)
		assert_int_equal(behind[i], 0xa5);
	free(ring);
}

/* One of the two cores: what it did, and how often it found the ring in its way. */
struct core {
	struct ring *ring;
	uint64_t seed;
	uint64_t obstacles; /* full for the producer, empty for the consumer */
	uint64_t wrong;
};

static void *produce(void *argument)
{
	struct core *core = argument;

	for (uint64_t number = 0; number < MESSAGES;) {
		uint64_t burst = 1 + next_random(&core->seed) % BURST_MAX;

		for (; burst && number < MESSAGES; burst--) {
			struct message message = make_message(number);

			if (!ring_enqueue(*core->ring, tail_of(core->ring), &message)) {
				core->obstacles++;
				sched_yield();
				continue;
			}
			number++;
		}
	}
	return NULL;
}

/* Half of them by a copy, half where they lie. */
static bool receive(struct core *core, uint64_t number)
{
	struct message message;
	const struct message *front;

	if (number % 2) {
		if (!ring_dequeue(*core->ring, &message))
			return false;
		core->wrong += !is_message(&message, number);
		return true;
	}
	front = ring_front(*core->ring);
	if (!front)
		return false;
	core->wrong += !is_message(front, number);
	ring_drop(*core->ring);
	return true;
}

static void *consume(void *argument)
{
	struct core *core = argument;

	for (uint64_t number = 0; number < MESSAGES;) {
		uint64_t burst = 1 + next_random(&core->seed) % BURST_MAX;

		for (; burst && number < MESSAGES; burst--) {
			if (!receive(core, number)) {
				core->obstacles++;
				sched_yield();
				continue;
			}
			number++;
		}
	}
	return NULL;
}

static void two_cores_pass_millions_of_messages_in_order(void **state)
{
	struct ring *ring = make_ring();
	struct core producer = { .ring = ring, .seed = 1 }, consumer = { .ring = ring, .seed = 2 };
	pthread_t thread;
	struct message message;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, produce, &producer), 0);
	consume(&consumer);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(consumer.wrong, 0);
	assert_false(ring_dequeue(*ring, &message));
	assert_true(producer.obstacles > 0);
	assert_true(consumer.obstacles > 0);
	free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_ring_gives_nothing),
		cmocka_unit_test(a_full_ring_takes_nothing_and_keeps_what_it_has),
		cmocka_unit_test(the_front_stays_until_it_is_dropped),
		cmocka_unit_test(every_fill_at_every_position_keeps_order),
		cmocka_unit_test(the_sequence_may_wrap),
		cmocka_unit_test(a_full_ring_wraps),
		cmocka_unit_test(a_ring_stays_inside_its_memory),
		cmocka_unit_test(two_cores_pass_millions_of_messages_in_order),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
