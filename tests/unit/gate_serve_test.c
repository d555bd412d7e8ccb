/* gate_serve_test.c - system calls that go into a service: the program's registers stay as they are
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "tests/unit/gate_steps.h"

/* Registers that are of no call. */
static struct registers someones(uint64_t seed)
{
	return (struct registers){
		.r15 = seed + 15, .r14 = seed + 14, .r13 = seed + 13, .r12 = seed + 12, .rbp = seed + 5, .rbx = seed + 3, .r9 = seed + 9,
		.r8 = seed + 8, .r10 = seed + 10, .rdx = seed + 2, .rsi = seed + 6, .rdi = seed + 7, .rip = PROGRAM_RIP + seed,
		.rsp = PROGRAM_RSP - seed, .rflags = seed, .error = 17,
	};
}

/* A thread in a service by a system call, with these registers. */
static struct thread *served(unsigned server, uint64_t words, struct registers *registers)
{
	struct thread *thread = machine_thread();

	*registers = someones(words * 100);
	machine_run(thread);
	processor = *registers;
	machine_serve(server, words);
	return thread;
}

static void assert_has(struct thread *thread, int64_t result, struct registers expected)
{
	expected.rax = (uint64_t)result;
	assert_ptr_equal(thread->activation, &thread->program);
	assert_false(thread->serving);
	assert_memory_equal(&thread->program.registers, &expected, sizeof(expected));
}

/* Out of the service, by the cheaper way: as from a system call. */
static void assert_goes_on_with(struct thread *thread, int64_t result, const struct registers *registers)
{
	struct registers expected = *registers;

	expected.vector = VECTOR_SYSTEM_CALL;
	assert_has(thread, result, expected);
}

static void assert_other_words(const struct thread *thread, uint64_t words)
{
	for (unsigned i = 1; i < CALL_WORDS; i++)
		assert_int_equal(thread->task.answer[i], words + i);
}

static void registers_stay_and_words_come_back(void **state)
{
	struct registers registers;
	struct thread *thread = served(ECHO, 7, &registers);

	(void)state;
	assert_true(machine_go_on());
	assert_inside(thread, ECHO);
	assert_called_with(7);
	machine_return(50);
	assert_false(machine_in_user_mode());
	assert_goes_on_with(thread, 50, &registers);
	assert_other_words(thread, 50);
	for (unsigned i = 0; i < CALL_WORDS; i++) /* for another try */
		assert_int_equal(thread->task.call.word[i], 7 + i);
	assert_open(ECHO);
	assert_true(machine_go_on());
	enter(ECHO, 1); /* and a call of its own is one again */
	machine_return(2);
	assert_answered_with(2);
}

static void what_is_lent_are_two_ranges(void **state)
{
	struct thread *thread = machine_thread();

	(void)state;
	machine_run(thread);
	thread->task.call.lent[0] = (struct lent){ 10, 20 };
	thread->task.call.lent[1] = (struct lent){ 30, 40 | IPC_WRITABLE };
	machine_serve(ECHO, 1);
	assert_true(machine_go_on());
	assert_true(thread->activation->on_return & ON_RETURN_LENT);
	assert_memory_equal(thread->activation->lent, thread->task.call.lent, sizeof(thread->task.call.lent));
}

static void at_a_closed_door_it_waits_with_its_words(void **state)
{
	struct thread *inside = thread_inside(ECHO), *thread;
	struct registers registers;

	(void)state;
	thread = served(ECHO, 3, &registers);
	assert_ptr_equal(thread->waits_at, replicas[ECHO]);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, inside);
	machine_return(2);
	machine_run(thread);
	assert_called_with(3);
	machine_return(4);
	assert_goes_on_with(thread, 4, &registers);
	assert_other_words(thread, 4);
}

static void a_service_in_between_comes_back_as_ever(void **state)
{
	struct registers registers;
	struct thread *thread = served(RELAY, 3, &registers);

	(void)state;
	assert_true(machine_go_on());
	enter(ECHO, 5);
	machine_return(6);
	assert_answered_with(6);
	assert_inside(thread, RELAY);
	machine_return(7);
	assert_goes_on_with(thread, 7, &registers);
}

static void who_is_inside_hears_that_it_is_dead(void **state)
{
	struct registers registers;
	struct thread *thread = served(ECHO, 3, &registers);

	(void)state;
	assert_true(machine_go_on());
	machine_fault();
	assert_goes_on_with(thread, STATUS_DEAD, &registers);
	assert_int_equal(thread->state, THREAD_READY);
}

static void who_is_further_below_hears_it_too(void **state)
{
	struct registers registers;
	struct thread *thread = served(RELAY, 3, &registers);

	(void)state;
	assert_true(machine_go_on());
	enter(ECHO, 5);
	machine_interrupt();
	replica_fail(replicas[RELAY]);
	machine_run(thread);
	machine_return(6);
	assert_goes_on_with(thread, STATUS_DEAD, &registers);
}

static void who_waits_at_the_door_hears_it_and_decides(void **state)
{
	struct thread *inside = thread_inside(ECHO), *thread;
	struct registers registers;

	(void)state;
	thread = served(ECHO, 3, &registers);
	assert_true(machine_go_on());
	assert_ptr_equal(thread_current, inside);
	machine_fault();
	assert_has(thread, STATUS_DEAD, registers);
	assert_null(thread->waits_at);
	assert_int_equal(thread->state, THREAD_READY);
}

static void without_a_replica_there_is_no_call(void **state)
{
	struct registers registers;
	struct thread *thread;

	(void)state;
	machine_full = true;
	thread = served(ECHO, 3, &registers);
	assert_true(machine_in_user_mode());
	assert_int_equal((int64_t)processor.rax, STATUS_NO_MEMORY);
	assert_false(thread->serving);
	machine_full = false;
	enter(ECHO, 9); /* the next call's words are its own */
	assert_called_with(9);
}

static void who_is_killed_inside_ends_behind_it(void **state)
{
	struct registers registers;
	struct thread *thread = served(ECHO, 3, &registers);

	(void)state;
	assert_true(machine_go_on());
	machine_interrupt();
	machine_kill(thread);
	machine_run(thread);
	machine_return(4);
	assert_goes_on_with(thread, 4, &registers);
	assert_false(machine_go_on());
	assert_null(thread_first());
	assert_open(ECHO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers_stay_and_words_come_back),
		TEST(what_is_lent_are_two_ranges),
		TEST(at_a_closed_door_it_waits_with_its_words),
		TEST(a_service_in_between_comes_back_as_ever),
		TEST(who_is_inside_hears_that_it_is_dead),
		TEST(who_is_further_below_hears_it_too),
		TEST(who_waits_at_the_door_hears_it_and_decides),
		TEST(without_a_replica_there_is_no_call),
		TEST(who_is_killed_inside_ends_behind_it),
	};

	return cmocka_run_group_tests_name("gate_serve", tests, NULL, NULL);
}
