/* gate_machine.c - see gate_machine.h
 * SPDX-License-Identifier: MIT */
#include "tests/unit/gate_machine.h"

#include "abi/kernel.h"
#include "kernel/arch/segments.h"
#include "ipc/proxy.h"
#include "ipc/remote.h"
#include "kernel/entry/threads.h"
#include "percpu/backlog.h"
#include "tests/unit/gate_outside.h"

enum { PROGRAMS = 64 }; /* at a time */

struct registers processor;
static struct registers *saved_in; /* where an entry saves the registers */
static struct run_queue delayed;   /* who wait for frames */
static struct view view_of[PROGRAMS];
static uint32_t processes;
static bool in_kernel;

void segments_set_registers(struct registers *registers)
{
	saved_in = registers;
}

int machine_open(void **state)
{
	(void)state;
	outside_open();
	replicas_open();
	in_kernel = true;
	return 0;
}

int machine_close(void **state)
{
	(void)state;
	while (thread_first())
		thread_destroy(thread_first());
	delayed = (struct run_queue){ 0 };
	outside_close();
	return 0;
}

struct thread *machine_thread(void)
{
	bool full = machine_full;
	struct thread *thread;

	machine_full = false;
	thread = thread_create(&view_of[processes % PROGRAMS]);
	machine_full = full;
	assert_non_null(thread);
	thread->task.process_id = ++processes;
	thread->program.registers.rip = PROGRAM_RIP;
	thread->program.registers.cs = SELECTOR_USER_CODE;
	thread->program.registers.rsp = PROGRAM_RSP;
	dispatch_ready(thread);
	return thread;
}

static void forget(void)
{
	processor.rbx = processor.rbp = processor.r12 = processor.r13 = processor.r14 = processor.r15 = 0;
}

static void go_to(struct activation *activation)
{
	thread_current->activation = activation;
	saved_in = &activation->registers;
	view_loaded = activation->view;
	forget();
}

static bool call_fast(struct activation *caller, uint64_t server)
{
	struct activation *next = caller->above;
	struct replica *callee;

	if (server >= IPC_SERVERS || !(caller->replica->callees >> server & 1))
		return false;
	callee = replicas[server];
	if (!callee->door || !next)
		return false;
	caller->registers.rip = processor.rip;
	caller->registers.rsp = processor.rsp;
	next->stack = processor.rsp = callee->door;
	next->replica = callee;
	next->view = callee->view;
	callee->door = 0;
	callee->inside = thread_current;
	callee->calls++;
	processor.rip = callee->entry;
	processor.cs = SELECTOR_USER_CODE;
	go_to(next);
	return true;
}

static bool return_fast(struct activation *ending)
{
	if (ending->on_return)
		return false;
	ending->replica->door = ending->stack;
	processor.rax = processor.rdi;
	processor.rip = ending->below->registers.rip;
	processor.rsp = ending->below->registers.rsp;
	go_to(ending->below);
	return true;
}

static void gate_slow(void)
{
	uint64_t old = saved_in->rax;
	int64_t result;

	if (processor.rax <= IPC_LAST)
		forget();
	*saved_in = processor;
	saved_in->error = processor.rax;
	saved_in->rax = old; /* room for the result */
	result = gate_slowly(saved_in);
	in_kernel = result == CALL_PARKED;
	processor = *saved_in;
	processor.rax = (uint64_t)result;
	if (!in_kernel)
		forget();
}

static void system_call(void)
{
	struct activation *activation = thread_current->activation;

	assert_true(machine_in_user_mode());
	processor.rip += SYSTEM_CALL_SIZE;
	if (processor.rax == IPC_RETURN ? !return_fast(activation) : !call_fast(activation, processor.rax - IPC_CALL))
		gate_slow();
}

static void set_words(uint64_t words)
{
	processor.rdi = words;
	processor.rsi = words + 1;
	processor.rdx = words + 2;
	processor.r10 = words + 3;
	processor.r8 = words + 4;
	processor.r9 = words + 5;
	processor.rbx = processor.rbp = processor.r12 = processor.r13 = processor.r14 = processor.r15 = UINT64_MAX;
}

void machine_call(uint64_t server, uint64_t words)
{
	set_words(words);
	processor.rax = IPC_CALL + server;
	system_call();
}

void machine_return(uint64_t words)
{
	set_words(words);
	processor.rax = IPC_RETURN;
	system_call();
}

void machine_serve(unsigned server, uint64_t words)
{
	int64_t result;

	machine_interrupt();
	for (unsigned i = 0; i < CALL_WORDS; i++)
		thread_current->task.call.word[i] = words + i;
	result = gate_serve(thread_current, (enum server)server);
	in_kernel = result == CALL_PARKED;
	processor.rax = (uint64_t)result;
}

void machine_ask(uint64_t number, uint64_t first, uint64_t second)
{
	set_words(0);
	processor.rax = number;
	processor.rdi = first;
	processor.rsi = second;
	system_call();
}

void machine_call_at(uint64_t core, uint64_t server, uint64_t words, uint64_t nanoseconds)
{
	set_words(words);
	processor.rbx = core;
	processor.r12 = nanoseconds;
	processor.rax = IPC_CALL_AT + server;
	system_call();
}

void machine_asked(unsigned core, uint64_t server, uint64_t cookie, uint64_t words)
{
	proxy_asked(&(struct message){
		.kind = MESSAGE_call_at, .operation = (uint8_t)server, .from = (uint16_t)core, .cookie = cookie,
		.word = { words, words + 1, words + 2, words + 3, words + 4, words + 5 },
	});
}

void machine_answered(const struct sent *call, uint64_t words)
{
	remote_answered(&(struct message){
		.kind = MESSAGE_answered, .from = (uint16_t)call->core, .cookie = call->message.cookie,
		.word = { words, words + 1, words + 2, words + 3, words + 4, words + 5 },
	});
}

struct sent machine_take_sent(void)
{
	struct sent first = machine_sent[0];

	assert_true(machine_sent_count);
	machine_sent_count--;
	for (unsigned i = 0; i < machine_sent_count; i++)
		machine_sent[i] = machine_sent[i + 1];
	return first;
}

void machine_call_anew(void)
{
	system_call();
}

bool machine_in_user_mode(void)
{
	return !in_kernel;
}

void machine_interrupt(void)
{
	assert_true(machine_in_user_mode());
	*saved_in = processor;
	in_kernel = true;
}

void machine_slice_over(void)
{
	machine_interrupt();
	if (gate_slice_over(thread_current))
		dispatch_yield();
	else
		replica_fail(thread_current->activation->replica);
}

void machine_fault(void)
{
	machine_interrupt();
	replica_fail(thread_current->activation->replica);
}

void machine_wait_for_frames(void)
{
	machine_interrupt();
	thread_current->wait = WAIT_ANSWER;
	dispatch_park();
	run_queue_append(&delayed, thread_current);
}

void machine_frames_come(void)
{
	while (delayed.first) {
		struct thread *thread = run_queue_take(&delayed);

		dispatch_complete(thread, (int64_t)thread->activation->registers.rax);
	}
}

void machine_kill(struct thread *thread)
{
	kernel_kill_threads(thread->task.process_id);
}

void machine_run(struct thread *thread)
{
	if (machine_in_user_mode()) {
		machine_interrupt();
		dispatch_yield();
	} else if (thread_current && thread_current->state == THREAD_RUNNING) {
		dispatch_yield();
	}
	assert_int_equal(thread->state, THREAD_READY);
	dispatch_lend(thread);
	machine_go_on();
	assert_ptr_equal(thread_current, thread);
}

static void choose(void)
{
	struct thread *next;

	if (thread_current && thread_current->state != THREAD_RUNNING)
		thread_current = NULL;
	if (thread_current && dispatch_preceded() && !proxy_is_through(thread_current))
		dispatch_give_way();
	while (!thread_current && (next = dispatch_take()))
		if (next->dying && next->activation == &next->program)
			thread_end(next);
		else
			dispatch_select(next);
}

/* A proxy goes on in the kernel. */
static bool resume(struct thread *thread)
{
	int64_t (*function)(struct task *, int64_t) = thread->task.resume;

	if (!function || thread->activation != &thread->program)
		return true;
	thread->task.resume = NULL;
	assert_int_equal(function(&thread->task, (int64_t)thread->program.registers.rax), CALL_PARKED);
	return false;
}

bool machine_go_on(void)
{
	assert_false(machine_in_user_mode());
	do {
		if (remote_unsent && !backlog_waits())
			remote_go_on();
		choose();
	} while (thread_current && !resume(thread_current));
	if (!thread_current)
		return false;
	in_kernel = false;
	processor = thread_current->activation->registers;
	assert_ptr_equal(saved_in, &thread_current->activation->registers);
	return true;
}

unsigned machine_queued(const struct thread *thread)
{
	struct run_queue taken = { 0 };
	struct thread *next;
	unsigned times = 0;

	while ((next = dispatch_take())) {
		assert_int_equal(next->state, THREAD_READY);
		run_queue_append(&taken, next);
		times += next == thread;
	}
	while ((next = run_queue_take(&taken)))
		dispatch_ready(next);
	return times;
}

static void assert_words(uint64_t words)
{
	assert_int_equal(processor.rsi, words + 1);
	assert_int_equal(processor.rdx, words + 2);
	assert_int_equal(processor.r10, words + 3);
	assert_int_equal(processor.r8, words + 4);
	assert_int_equal(processor.r9, words + 5);
}

static void assert_nothing_kept(void)
{
	assert_int_equal(processor.rbx | processor.rbp | processor.r12 | processor.r13 | processor.r14 | processor.r15, 0);
}

void assert_called_with(uint64_t words)
{
	assert_int_equal(processor.rdi, words);
	assert_words(words);
	assert_nothing_kept();
}

void assert_answered_with(uint64_t words)
{
	assert_int_equal(processor.rax, words);
	assert_words(words);
	assert_nothing_kept();
}

void assert_refused_with(status_t status)
{
	assert_int_equal((int64_t)processor.rax, status);
	assert_nothing_kept();
}
