/* gate_model.c - see gate_model.h
 * SPDX-License-Identifier: MIT */
#include "tests/unit/gate_model.h"

enum {
	RED_ZONE = 128,
};

struct player player[PLAYERS];
struct known known[SERVER_COUNT];

void model_open(void)
{
	for (unsigned i = 0; i < SERVER_COUNT; i++)
		known[i] = (struct known){ .there = false };
	for (unsigned i = 0; i < PLAYERS; i++)
		model_begin(&player[i]);
}

void model_begin(struct player *one)
{
	*one = (struct player){ .thread = machine_thread(), .waits_at = NOWHERE };
	one->level[0].left = one->thread->program.registers;
}

static bool alive(const struct level *level)
{
	return known[level->server].there && known[level->server].life == level->life;
}

/* The nearest level of a service below one of the thread's; 0: none. */
static unsigned level_of(const struct player *one, int server, unsigned below)
{
	while (--below)
		if (one->level[below].server == server && alive(&one->level[below]))
			break;
	return below;
}

static struct player *inside(int server)
{
	for (unsigned i = 0; i < PLAYERS; i++)
		if (level_of(&player[i], server, player[i].deep + 1))
			return &player[i];
	return NULL;
}

static bool would_wait_for_himself(const struct player *one, int server)
{
	const struct player *other = inside(server);

	while (other != one && other->waits_at != NOWHERE)
		other = inside(other->waits_at);
	return other == one;
}

status_t model_call_expects(const struct player *one, int server)
{
	if (server >= SERVER_COUNT)
		return STATUS_NO_CALL;
	if (!((one->deep ? replicas[one->level[one->deep].server] : &replica_of_programs)->callees >> server & 1))
		return STATUS_NOT_ALLOWED;
	if (one->deep == SERVICES_DEEP)
		return STATUS_NO_SPACE;
	if (!known[server].there)
		return STATUS_NOT_FOUND;
	if (!inside(server) || inside(server) == one)
		return STATUS_OK;
	return would_wait_for_himself(one, server) ? STATUS_BUSY : STATUS_PENDING;
}

void model_enter(struct player *one)
{
	struct known *called = &known[one->called];

	if (!called->there)
		called->life++;
	called->there = true;
	one->waits_at = NOWHERE;
	one->level[++one->deep] = (struct level){ .server = one->called, .life = called->life };
	one->due = DUE_ENTRY;
}

void model_wait(struct player *one)
{
	struct known *called = &known[one->called];

	one->waits_at = one->called;
	called->waiting[called->waiters++] = one;
}

static void answer(struct player *one, int64_t what)
{
	one->due = DUE_ANSWER;
	one->answer = what;
}

void model_refuse(struct player *one, status_t status)
{
	answer(one, status);
}

static void leave_queue(struct player *one)
{
	struct known *left = one->waits_at == NOWHERE ? NULL : &known[one->waits_at];
	unsigned kept = 0;

	for (unsigned i = 0; left && i < left->waiters; i++)
		if (left->waiting[i] != one)
			left->waiting[kept++] = left->waiting[i];
	if (left)
		left->waiters = kept;
	one->waits_at = NOWHERE;
}

static bool pass_over_dead(struct player *one)
{
	bool passed = false;

	for (; one->deep && !alive(&one->level[one->deep]); one->deep--)
		passed = true;
	return passed;
}

void model_return(struct player *one, uint64_t words)
{
	int server = one->level[one->deep].server;

	one->deep--;
	answer(one, pass_over_dead(one) ? STATUS_DEAD : (int64_t)words);
	if (!inside(server) && known[server].waiters) {
		struct player *next = known[server].waiting[0];

		leave_queue(next);
		model_enter(next);
	}
}

void model_fail(int server)
{
	known[server].there = false;
	while (known[server].waiters) {
		known[server].waiting[0]->due = DUE_AGAIN;
		leave_queue(known[server].waiting[0]);
	}
	for (unsigned i = 0; i < PLAYERS; i++) {
		if (!pass_over_dead(&player[i]))
			continue;
		leave_queue(&player[i]);
		answer(&player[i], STATUS_DEAD);
	}
}

bool model_slice(struct player *one)
{
	return one->deep && ++one->level[one->deep].slices == GATE_SLICES;
}

static void see_entry(const struct player *one)
{
	const struct level *own = &one->level[level_of(one, one->called, one->deep)];
	uint64_t stack = SERVICE_DOOR + (uint64_t)one->called * SERVICE_STEP;

	if (own != one->level)
		stack = (own->left.rsp - RED_ZONE) / 16 * 16;
	assert_called_with(one->words);
	assert_int_equal(processor.rip, SERVICE_RIP + one->called * SERVICE_STEP);
	assert_int_equal(processor.rsp, stack);
}

static void see_answer(const struct player *one)
{
	const struct registers *left = &one->level[one->deep].left;

	if (one->answer < 0)
		assert_refused_with((status_t)one->answer);
	else
		assert_answered_with((uint64_t)one->answer);
	assert_int_equal(processor.rip, left->rip + SYSTEM_CALL_SIZE);
	assert_int_equal(processor.rsp, left->rsp);
}

static void see_same(const struct player *one)
{
	const struct registers *left = &one->level[one->deep].left;

	assert_int_equal(processor.rip, left->rip);
	assert_int_equal(processor.rsp, left->rsp);
	assert_int_equal(processor.rax, one->due == DUE_AGAIN ? (uint64_t)(IPC_CALL + one->called) : left->rax);
	assert_int_equal(processor.rdi, one->due == DUE_AGAIN ? one->words : left->rdi);
}

void model_see(struct player *one)
{
	assert_false(one->dying && !one->deep);
	assert_ptr_equal(view_loaded, one->deep ? replicas[one->level[one->deep].server]->view : one->thread->program.view);
	if (one->due == DUE_ENTRY)
		see_entry(one);
	else if (one->due == DUE_ANSWER)
		see_answer(one);
	else
		see_same(one);
	one->level[one->deep].left = processor;
}

static uint64_t flags_due(const struct player *one, unsigned deep)
{
	const struct level *level = &one->level[deep];
	uint64_t flags = level->slices ? ON_RETURN_LONG : 0;

	if (deep > 1 && !alive(level - 1))
		flags |= ON_RETURN_DEAD;
	if (deep == 1 && one->dying)
		flags |= ON_RETURN_ENDING;
	if (alive(level) && level_of(one, level->server, deep))
		flags |= ON_RETURN_NESTED;
	else if (alive(level) && known[level->server].waiters)
		flags |= ON_RETURN_WAITED;
	return flags;
}

/* Flags may stay longer than what they tell of, but for NESTED. */
static void check_level(const struct player *one, const struct activation *activation, unsigned deep)
{
	const struct level *level = &one->level[deep];
	uint64_t due = flags_due(one, deep);

	assert_ptr_equal(activation->replica, alive(level) ? replicas[level->server] : &replica_dead);
	assert_int_equal(activation->on_return & due, due);
	if (alive(level))
		assert_int_equal(activation->on_return & ON_RETURN_NESTED, due & ON_RETURN_NESTED);
	assert_int_equal(activation->slices, level->slices);
}

static void check_chain(const struct player *one)
{
	for (unsigned deep = 1; deep <= SERVICES_DEEP; deep++) {
		const struct activation *activation = &one->thread->service[deep - 1];

		if (deep <= one->deep)
			check_level(one, activation, deep);
		else
			assert_int_equal(activation->on_return | activation->slices, 0);
	}
	assert_ptr_equal(one->thread->activation, one->deep ? &one->thread->service[one->deep - 1] : &one->thread->program);
	assert_int_equal(one->thread->program.on_return, ON_RETURN_NOWHERE);
	assert_true(!one->deep || alive(&one->level[one->deep]));
}

static void check_thread(const struct player *one)
{
	const struct thread *thread = one->thread;
	bool parked = one->waits_at != NOWHERE || one->waits_for_frames;
	bool runs = thread == thread_current && thread->state == THREAD_RUNNING;

	assert_int_equal(thread->state == THREAD_PARKED, parked);
	assert_int_equal(machine_queued(thread), !parked && !runs);
	assert_ptr_equal(thread->waits_at, one->waits_at == NOWHERE ? NULL : replicas[one->waits_at]);
	assert_int_equal(thread->dying, one->dying);
}

static void check_service(int server)
{
	const struct known *model = &known[server];
	const struct replica *replica = replicas[server];
	const struct thread *waiting = replica->waiting.first;
	bool open = model->there && !inside(server);

	assert_int_equal(replica->view != NULL, model->there);
	assert_int_equal(replica->door, open ? SERVICE_DOOR + server * SERVICE_STEP : 0);
	if (model->there && !open)
		assert_ptr_equal(replica->inside, inside(server)->thread);
	for (unsigned i = 0; i < model->waiters; i++, waiting = waiting->queue_next)
		assert_ptr_equal(waiting, model->waiting[i]->thread);
	assert_null(waiting);
}

void model_check(void)
{
	for (unsigned i = 0; i < PLAYERS; i++) {
		check_chain(&player[i]);
		check_thread(&player[i]);
	}
	for (int server = 0; server < SERVER_COUNT; server++)
		check_service(server);
}
