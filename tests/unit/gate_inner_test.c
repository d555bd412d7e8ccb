/* gate_inner_test.c - services in ring 0 beside those in ring 3: the ring of who goes on, what is loaded meanwhile, and who fails with whom
 * SPDX-License-Identifier: MIT */
#include "tests/unit/gate_machine.h"

#include <stdlib.h>

#include "abi/domain.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/segments.h"

enum { LOWEST = SERVER_echo, MIDDLE = SERVER_relay, HIGHEST = SERVER_fickle, WORDS = 100 };

/* As kernel/entry/domain_inner.c leaves one in ring 0. */
static struct replica *make(unsigned server, bool inner)
{
	struct replica *replica = replicas[server];

	assert_int_equal(replica_begin((enum server)server), STATUS_OK);
	if (!inner)
		return replica;
	free(replica->view);
	replica->view = NULL;
	replica->place = domain_place(server);
	replica->entry = replica->place + 0x100;
	replica->door = replica->place + DOMAIN_SIZE / 2 + 0x8000;
	return replica;
}

static struct thread *run_program(void)
{
	struct thread *thread = machine_thread();

	assert_true(machine_go_on());
	machine_interrupt();
	return thread;
}

static void set_words(struct registers *registers, uint64_t number)
{
	registers->rdi = WORDS;
	registers->rdx = WORDS + 2;
	registers->error = number;
}

static void enter(struct thread *thread, struct replica *callee)
{
	set_words(&thread->activation->registers, IPC_CALL);
	callee->inside = thread;
	gate_enter(thread, callee, callee->door, 0);
}

static void forget_inner(void)
{
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		replicas[server]->place = replicas[server]->serve = 0;
}

static void a_call_goes_to_the_ring_of_its_service(void **state)
{
	struct thread *thread = run_program();
	struct replica *inner = make(MIDDLE, true), *outer = make(LOWEST, false);

	(void)state;
	enter(thread, inner);
	assert_int_equal(thread->activation->registers.cs, SELECTOR_KERNEL_CODE);
	assert_int_equal(thread->activation->registers.ss, SELECTOR_KERNEL_DATA);
	assert_int_equal(thread->activation->registers.r15, WORDS + 2); /* where the gate of ring 0 has the third word */
	assert_int_equal(thread->activation->on_return, 0);
	enter(thread, outer);
	assert_int_equal(thread->activation->registers.cs, SELECTOR_USER_CODE);
	assert_int_equal(thread->activation->registers.r15, 0);
	assert_int_equal(thread->activation->registers.rdx, WORDS + 2);
	assert_int_equal(thread->activation->on_return, ON_RETURN_INNER);
	forget_inner();
}

static void an_answer_goes_to_the_ring_of_its_caller(void **state)
{
	struct thread *thread = run_program();
	struct registers answer = { .rdi = 7, .rdx = 9 };
	struct activation *caller;

	(void)state;
	enter(thread, make(MIDDLE, true));
	caller = thread->activation;
	caller->registers.rip = 0x1234;
	enter(thread, make(LOWEST, false));
	gate_come_back(thread, caller, &answer);
	assert_ptr_equal(thread->activation, caller);
	assert_int_equal(caller->registers.cs, SELECTOR_KERNEL_CODE);
	assert_int_equal(caller->registers.rip, 0x1234);
	assert_int_equal(caller->registers.rax, 7);
	assert_int_equal(caller->registers.r15, 9);
	assert_int_equal(caller->above->on_return, 0);
	gate_come_back(thread, &thread->program, &answer);
	assert_int_equal(thread->program.registers.cs, SELECTOR_USER_CODE);
	assert_int_equal(thread->program.registers.r15, 0);
	forget_inner();
}

static void one_in_ring_0_runs_in_its_callers_view(void **state)
{
	struct thread *thread = run_program();
	struct replica *outer = make(MIDDLE, false), *inner = make(LOWEST, true);

	(void)state;
	enter(thread, outer);
	enter(thread, inner);
	assert_ptr_equal(thread_view(thread->activation), outer->view);
	replica_fail(outer); /* who is above goes on, in what there still is */
	assert_ptr_equal(thread->activation->replica, inner);
	assert_ptr_equal(thread_view(thread->activation), thread->program.view);
	forget_inner();
}

static void a_call_is_made_anew_by_its_ring(void **state)
{
	struct registers program = { .cs = SELECTOR_USER_CODE, .rip = 100, .error = IPC_CALL };
	struct registers service = { .cs = SELECTOR_KERNEL_CODE, .rip = 100, .error = IPC_CALL, .r14 = IPC_CALL };

	(void)state;
	registers_call_anew(&program);
	assert_int_equal(program.rip, 100 - SYSTEM_CALL_SIZE);
	assert_int_equal(program.rax, IPC_CALL);
	registers_call_anew(&service);
	assert_int_equal(service.rip, 100 - GATE_JUMP_SIZE);
	assert_int_equal(service.r14, IPC_CALL);
}

/* HIGHEST has called MIDDLE directly, and that one LOWEST: both run on its stack. */
static void who_fails_takes_along_who_runs_on_its_stack(void **state)
{
	struct thread *thread = run_program();
	struct replica *highest = make(HIGHEST, true), *middle = make(MIDDLE, true), *lowest = make(LOWEST, true);
	uint64_t stack = highest->door;

	(void)state;
	highest->serve = middle->serve = lowest->serve = 1;
	enter(thread, highest);
	enter(thread, middle);
	thread->activation->registers.rsp = stack - 0x100;
	enter(thread, lowest);
	thread->activation->registers.rsp = stack - 0x200;
	replica_fail(highest);
	assert_false(replica_is_there(highest) || replica_is_there(middle) || replica_is_there(lowest));
	assert_ptr_equal(thread->activation, &thread->program);
	assert_int_equal((int64_t)thread->program.registers.rax, STATUS_DEAD);
	forget_inner();
}

static void who_runs_on_its_own_stack_stays(void **state)
{
	struct thread *thread = run_program();
	struct replica *highest = make(HIGHEST, true), *lowest = make(LOWEST, true);

	(void)state;
	highest->serve = lowest->serve = 1;
	enter(thread, highest);
	enter(thread, lowest);
	replica_fail(highest);
	assert_true(replica_is_there(lowest));
	assert_ptr_equal(thread->activation->replica, lowest);
	assert_true(thread->activation->on_return & ON_RETURN_DEAD);
	forget_inner();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_call_goes_to_the_ring_of_its_service, machine_open, machine_close),
		cmocka_unit_test_setup_teardown(an_answer_goes_to_the_ring_of_its_caller, machine_open, machine_close),
		cmocka_unit_test_setup_teardown(one_in_ring_0_runs_in_its_callers_view, machine_open, machine_close),
		cmocka_unit_test(a_call_is_made_anew_by_its_ring),
		cmocka_unit_test_setup_teardown(who_fails_takes_along_who_runs_on_its_stack, machine_open, machine_close),
		cmocka_unit_test_setup_teardown(who_runs_on_its_own_stack_stays, machine_open, machine_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
