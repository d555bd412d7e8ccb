/* remote_random_test.c - programs and services call across cores, wait, fail and are killed at random
 * SPDX-License-Identifier: MIT
 * One core is the kernel's, the others are played. Every call has words of its own, and its answer tells which they were. What comes back is the
 * answer to what was asked, or says why there is none; each call of another core is answered once; in the end all stacks, records and proxies are back. */
#include "ipc/monitor.h"
#include "ipc/proxy.h"
#include "ipc/remote.h"
#include "kernel/entry/threads.h"
#include "tests/unit/gate_steps.h"
#include "tests/unit/physical_memory.h"

enum {
	STEPS = 1000000,
	PROGRAMS = 8,
	KNOWN_MOST = 256,
	ASKED_MOST = 30, /* calls of other cores at a time */
	SENT = 64,
	APART = 16,      /* between two calls' words */
	ANSWER = 7,      /* added to the words */
	KEY = 3,
};

enum doing { DOING_NOTHING, DOING_CALL, DOING_CALL_AT, DOING_WAIT };

/* A thread as it was last seen in user mode. */
static struct known {
	const struct thread *thread;
	unsigned level;
	enum doing doing;
	uint64_t words;
	uint64_t rip[SERVICES_DEEP + 1];    /* of each level's last call */
	uint64_t serves[SERVICES_DEEP + 1]; /* the words of the call that each level serves */
} known[KNOWN_MOST];

static struct thread *program[PROGRAMS];
static struct sent out[SENT]; /* our calls that are on other cores */
static unsigned out_count;
static uint64_t asked[ASKED_MOST]; /* words, and so cookies, of other cores' calls; 0: free */
static uint64_t seed, last_words;
static unsigned answers, statuses, served, refused;

static unsigned below(unsigned bound)
{
	return (unsigned)(next_random(&seed) % bound);
}

static uint64_t new_words(void)
{
	return last_words += APART;
}

static struct known *know(const struct thread *thread)
{
	unsigned free = KNOWN_MOST;

	for (unsigned i = 0; i < KNOWN_MOST; i++) {
		if (known[i].thread == thread)
			return &known[i];
		if (!known[i].thread && free == KNOWN_MOST)
			free = i;
	}
	assert_int_not_equal(free, KNOWN_MOST);
	known[free] = (struct known){ .thread = thread };
	return &known[free];
}

static unsigned level_of(const struct thread *thread)
{
	return thread->activation == &thread->program ? 0 : 1 + (unsigned)(thread->activation - thread->service);
}

static bool is_proxy(const struct thread *thread)
{
	return thread->program.on_return & ON_RETURN_REMOTE;
}

static void forget(const struct thread *thread)
{
	know(thread)->thread = NULL;
}

static bool exists(const struct thread *thread)
{
	for (const struct thread *one = thread_first(); one; one = one->all_next)
		if (one == thread)
			return true;
	return false;
}

static void replace_ended(void)
{
	for (unsigned i = 0; i < PROGRAMS; i++) {
		if (program[i] && exists(program[i]))
			continue;
		if (program[i])
			forget(program[i]);
		program[i] = machine_thread();
		(void)know(program[i]);
	}
}

/* What has been sent: our calls, which wait for an answer; and answers, each to what was asked. */
static void collect(void)
{
	while (machine_sent_count) {
		struct sent sent = machine_take_sent();
		unsigned which = 0;
		int64_t answer = (int64_t)sent.message.word[0];

		if (sent.message.kind == MESSAGE_call_at) {
			assert_true(out_count < SENT);
			out[out_count++] = sent;
			continue;
		}
		while (which < ASKED_MOST && asked[which] != sent.message.cookie)
			which++;
		assert_int_not_equal(which, ASKED_MOST); /* it was, and has not been answered */
		asked[which] = 0;
		if (answer < 0) {
			assert_true(answer == STATUS_DEAD || answer == STATUS_BUSY || answer == STATUS_NO_MEMORY);
			refused++;
			continue;
		}
		for (unsigned i = 0; i < 6; i++)
			assert_int_equal(sent.message.word[i], sent.message.cookie + ANSWER + i);
		served++;
	}
}

static void answer_one(void)
{
	unsigned which;
	struct sent sent;

	if (!out_count)
		return;
	which = below(out_count);
	sent = out[which];
	out[which] = out[--out_count];
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(sent.message.word[i], sent.message.word[0] + i);
	machine_answered(&sent, sent.message.word[0] + ANSWER);
}

static void ask_one(void)
{
	unsigned which = below(ASKED_MOST);

	if (asked[which])
		return;
	asked[which] = new_words();
	machine_asked(1 + below(CORES - 1), below(3), asked[which], asked[which]);
}

static void check_answer(const struct known *one)
{
	int64_t result = (int64_t)processor.rax;

	if (one->doing == DOING_WAIT) {
		assert_true(result == STATUS_OK || result == STATUS_TIMED_OUT || result == STATUS_BUSY || result == STATUS_BAD_ARGUMENT);
		return;
	}
	if (result < 0) {
		assert_true(result >= STATUS_OVER_LIMIT && result != STATUS_PENDING && result != STATUS_RESTART);
		if (one->doing == DOING_CALL)
			assert_true(result != STATUS_TIMED_OUT);
		statuses++;
		return;
	}
	assert_int_equal(processor.rax, one->words + ANSWER);
	assert_int_equal(processor.rsi, one->words + ANSWER + 1);
	assert_int_equal(processor.r9, one->words + ANSWER + 5);
	answers++;
}

/* The running thread is in user mode. False: it is to make its call anew. */
static bool see(struct known *one)
{
	unsigned level = level_of(one->thread);

	if (level == 1 && is_proxy(one->thread) && processor.rip == one->thread->activation->replica->entry && !processor.rax)
		one->level = 0; /* it may have been thrown out of another call, which nobody in user mode has seen */
	if (level > one->level) {
		assert_int_equal(level, one->level + 1);
		if (!one->level && is_proxy(one->thread)) {
			unsigned which = 0;

			while (which < ASKED_MOST && asked[which] != processor.rdi)
				which++;
			assert_int_not_equal(which, ASKED_MOST);
		} else {
			assert_int_equal(one->doing, DOING_CALL);
			assert_int_equal(processor.rdi, one->words);
		}
		assert_called_with(processor.rdi);
		one->serves[level] = processor.rdi;
	} else if (level < one->level) {
		assert_int_equal((int64_t)processor.rax, STATUS_DEAD);
	} else if (one->doing != DOING_NOTHING && processor.rip == one->rip[level]) {
		return false;
	} else if (one->doing != DOING_NOTHING) {
		check_answer(one);
	}
	one->level = level;
	one->doing = DOING_NOTHING;
	return true;
}

static void begin(struct known *one, enum doing doing)
{
	one->doing = doing;
	one->words = new_words();
	one->rip[one->level] = processor.rip;
}

static void call_at(struct known *one)
{
	uint64_t core = 1 + below(CORES - 1), server = below(SERVER_COUNT);

	begin(one, DOING_CALL_AT);
	if (!below(4))
		core |= IPC_AT_ONCE;
	machine_call_at(core, server, one->words, below(2) ? 0 : 1 + below(1000));
}

static void come_back(struct known *one)
{
	one->words = one->serves[one->level--];
	one->doing = one->level || !is_proxy(one->thread) ? DOING_CALL : DOING_NOTHING; /* a proxy's next call is a new one */
	machine_return(one->words + ANSWER);
}

static void act(struct known *one, bool ending)
{
	unsigned what = ending ? 0 : below(64);

	if (!one->level && ending) {
		machine_interrupt();
		machine_kill((struct thread *)one->thread);
	} else if (one->level && what < 20) {
		come_back(one);
	} else if (what < 38) {
		begin(one, DOING_CALL);
		machine_call(below(SERVER_COUNT), one->words);
	} else if (what < 54) {
		call_at(one);
	} else if (what < 57 && one->level) {
		begin(one, DOING_WAIT);
		machine_ask(IPC_WAIT, below(KEY), 1 + below(1000));
	} else if (what < 58 && one->level) {
		begin(one, DOING_CALL);
		one->doing = DOING_NOTHING;
		machine_ask(IPC_WAKE, below(KEY), below(4));
	} else if (what < 59 && one->level) {
		machine_fault();
	} else if (what < 61) {
		machine_slice_over();
	} else {
		machine_interrupt();
	}
}

static void in_user_mode(bool ending)
{
	struct known *one = know(thread_current);

	if (see(one))
		act(one, ending);
	else
		machine_call_anew();
}

static void check_replicas(void)
{
	for (unsigned server = 0; server < SERVER_COUNT; server++) {
		const struct replica *replica = replicas[server];
		unsigned asleep = 0;

		if (!replica->view)
			continue;
		for (const struct thread *one = replica->asleep.first; one; one = one->queue_next)
			asleep++;
		for (const struct thread *one = replica->returning.first; one; one = one->queue_next)
			asleep++;
		/* monitor.h I1, the kept one apart */
		assert_int_equal(asleep + replica->spares + (replica->door != 0) + (!replica->door && replica->inside && replica->kept), SPARE_STACKS + 1);
		assert_true(!replica->door || !replica->waiting.first);
	}
}

static void happen(void)
{
	unsigned what = below(64);

	if (what < 20)
		answer_one();
	else if (what < 32)
		ask_one();
	else if (what < 40)
		machine_time += below(300);
	else if (what < 41)
		machine_time += UINT64_C(1000000000);
	else if (what < 42)
		replica_fail(replicas[below(SERVER_COUNT)]);
	else if (what < 44)
		machine_kill(program[below(PROGRAMS)]);
	else if (what < 46)
		machine_full = !below(6);
	threads_expire();
}

static void step(void)
{
	if (machine_in_user_mode()) {
		in_user_mode(false);
	} else {
		happen();
		replace_ended();
		check_replicas();
		if (below(3))
			(void)machine_go_on();
		replace_ended();
	}
	collect();
}

static bool anybody_asks(void)
{
	for (unsigned i = 0; i < ASKED_MOST; i++)
		if (asked[i])
			return true;
	return false;
}

/* All calls come to their end, and then all programs. */
static void come_to_rest(void)
{
	machine_full = false;
	for (unsigned turns = 0; turns < 100000; turns++) {
		machine_time += 100;
		if (machine_in_user_mode()) {
			in_user_mode(true);
		} else {
			threads_expire();
			answer_one();
			if (!machine_go_on() && !out_count && !machine_records && !anybody_asks())
				break;
		}
		collect();
	}
	assert_false(machine_in_user_mode());
	assert_int_equal(machine_records, 0);
	assert_int_equal(out_count, 0);
	assert_false(anybody_asks());
	for (const struct thread *one = thread_first(); one; one = one->all_next)
		assert_true(is_proxy(one) && one->state == THREAD_PARKED && one->activation == &one->program);
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		assert_true(!replicas[server]->view || (replicas[server]->door && replicas[server]->kept && replicas[server]->spares == SPARE_STACKS));
}

static void every_call_has_its_answer(void **state)
{
	(void)state;
	seed = 314159;
	last_words = 1 << 20;
	replace_ended();
	for (unsigned i = 0; i < STEPS; i++)
		step();
	come_to_rest();
	print_message("%u answered, %u not; %u served, %u not\n", answers, statuses, served, refused);
	assert_true(answers > STEPS / 100 && statuses > STEPS / 1000 && served > STEPS / 200 && refused > STEPS / 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_call_has_its_answer, machine_open, machine_close),
	};

	return cmocka_run_group_tests_name("remote_random", tests, NULL, NULL);
}
