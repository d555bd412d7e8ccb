/* replica.c - see replica.h
 * SPDX-License-Identifier: MIT */
#include "ipc/replica.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/domain.h"
#include "ipc/gate.h"
#include "ipc/remote.h"
#include "kernel/arch/segments.h"
#include "percpu/clock.h"
#include "percpu/log.h"
#include "sched/dispatch.h"
#include "sched/timer.h"

enum {
	SOON = 1000000000,       /* ns: who fails again so soon, its rest apart, stays away for a while */
	REST_FIRST = 1000000,    /* ns; twice as long each time */
	REST_MOST = 1000000000,
};

static struct replica replica[SERVER_COUNT];
static struct replica nobody; /* with a closed door */

struct replica *replicas[IPC_SERVERS], *replicas_direct[IPC_SERVERS];
struct replica replica_of_programs, replica_of_proxies, replica_dead;

static const uint64_t callees_of[SERVER_COUNT] = {
#define X(name, number, callees, meaning) [number] = callees,
#include "abi/server.def"
#undef X
};

static const char *const name_of[SERVER_COUNT] = {
#define X(name, number, callees, meaning) [number] = #name,
#include "abi/server.def"
#undef X
};

void replicas_open(void)
{
	for (unsigned server = 0; server < IPC_SERVERS; server++)
		replicas[server] = server < SERVER_COUNT ? &replica[server] : &nobody;
	for (unsigned server = 0; server < IPC_SERVERS; server++)
		replicas_direct[server] = &nobody;
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		replica[server].callees = callees_of[server];
	replica_of_programs.callees = ((UINT64_C(1) << SERVER_COUNT) - 1) & ~IPC_SYSTEMS;
	replica_of_proxies.callees = UINT64_MAX;
}

void replica_join(enum server joined, enum server server)
{
	uint64_t both = UINT64_C(1) << joined | UINT64_C(1) << server;

	replicas[joined] = &replica[server];
	replica[server].callees = (replica[server].callees | callees_of[joined]) & ~both;
}

enum server replica_domain(enum server server)
{
	return (enum server)(replicas[server] - replica);
}

struct activation *activation_of(const struct thread *thread, const struct replica *whose)
{
	for (struct activation *one = thread->activation; one; one = one->below)
		if (one->replica == whose)
			return one;
	return NULL;
}

status_t replica_begin(enum server server)
{
	struct replica *begins = replicas[server];
	status_t status;

	if (begins->failed && clock_now() - begins->failed < begins->rest)
		return STATUS_DEAD;
	status = replica_create(replica_domain(server), begins);
	if (!status)
		begins->kept = begins->spare[--begins->spares];
	return status;
}

/* It is awake, and in whatever is its activation now. */
static void wake(struct thread *thread)
{
	if (thread->waits_at)
		run_queue_remove(&thread->waits_at->waiting, thread);
	thread->waits_at = thread->asleep_in = NULL;
	timer_cancel(thread);
	remote_forget(thread);
	thread->wait = WAIT_NOTHING;
	dispatch_ready(thread);
}

/* Back to the nearest in the chain that is no activation of the replica, nor of one that has failed before. */
static void throw_out(struct thread *thread, const struct replica *failed)
{
	struct activation *caller = thread->activation;

	while (caller->replica == failed || caller->replica == &replica_dead) /* bounded: a chain's length; programs do not fail */
		caller = caller->below;
	gate_come_back(thread, caller, &(struct registers){ .rdi = (uint64_t)STATUS_DEAD });
	if (thread->state == THREAD_RUNNING)
		dispatch_yield();
	else if (thread->waits_at)
		wake(thread);
}

/* Those further below go on to nowhere: who comes back to them goes on to their caller (gate.c). */
static void mark_dead(struct thread *thread, const struct replica *failed)
{
	for (struct activation *one = thread->activation; one->below; one = one->below) {
		if (one->below->replica != failed)
			continue;
		one->below->replica = &replica_dead;
		one->below->view = NULL;
		one->on_return |= ON_RETURN_DEAD;
	}
}

/* Who waits inside. */
static void throw_out_all(struct run_queue *queue, const struct replica *failed)
{
	while (queue->first) { /* bounded: each turn there is one less */
		struct thread *thread = run_queue_take(queue);

		throw_out(thread, failed);
		mark_dead(thread, failed);
		wake(thread);
	}
}

static void rest(struct replica *failed)
{
	uint64_t now = clock_now();
	bool soon = failed->failed && now - failed->failed < failed->rest + SOON;

	failed->rest = !soon ? 0 : !failed->rest ? REST_FIRST : 2 * failed->rest < REST_MOST ? 2 * failed->rest : REST_MOST;
	failed->failed = now;
	__atomic_store_n(&failed->ended, failed->ended + 1, __ATOMIC_RELAXED);
}

/* Who waits at the door: by the same number; or, in a system call, as that decides. */
static void call_anew(struct thread *thread)
{
	struct registers *call = &thread->activation->registers;

	if (thread->serving)
		call->rax = (uint64_t)STATUS_DEAD;
	else
		registers_call_anew(call);
	thread->serving = false;
}

/* Somebody else's replica whose activation runs on a stack of this one, since it was called directly; the last one called. NULL: none. */
static struct replica *find_on_stacks_of(const struct replica *failed, const struct thread *thread)
{
	for (const struct activation *one = thread ? thread->activation : NULL; one; one = one->below)
		if (activation_is_inner(one) && one->replica != failed && one->registers.rsp - failed->place < DOMAIN_SIZE)
			return one->replica;
	return NULL;
}

/* Services in ring 0 with the kernel's key fail with who has called them directly: the stack goes that they are on. */
static void fail_on_stacks_of(const struct replica *failed)
{
	struct replica *other;

	while (!failed->door && (other = find_on_stacks_of(failed, failed->inside))) /* bounded: a chain's length */
		replica_fail(other);
}

void replica_fail(struct replica *failed)
{
	struct thread *inside;

	if (!replica_is_there(failed))
		return;
	if (failed->serve)
		fail_on_stacks_of(failed);
	inside = failed->door ? NULL : failed->inside;
	log_line("ipc", "service %s has failed%s", name_of[failed - replica], failed->waiting.first ? ", and begins anew" : "");
	while (failed->waiting.first) { /* bounded: each turn there is one less */
		call_anew(failed->waiting.first);
		wake(failed->waiting.first);
	}
	if (inside && inside->activation->replica == failed)
		throw_out(inside, failed);
	if (inside)
		mark_dead(inside, failed);
	throw_out_all(&failed->asleep, failed);
	throw_out_all(&failed->returning, failed);
	failed->door = 0;
	failed->inside = NULL;
	failed->spares = 0;
	rest(failed);
	replica_destroy(failed);
}
