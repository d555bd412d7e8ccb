/* gate_random_test.c - threads call, return, are interrupted, fail and are killed at random, against a model
 * SPDX-License-Identifier: MIT
 * After each step all is as the model has it: each call has one answer, which is right or DEAD; nobody is inside with another one. */
#include "percpu/machine.h"
#include "tests/unit/gate_model.h"
#include "tests/unit/physical_memory.h"

enum { STEPS = 60000, STRETCH = 500 };

static uint64_t seed;
static uint64_t words; /* of the last call or answer: none is like another */
static unsigned answers[2]; /* right ones, and DEAD */

static unsigned below(unsigned bound)
{
	return (unsigned)(next_random(&seed) % bound);
}

static struct player *running(void)
{
	for (unsigned i = 0; i < PLAYERS; i++)
		if (player[i].thread == thread_current)
			return &player[i];
	return NULL;
}

static void call_made(struct player *one, status_t expected)
{
	bool inside = one->thread->activation != (one->deep ? &one->thread->service[one->deep - 1] : &one->thread->program);

	if (expected == STATUS_NOT_FOUND) /* it may rest */
		expected = inside ? STATUS_OK : machine_full && (int64_t)processor.rax == STATUS_NO_MEMORY ? STATUS_NO_MEMORY : STATUS_DEAD;
	if (expected == STATUS_OK)
		model_enter(one);
	else if (expected == STATUS_PENDING)
		model_wait(one);
	else
		model_refuse(one, expected);
}

static void call_again(struct player *one)
{
	status_t expected = model_call_expects(one, one->called);

	machine_call_anew();
	call_made(one, expected);
}

static void call(struct player *one)
{
	status_t expected;

	one->called = (int)below(SERVER_COUNT + 1);
	one->words = words += 16;
	expected = model_call_expects(one, one->called);
	if (one->deep)
		one->level[one->deep].left.rsp = processor.rsp -= below(100) * 8;
	machine_call((uint64_t)one->called, one->words);
	call_made(one, expected);
}

static void come_back(struct player *one)
{
	words += 16;
	if (one->deep)
		model_return(one, words);
	else
		model_refuse(one, STATUS_NO_CALL);
	machine_return(words);
	if (one->dying && !one->deep)
		assert_int_equal(one->thread->state, THREAD_READY);
}

static void use_up_slice(struct player *one)
{
	one->due = DUE_NOTHING;
	if (model_slice(one))
		model_fail(one->level[one->deep].server);
	machine_slice_over();
}

static void fault(struct player *one)
{
	if (!one->deep)
		return;
	model_fail(one->level[one->deep].server);
	machine_fault();
}

static void wait_for_frames(struct player *one)
{
	if (!one->deep)
		return;
	one->waits_for_frames = true;
	machine_wait_for_frames();
}

/* For a while all take their time. */
static void act(struct player *one, bool slow)
{
	unsigned what = slow ? 59 + below(40) : below(64);

	if (what < 30)
		call(one);
	else if (what < 55)
		come_back(one);
	else if (what < 60)
		wait_for_frames(one);
	else if (what < 61)
		fault(one);
	else if (what < 63)
		machine_interrupt();
	else
		use_up_slice(one);
}

static void in_user_mode(struct player *one, bool slow)
{
	bool again = one->due == DUE_AGAIN;

	model_see(one);
	if (one->due == DUE_ANSWER)
		answers[one->answer == STATUS_DEAD] += one->answer >= 0 || one->answer == STATUS_DEAD;
	one->due = DUE_NOTHING;
	if (again)
		call_again(one);
	else
		act(one, slow);
}

static void fail_any(void)
{
	int server = (int)below(SERVER_COUNT);

	model_fail(server);
	replica_fail(replicas[server]);
}

static bool is_there(const struct thread *thread)
{
	const struct thread *one = thread_first();

	while (one && one != thread)
		one = one->all_next;
	return one;
}

/* Those who have ended; others come in their places. */
static void replace_ended(void)
{
	bool ended[PLAYERS];

	for (unsigned i = 0; i < PLAYERS; i++)
		ended[i] = !is_there(player[i].thread);
	for (unsigned i = 0; i < PLAYERS; i++) {
		if (!ended[i])
			continue;
		assert_true(player[i].dying && !player[i].deep && player[i].waits_at == NOWHERE && !player[i].waits_for_frames);
		model_begin(&player[i]);
	}
}

static void kill_any(void)
{
	struct player *one = &player[below(PLAYERS)];

	if (one->dying)
		return;
	one->dying = true;
	machine_kill(one->thread);
	replace_ended();
}

static void frames_come(void)
{
	machine_frames_come();
	for (unsigned i = 0; i < PLAYERS; i++)
		player[i].waits_for_frames = false;
}

static void in_kernel(void)
{
	unsigned what = below(64);

	if (what < 1)
		fail_any();
	else if (what < 4)
		kill_any();
	else if (what < 20)
		frames_come();
	else if (what < 30)
		machine_time += below(4) * UINT64_C(1000000000);
	else if (what < 40)
		machine_full = !below(8);
}

static void go_on(void)
{
	bool somebody = machine_go_on();

	replace_ended();
	if (somebody)
		return;
	frames_come();
	assert_true(machine_go_on()); /* nobody waits for ever */
	replace_ended();
}

static void step(bool slow)
{
	if (machine_in_user_mode()) {
		in_user_mode(running(), slow);
	} else {
		in_kernel();
		model_check();
		if (below(3))
			go_on();
	}
	model_check();
}

static void play(uint64_t from)
{
	seed = from;
	answers[0] = answers[1] = 0;
	model_open();
	for (unsigned i = 0; i < STEPS; i++)
		step(i / STRETCH % 4 == 3);
	assert_true(answers[0] > STEPS / 50 && answers[1] > STEPS / 1000);
}

static void all_is_as_the_model_has_it(void **state)
{
	(void)state;
	play(4711);
}

static void so_it_is_when_all_may_call_all(void **state)
{
	(void)state;
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		replicas[server]->callees = UINT64_MAX;
	play(271828);
}

/* With others, programs would be served there while a service rests (replica_rest_test.c). */
static int open_one_core(void **state)
{
	int status = machine_open(state);

	machine.acpi.core_count = 1;
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_is_as_the_model_has_it, open_one_core, machine_close),
		cmocka_unit_test_setup_teardown(so_it_is_when_all_may_call_all, open_one_core, machine_close),
	};

	return cmocka_run_group_tests_name("gate_random", tests, NULL, NULL);
}
