/* monitor.c - see monitor.h
 * SPDX-License-Identifier: MIT */
#include "ipc/monitor.h"

#include <stddef.h>

#include "ipc/gate.h"
#include "percpu/clock.h"
#include "sched/dispatch.h"
#include "sched/timer.h"

/* The activation whose end opens the door: those above it in the same replica are nested. */
static struct activation *behind_door(const struct replica *replica)
{
	struct activation *lowest = NULL;

	for (struct activation *one = replica->inside->activation; one; one = one->below)
		if (one->replica == replica)
			lowest = one;
	return lowest;
}

static bool is_held(const struct replica *replica)
{
	return !replica->door && replica->inside;
}

static void let_in(struct replica *replica, struct thread *thread)
{
	replica->door = 0;
	replica->inside = thread;
	if (replica->returning.first || replica->waiting.first)
		behind_door(replica)->on_return |= ON_RETURN_WAITED;
	thread->wait = WAIT_NOTHING;
	if (thread->program.on_return & ON_RETURN_REMOTE)
		dispatch_precede(thread); /* whoever waited for it to come in may run a program next, and that would keep another core waiting */
	else
		dispatch_ready(thread);
}

static void let_in_from_door(struct replica *replica, uint64_t stack)
{
	struct thread *thread = run_queue_take(&replica->waiting);

	thread->waits_at = NULL;
	gate_enter(thread, replica, stack, 0);
	let_in(replica, thread);
}

static uint64_t take_spare(struct replica *replica)
{
	return replica->spares ? replica->spare[--replica->spares] : 0;
}

/* The first who waits at the door for a caller on another core. */
static struct thread *first_proxy(const struct replica *replica)
{
	struct thread *thread = replica->waiting.first;

	while (thread && !(thread->program.on_return & ON_RETURN_REMOTE))
		thread = thread->queue_next;
	return thread;
}

static void let_in_on_kept_stack(struct replica *replica, struct thread *proxy)
{
	run_queue_remove(&replica->waiting, proxy);
	proxy->waits_at = NULL;
	gate_enter(proxy, replica, replica->kept, ON_RETURN_KEPT);
	replica->kept = 0;
	let_in(replica, proxy);
}

void monitor_leave(struct replica *replica, uint64_t stack)
{
	struct thread *proxy = !stack && replica->kept ? first_proxy(replica) : NULL;

	replica->inside = NULL;
	replica->door = 0;
	if (replica->returning.first) {
		if (stack)
			replica->spare[replica->spares++] = stack;
		let_in(replica, run_queue_take(&replica->returning));
	} else if (stack && replica->waiting.first) {
		let_in_from_door(replica, stack);
	} else if (proxy) {
		let_in_on_kept_stack(replica, proxy);
	} else {
		replica->door = stack;
	}
}

void monitor_leave_kept(struct replica *replica, uint64_t stack)
{
	replica->kept = stack;
	monitor_leave(replica, 0);
}

/* Who must go on for the door to open; the thread itself: it would wait for itself; NULL: who sleeps, and nobody knows for how long. */
static struct thread *in_the_way(const struct replica *replica, const struct thread *thread)
{
	struct thread *other = replica->inside;

	while (other && other != thread && other->waits_at) /* bounded: nobody waits for himself, as this was asked each time */
		other = other->waits_at->inside;
	return other;
}

static void queue_up(struct replica *replica, struct thread *thread)
{
	if (replica->inside)
		behind_door(replica)->on_return |= ON_RETURN_WAITED;
	thread->wait = WAIT_ANSWER;
	thread->waits_at = replica;
	run_queue_append(&replica->waiting, thread);
}

int64_t monitor_wait_at(struct replica *replica, struct thread *thread)
{
	struct thread *other = in_the_way(replica, thread);

	if (other == thread)
		return STATUS_BUSY;
	dispatch_park();
	queue_up(replica, thread);
	if (other)
		dispatch_lend(other);
	return CALL_PARKED;
}

bool monitor_queue_at(struct replica *replica, struct thread *proxy)
{
	const struct thread *other = is_held(replica) ? in_the_way(replica, proxy) : NULL;

	if (!is_held(replica) || (other && other->state == THREAD_READY))
		return false;
	queue_up(replica, proxy);
	dispatch_await();
	return true;
}

status_t monitor_release(struct thread *thread, uint64_t nanoseconds)
{
	struct activation *inside = thread->activation;
	struct replica *replica = inside->replica;

	if (inside->on_return & ON_RETURN_NESTED)
		return STATUS_BAD_ARGUMENT;
	if (inside->on_return & ON_RETURN_KEPT)
		return STATUS_BUSY;
	if (thread->dying)
		return STATUS_TIMED_OUT;
	inside->on_return &= ~(uint64_t)ON_RETURN_WAITED;
	thread->wait = WAIT_ANSWER;
	thread->asleep_in = replica;
	dispatch_park();
	if (nanoseconds)
		timer_set(thread, clock_now() + (nanoseconds < INT64_MAX ? nanoseconds : INT64_MAX));
	run_queue_append(&replica->asleep, thread);
	monitor_leave(replica, take_spare(replica));
	return STATUS_OK;
}

int64_t monitor_sleep(struct thread *thread, uint64_t key, uint64_t nanoseconds)
{
	status_t status;

	if (thread->activation == &thread->program)
		return STATUS_NO_CALL;
	thread->key = key;
	status = monitor_release(thread, nanoseconds);
	return status ? status : CALL_PARKED;
}

/* It is awake, and comes in when it is its turn. */
void monitor_rise(struct thread *thread, int64_t result)
{
	struct replica *replica = thread->asleep_in;

	timer_cancel(thread);
	run_queue_remove(&replica->asleep, thread);
	thread->asleep_in = NULL;
	thread->activation->registers.rax = (uint64_t)result;
	if (is_held(replica)) {
		run_queue_append(&replica->returning, thread);
		behind_door(replica)->on_return |= ON_RETURN_WAITED;
		dispatch_await();
		return;
	}
	if (replica->door)
		replica->spare[replica->spares++] = replica->door;
	let_in(replica, thread);
	if (dispatch_preceded())
		clock_arm_by(clock_now()); /* this may be a leaf, served in the midst of a system call that goes back to its program */
}

int64_t monitor_wake(struct thread *thread, uint64_t key, uint64_t most)
{
	struct replica *replica = thread->activation->replica;
	uint64_t woken = 0;

	if (thread->activation == &thread->program)
		return STATUS_NO_CALL;
	for (struct thread *next, *one = replica->asleep.first; one && woken < most; one = next) {
		next = one->queue_next;
		if (one->key != key || one->out)
			continue;
		monitor_rise(one, STATUS_OK);
		woken++;
	}
	return (int64_t)woken;
}

void monitor_wake_up(struct thread *thread)
{
	monitor_rise(thread, STATUS_TIMED_OUT);
}
