/* gate.c - see gate.h
 * SPDX-License-Identifier: MIT */
#include "ipc/gate.h"

#include <stddef.h>
#include <stdbool.h>

#include "abi/services.h"
#include "ipc/gate_offsets.h"
#include "ipc/lend.h"
#include "ipc/monitor.h"
#include "ipc/replica.h"
#include "kernel/arch/segments.h"
#include "sched/dispatch.h"

_Static_assert(offsetof(struct activation, above) == ACTIVATION_ABOVE, "gate_offsets.h");
_Static_assert(offsetof(struct activation, below) == ACTIVATION_BELOW, "gate_offsets.h");
_Static_assert(offsetof(struct activation, view) == ACTIVATION_VIEW, "gate_offsets.h");
_Static_assert(offsetof(struct activation, replica) == ACTIVATION_REPLICA, "gate_offsets.h");
_Static_assert(offsetof(struct activation, stack) == ACTIVATION_STACK, "gate_offsets.h");
_Static_assert(offsetof(struct activation, on_return) == ACTIVATION_ON_RETURN, "gate_offsets.h");
_Static_assert(offsetof(struct thread, activation) == THREAD_ACTIVATION, "gate_offsets.h");
_Static_assert(offsetof(struct replica, door) == REPLICA_DOOR, "gate_offsets.h");
_Static_assert(offsetof(struct replica, inside) == REPLICA_INSIDE, "gate_offsets.h");
_Static_assert(offsetof(struct replica, calls) == REPLICA_CALLS, "gate_offsets.h");
_Static_assert(offsetof(struct replica, callees) == REPLICA_CALLEES, "gate_offsets.h");
_Static_assert(offsetof(struct replica, view) == REPLICA_VIEW, "gate_offsets.h");
_Static_assert(offsetof(struct replica, entry) == REPLICA_ENTRY, "gate_offsets.h");
_Static_assert(offsetof(struct replica, rights) == REPLICA_RIGHTS, "gate_offsets.h");
_Static_assert(offsetof(struct replica, place) == REPLICA_PLACE, "gate_offsets.h");
_Static_assert(offsetof(struct replica, serve) == REPLICA_SERVE, "gate_offsets.h");
_Static_assert(offsetof(struct view, root) == VIEW_ROOT, "gate_offsets.h");
_Static_assert(ON_RETURN_INNER == ON_RETURN_INNER_BIT, "gate_offsets.h");
_Static_assert(SERVER_COUNT <= IPC_SERVERS, "a bit of `callees` for each");

enum { RED_ZONE = 128 }; /* System V ABI, AMD64 supplement, 3.2.2 */

static void load(struct thread *thread)
{
	segments_set_registers(&thread->activation->registers);
	view_activate(thread_view(thread->activation));
}

/* The ring of a replica's code, for where it goes on. The third word is where the gate of its ring has it, and where that of the other has it. */
static void set_ring(struct registers *registers, const struct replica *whose)
{
	bool inner = whose->place != 0;

	registers->cs = inner ? SELECTOR_KERNEL_CODE : SELECTOR_USER_CODE;
	registers->ss = inner ? SELECTOR_KERNEL_DATA : SELECTOR_USER_DATA;
	registers->rflags = SERVICE_FLAGS;
	if (inner)
		registers->r15 = registers->rdx;
}

void gate_enter(struct thread *thread, struct replica *callee, uint64_t stack, uint64_t on_return)
{
	const struct registers *call = &thread->activation->registers;
	struct activation *next = thread->activation->above;

	next->registers = (struct registers){
		.rdi = call->rdi, .rsi = call->rsi, .rdx = call->rdx, .r10 = call->r10, .r8 = call->r8, .r9 = call->r9,
		.rip = callee->entry, .rsp = stack,
	};
	set_ring(&next->registers, callee);
	next->view = callee->view;
	next->replica = callee;
	next->stack = stack;
	next->on_return = on_return | (thread->dying ? ON_RETURN_ENDING : 0) | (thread->activation->replica->place && !callee->place ? ON_RETURN_INNER : 0);
	if (call->error - IPC_LEND < IPC_SERVERS) {
		next->on_return |= ON_RETURN_LENT;
		next->lent = call->r8;
		next->lent_size = call->r9;
	}
	callee->door = 0;
	callee->calls++;
	thread->activation = next;
}

static int64_t call(struct thread *thread, uint64_t server)
{
	struct replica *callee;
	const struct activation *own = NULL;

	if (server >= SERVER_COUNT)
		return STATUS_NO_CALL;
	if (!(thread->activation->replica->callees >> server & 1))
		return STATUS_NOT_ALLOWED;
	if (!thread->activation->above)
		return STATUS_NO_SPACE;
	callee = replicas[server];
	if (!replica_is_there(callee)) {
		status_t status = replica_begin((enum server)server);

		if (status)
			return status;
	}
	own = activation_of(thread, callee);
	if (own && callee->place)
		return STATUS_BUSY; /* nobody comes into ring 0 on a stack that he names himself */
	if (!own && !callee->door)
		return monitor_wait_at(callee, thread);
	callee->inside = thread;
	if (own)
		gate_enter(thread, callee, (own->registers.rsp - RED_ZONE) & ~UINT64_C(15), ON_RETURN_NESTED);
	else
		gate_enter(thread, callee, callee->door, 0);
	load(thread);
	return CALL_PARKED; /* the event loop goes on with it, in the service */
}

void gate_come_back(struct thread *thread, struct activation *caller, const struct registers *answer)
{
	uint64_t rip = caller->registers.rip, rsp = caller->registers.rsp;

	caller->registers = (struct registers){
		.rax = answer->rdi, .rsi = answer->rsi, .rdx = answer->rdx, .r10 = answer->r10, .r8 = answer->r8, .r9 = answer->r9,
		.rip = rip, .rsp = rsp,
	};
	set_ring(&caller->registers, caller->replica);
	for (; thread->activation != caller; thread->activation = thread->activation->below) {
		thread->activation->on_return = 0;
		thread->activation->slices = 0;
	}
}

static int64_t leave(struct thread *thread)
{
	struct activation *ending = thread->activation, *caller = ending->below;
	struct registers answer = ending->registers;

	if (ending->on_return & ON_RETURN_NOWHERE)
		return STATUS_NO_CALL;
	if (!(ending->on_return & ON_RETURN_NESTED))
		monitor_leave(ending->replica, ending->stack);
	while (caller->replica == &replica_dead) { /* bounded: programs are alive */
		answer = (struct registers){ .rdi = (uint64_t)STATUS_DEAD };
		caller = caller->below;
	}
	gate_come_back(thread, caller, &answer);
	if (thread->dying && caller == &thread->program) {
		dispatch_yield(); /* it ends when it is its turn */
		return CALL_PARKED;
	}
	load(thread);
	return (int64_t)answer.rdi;
}

bool gate_slice_over(struct thread *thread)
{
	struct activation *inside = thread->activation;

	if (inside == &thread->program)
		return true;
	inside->on_return |= ON_RETURN_LONG;
	return ++inside->slices < GATE_SLICES;
}

int64_t gate_slowly(struct registers *registers)
{
	struct thread *thread = thread_current;

	switch (registers->error) {
	case IPC_RETURN:
		return leave(thread);
	case IPC_WAIT:
		return monitor_sleep(thread, registers->rdi, registers->rsi);
	case IPC_WAKE:
		return monitor_wake(thread, registers->rdi, registers->rsi);
	case IPC_COPY_IN:
	case IPC_COPY_OUT:
		return lend_copy(thread, registers->error == IPC_COPY_OUT);
	}
	if (registers->error - IPC_LEND < IPC_SERVERS)
		return call(thread, registers->error - IPC_LEND);
	return call(thread, registers->error - IPC_CALL);
}
