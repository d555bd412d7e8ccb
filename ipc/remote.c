/* remote.c - see remote.h
 * SPDX-License-Identifier: MIT */
#include "ipc/remote.h"

#include <stddef.h>

#include "abi/ipc.h"
#include "ipc/gate.h"
#include "ipc/monitor.h"
#include "ipc/replica.h"
#include "kernel/arch/defences.h"
#include "kernel/memory/pool.h"
#include "percpu/backlog.h"
#include "percpu/clock.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"
#include "sched/dispatch.h"
#include "sched/timer.h"

enum caller { CALLER_PROGRAM, CALLER_SERVICE, CALLERS };

struct remote_call {
	struct remote_call *next; /* of the unsent ones */
	struct thread *thread;    /* NULL: nobody waits for the answer */
	enum caller caller;
	unsigned core;
	struct message message;
};

static struct pool pool = POOL(sizeof(struct remote_call));
static uint8_t out[SERVER_COUNT][CORES_MAX][CALLERS]; /* sent, and not answered */
static struct remote_call *unsent, **unsent_end = &unsent; /* programs' alone */

bool remote_unsent;

static uint8_t *out_with(const struct remote_call *call)
{
	return &out[call->message.operation][call->core][call->caller];
}

static bool may_send(const struct remote_call *call)
{
	return *out_with(call) < REMOTE_MOST && !backlog_waits();
}

static void send(struct remote_call *call)
{
	++*out_with(call);
	inbox_send_call(call->core, &call->message);
}

/* Who waits already goes first. */
static bool others_wait(const struct remote_call *call)
{
	for (const struct remote_call *other = unsent; other && call->caller == CALLER_PROGRAM; other = other->next)
		if (other->core == call->core && other->message.operation == call->message.operation)
			return true;
	return false;
}

static struct remote_call *make_call(unsigned core, uint64_t server, const struct thread *thread)
{
	const struct registers *words = &thread->activation->registers;
	struct remote_call *call = pool_take(&pool);

	if (!call)
		return NULL;
	call->next = NULL;
	call->thread = NULL;
	call->caller = thread->activation == &thread->program ? CALLER_PROGRAM : CALLER_SERVICE;
	call->core = core;
	call->message = (struct message){
		.kind = MESSAGE_call_at, .operation = (uint8_t)server, .cookie = (uint64_t)call,
		.word = { words->rdi, words->rsi, words->rdx, words->r10, words->r8, words->r9 },
	};
	return call;
}

static bool may_call(const struct thread *thread, uint64_t server)
{
	const struct replica *caller = thread->activation->replica;

	return caller == replicas[server] || caller->callees >> server & 1;
}

/* Parks it. */
static status_t wait_for(struct thread *thread, uint64_t nanoseconds)
{
	if (thread->activation != &thread->program)
		return monitor_release(thread, nanoseconds);
	thread->wait = WAIT_ANSWER;
	dispatch_park();
	if (nanoseconds)
		timer_set(thread, clock_now() + (nanoseconds < INT64_MAX ? nanoseconds : INT64_MAX));
	return STATUS_OK;
}

int64_t remote_call(struct thread *thread, uint64_t server)
{
	struct registers *words = &thread->activation->registers;
	unsigned core = (uint32_t)words->rbx;
	struct remote_call *call;
	bool waits;
	status_t status;

	if (server >= SERVER_COUNT)
		return STATUS_NO_CALL;
	if (!may_call(thread, server) && defence_holds(DEFENCE_callees))
		return STATUS_NOT_ALLOWED;
	if (core >= machine_cores())
		return STATUS_BAD_ARGUMENT;
	if (core == this_core())
		return gate_call(thread, server);
	call = make_call(core, replica_domain((enum server)server), thread);
	if (!call) /* to a service NO_MEMORY would look like the other one's answer */
		return thread->activation == &thread->program ? STATUS_NO_MEMORY : STATUS_BUSY;
	waits = !may_send(call) || others_wait(call);
	status = waits && (call->caller == CALLER_SERVICE || words->rbx & IPC_AT_ONCE) ? STATUS_BUSY : wait_for(thread, words->r12);
	if (status) {
		pool_give(&pool, call);
		return status;
	}
	words->vector = VECTOR_SYSTEM_CALL;
	call->thread = thread;
	thread->out = call;
	if (!waits) {
		send(call);
		return CALL_PARKED;
	}
	*unsent_end = call;
	unsent_end = &call->next;
	remote_unsent = true;
	return CALL_PARKED;
}

static struct remote_call *detach(struct thread *thread)
{
	struct remote_call *call = thread->out;

	thread->out = NULL;
	call->thread = NULL;
	return call;
}

/* What is on the list is dropped when it would be sent. */
void remote_forget(struct thread *thread)
{
	if (thread->out)
		(void)detach(thread);
}

static void go_on(struct thread *thread, int64_t result)
{
	if (thread->asleep_in)
		monitor_rise(thread, result);
	else
		dispatch_complete(thread, result);
}

void remote_abandon(struct thread *thread)
{
	(void)detach(thread);
	go_on(thread, STATUS_TIMED_OUT);
}

void remote_answered(const struct message *message)
{
	struct remote_call *call = (struct remote_call *)message->cookie;
	struct thread *thread = call->thread;

	--*out_with(call);
	if (unsent)
		remote_unsent = true;
	if (thread) {
		struct registers *registers = &thread->activation->registers;

		(void)detach(thread);
		registers->rsi = message->word[1];
		registers->rdx = registers->r15 = message->word[2]; /* where the gate of ring 3 has it, and where that of ring 0 does */
		registers->r10 = message->word[3];
		registers->r8 = message->word[4];
		registers->r9 = message->word[5];
		go_on(thread, (int64_t)message->word[0]);
	}
	pool_give(&pool, call);
}

void remote_go_on(void)
{
	struct remote_call **link = &unsent;

	remote_unsent = false;
	while (*link) { /* bounded: the list's length */
		struct remote_call *call = *link;

		if (call->thread && !may_send(call)) {
			remote_unsent |= backlog_waits();
			link = &call->next;
			continue;
		}
		*link = call->next;
		if (call->thread)
			send(call);
		else
			pool_give(&pool, call);
	}
	unsent_end = link;
}
