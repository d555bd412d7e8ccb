/* remote_steps.h - what tests of calls between cores do and look at, in words
 * SPDX-License-Identifier: MIT
 * The tests of a suite share one machine: its proxies stay. At the end of each all is at rest, and every stack where it was. */
#ifndef TESTS_UNIT_REMOTE_STEPS_H
#define TESTS_UNIT_REMOTE_STEPS_H

#include "ipc/monitor.h"
#include "ipc/proxy.h"
#include "ipc/remote.h"
#include "kernel/entry/threads.h"
#include "percpu/backlog.h"
#include "tests/unit/gate_steps.h"

/* The machine is the suite's, not the test's. */
#undef TEST
#define TEST(name) cmocka_unit_test(name)

enum { AWAY = 1, FARTHER = 2, KEY = 5, COOKIE = 77 };

/* A program that has called ECHO on another core and waits. */
static inline struct thread *thread_calling(uint64_t core, uint64_t words, uint64_t nanoseconds)
{
	struct thread *thread = machine_thread();

	machine_run(thread);
	machine_call_at(core, ECHO, words, nanoseconds);
	assert_false(machine_in_user_mode());
	assert_int_equal(thread->state, THREAD_PARKED);
	assert_non_null(thread->out);
	return thread;
}

/* A service that has, for whom other threads may come in. */
static inline struct thread *service_calling(uint64_t core, uint64_t words, uint64_t nanoseconds)
{
	struct thread *thread = thread_inside(ECHO);

	machine_call_at(core, ECHO, words, nanoseconds);
	assert_false(machine_in_user_mode());
	assert_ptr_equal(thread->asleep_in, replicas[ECHO]);
	assert_non_null(thread->out);
	return thread;
}

/* What was answered to another core. */
static inline void assert_answer(unsigned core, uint64_t cookie, uint64_t words)
{
	struct sent sent = machine_take_sent();

	assert_int_equal(sent.core, core);
	assert_int_equal(sent.message.kind, MESSAGE_answered);
	assert_int_equal(sent.message.cookie, cookie);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(sent.message.word[i], words + i);
}

static inline void assert_answer_status(unsigned core, uint64_t cookie, status_t status)
{
	struct sent sent = machine_take_sent();

	assert_int_equal(sent.core, core);
	assert_int_equal(sent.message.cookie, cookie);
	assert_int_equal((int64_t)sent.message.word[0], status);
}

/* As an answer finds it; rbx and so on are its own still. */
static inline void assert_goes_on_with(struct thread *thread, uint64_t words)
{
	machine_run(thread);
	assert_int_equal(processor.rax, words);
	assert_int_equal(processor.rsi, words + 1);
	assert_int_equal(processor.rdx, words + 2);
	assert_int_equal(processor.r10, words + 3);
	assert_int_equal(processor.r8, words + 4);
	assert_int_equal(processor.r9, words + 5);
	assert_null(thread->out);
}

static inline void assert_goes_on_after(struct thread *thread, status_t status)
{
	machine_run(thread);
	assert_int_equal((int64_t)processor.rax, status);
	assert_null(thread->out);
}

/* Ends the thread, which is in user mode, and whatever it is in. */
static inline void leave(struct thread *thread)
{
	assert_ptr_equal(thread_current, thread);
	while (thread->activation != &thread->program) {
		machine_return(9);
		if (!machine_in_user_mode())
			machine_run(thread);
	}
	machine_interrupt();
	machine_kill(thread);
}

/* The thread is somewhere in a service on behalf of another core. */
static inline bool runs_for_others(void)
{
	return thread_current->program.on_return & ON_RETURN_REMOTE;
}

static inline void assert_at_rest(void)
{
	while (!machine_in_user_mode() && machine_go_on())
		leave(thread_current);
	assert_null(thread_current);
	assert_int_equal(machine_records, 0);
	assert_int_equal(machine_sent_count, 0);
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		const struct replica *replica = replicas[server];

		if (!replica->view)
			continue;
		assert_true(replica->door && replica->kept);
		assert_int_equal(replica->spares, SPARE_STACKS);
		assert_true(!replica->asleep.first && !replica->returning.first && !replica->waiting.first);
		for (unsigned i = 0; i < replica->spares; i++)
			assert_true(replica->spare[i] != replica->door && replica->spare[i] != replica->kept);
		assert_true(replica->door != replica->kept && replica->spare[0] != replica->spare[1]);
	}
	for (const struct thread *thread = thread_first(); thread; thread = thread->all_next)
		assert_true(thread->program.on_return & ON_RETURN_REMOTE && thread->state == THREAD_PARKED);
}

#endif
