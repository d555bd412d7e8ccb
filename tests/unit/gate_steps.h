/* gate_steps.h - what tests of calls do and look at, in words
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_GATE_STEPS_H
#define TESTS_UNIT_GATE_STEPS_H

#include "tests/unit/gate_machine.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_open, machine_close)

enum {
	ECHO = SERVER_echo,
	RELAY = SERVER_relay,
	FICKLE = SERVER_fickle,
};

/* Everybody may call everybody. */
static inline void allow_all(void)
{
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		replicas[server]->callees = UINT64_MAX;
}

static inline void assert_inside(const struct thread *thread, unsigned server)
{
	assert_ptr_equal(thread->activation->replica, replicas[server]);
	assert_ptr_equal(replicas[server]->inside, thread);
	assert_int_equal(replicas[server]->door, 0);
}

static inline void assert_open(unsigned server)
{
	assert_int_equal(replicas[server]->door, SERVICE_DOOR + server * SERVICE_STEP);
}

/* The running thread calls, and is in the service. */
static inline void enter(unsigned server, uint64_t words)
{
	machine_call(server, words);
	if (!machine_in_user_mode())
		assert_true(machine_go_on());
	assert_inside(thread_current, server);
	assert_called_with(words);
}

static inline struct thread *thread_inside(unsigned server)
{
	struct thread *thread = machine_thread();

	machine_run(thread);
	enter(server, 1);
	return thread;
}

/* A thread that has called in vain, its call in its registers. */
static inline struct thread *thread_waiting_at(unsigned server)
{
	struct thread *thread = machine_thread();

	machine_run(thread);
	machine_call(server, 1);
	assert_int_equal(thread->state, THREAD_PARKED);
	assert_ptr_equal(thread->waits_at, replicas[server]);
	return thread;
}

/* A call of a service on another core. */
static inline void assert_sent(const struct sent *sent, unsigned core, unsigned server, uint64_t words)
{
	assert_int_equal(sent->core, core);
	assert_int_equal(sent->message.kind, MESSAGE_call_at);
	assert_int_equal(sent->message.operation, server);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(sent->message.word[i], words + i);
}

#endif
