/* gate.c - see gate.h
 * SPDX-License-Identifier: MIT */
#include "ipc/gate.h"

#include <stddef.h>
#include <stdbool.h>

#include "abi/services.h"
#include "ipc/ask.h"
#include "ipc/gate_offsets.h"
#include "ipc/lend.h"
#include "ipc/monitor.h"
#include "ipc/remote.h"
#include "ipc/replica.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/segments.h"
#include "lib/string.h"
#include "percpu/instance.h"
#include "percpu/machine.h"
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
	registers->vector = VECTOR_SYSTEM_CALL; /* what it does not find in registers is lost */
	if (inner)
		registers->r15 = registers->rdx;
}

/* The words of a call: a system call's, or those in the registers. */
static void set_words(struct registers *next, const struct thread *thread)
{
	const struct registers *call = &thread->activation->registers;

	if (thread->serving) {
		next->rdi = thread->task.call.word[0], next->rsi = thread->task.call.word[1], next->rdx = thread->task.call.word[2];
		next->r10 = thread->task.call.word[3], next->r8 = thread->task.call.word[4], next->r9 = thread->task.call.word[5];
	} else {
		next->rdi = call->rdi, next->rsi = call->rsi, next->rdx = call->rdx;
		next->r10 = call->r10, next->r8 = call->r8, next->r9 = call->r9;
	}
}

static void set_lent(struct activation *next, const struct thread *thread)
{
	const struct registers *call = &thread->activation->registers;

	if (thread->serving)
		memcpy(next->lent, thread->task.call.lent, sizeof(next->lent));
	else if (call->error - IPC_LEND < IPC_SERVERS)
		next->lent[0] = (struct lent){ call->r8, call->r9 }, next->lent[1] = (struct lent){ 0 };
	else
		return;
	next->on_return |= ON_RETURN_LENT;
}

void gate_enter(struct thread *thread, struct replica *callee, uint64_t stack, uint64_t on_return)
{
	struct activation *next = thread->activation->above;

	next->registers = (struct registers){
		.rip = callee->entry, .rsp = stack,
	};
	next->view = callee->view;
	next->replica = callee;
	next->stack = stack;
	next->on_return = on_return | (thread->dying ? ON_RETURN_ENDING : 0) | (thread->serving ? ON_RETURN_SERVED : 0) |
			  (thread->activation->replica->place && !callee->place ? ON_RETURN_INNER : 0);
	if (thread->activation == &thread->program)
		next->on_return |= thread->program.on_return & ON_RETURN_REMOTE;
	set_words(&next->registers, thread);
	set_ring(&next->registers, callee);
	set_lent(next, thread);
	thread->serving = false;
	callee->door = 0;
	callee->calls++;
	thread->activation = next;
}

/* The stack that is kept for calls from other cores, when there is no other one. */
static bool proxy_has_stack(const struct thread *thread, const struct replica *callee)
{
	return thread->program.on_return & ON_RETURN_REMOTE && !callee->inside && callee->kept;
}

static void enter_on_kept_stack(struct thread *thread, struct replica *callee)
{
	gate_enter(thread, callee, callee->kept, ON_RETURN_KEPT);
	callee->kept = 0;
}

/* A program's call that takes nothing along but its words, and asks for no core. */
static bool may_be_anywhere(const struct thread *thread, enum server server)
{
	bool plain = !thread->serving && thread->activation->registers.error - IPC_CALL < IPC_SERVERS;

	return plain && thread->activation == &thread->program && !(thread->program.on_return & ON_RETURN_REMOTE) && !(IPC_KEEP >> server & 1);
}

/* While a replica rests, the one on the core beside serves those who do not mind where. A service minds: its monitor would be open meanwhile. */
static int64_t call_neighbour(struct thread *thread, enum server server)
{
	struct registers *call = &thread->activation->registers;
	unsigned neighbour = (this_core() ^ 1) < machine_cores() ? this_core() ^ 1 : this_core() - 1;

	if (machine_cores() == 1 || !may_be_anywhere(thread, server))
		return STATUS_DEAD;
	call->rbx = neighbour;
	call->r12 = 0; /* for as long as it takes */
	return remote_call(thread, server);
}

/* To a service that is there, or begins now. */
static int64_t go_in(struct thread *thread, uint64_t server)
{
	struct replica *callee = replicas[server];
	const struct activation *own = NULL;

	if (!replica_is_there(callee)) {
		status_t status = replica_begin((enum server)server);

		if (status)
			return status == STATUS_DEAD ? call_neighbour(thread, replica_domain((enum server)server)) : status;
	}
	own = activation_of(thread, callee);
	if (own && callee->place)
		return STATUS_BUSY; /* nobody comes into ring 0 on a stack that he names himself */
	if (!own && !callee->door && !proxy_has_stack(thread, callee))
		return monitor_wait_at(callee, thread);
	callee->inside = thread;
	if (own)
		gate_enter(thread, callee, (own->registers.rsp - RED_ZONE) & ~UINT64_C(15), ON_RETURN_NESTED);
	else if (callee->door)
		gate_enter(thread, callee, callee->door, 0);
	else
		enter_on_kept_stack(thread, callee);
	load(thread);
	return CALL_PARKED; /* the event loop goes on with it, in the service */
}

int64_t gate_call(struct thread *thread, uint64_t server)
{
	if (server >= SERVER_COUNT)
		return STATUS_NO_CALL;
	if (!(thread->activation->replica->callees >> server & 1) && defence_holds(DEFENCE_callees))
		return STATUS_NOT_ALLOWED;
	if (!thread->activation->above)
		return STATUS_NO_SPACE;
	return go_in(thread, server);
}

int64_t gate_serve(struct thread *thread, enum server server)
{
	int64_t result;

	thread->serving = true;
	result = go_in(thread, server);
	thread->serving = thread->serving && result == CALL_PARKED;
	return result;
}

/* Where its registers stay as they are but for the result. It goes on as from any other system call. */
static void answer_system_call(struct thread *thread, const struct registers *answer)
{
	thread->program.registers.vector = VECTOR_SYSTEM_CALL;
	thread->program.registers.rax = answer->rdi;
	thread->task.answer[1] = answer->rsi, thread->task.answer[2] = answer->rdx;
	thread->task.answer[3] = answer->r10, thread->task.answer[4] = answer->r8, thread->task.answer[5] = answer->r9;
}

void gate_come_back(struct thread *thread, struct activation *caller, const struct registers *answer)
{
	uint64_t rip = caller->registers.rip, rsp = caller->registers.rsp;

	if (caller->above->on_return & ON_RETURN_SERVED) {
		answer_system_call(thread, answer);
	} else {
		caller->registers = (struct registers){
			.rax = answer->rdi, .rsi = answer->rsi, .rdx = answer->rdx, .r10 = answer->r10, .r8 = answer->r8, .r9 = answer->r9,
			.rip = rip, .rsp = rsp,
		};
		set_ring(&caller->registers, caller->replica);
	}
	for (; thread->activation != caller; thread->activation = thread->activation->below) {
		thread->activation->on_return = 0;
		thread->activation->slices = 0;
	}
}

static int64_t leave(struct thread *thread)
{
	static const struct registers dead = { .rdi = (uint64_t)STATUS_DEAD };
	struct activation *ending = thread->activation, *caller = ending->below;
	const struct registers *answer = &ending->registers;
	bool served;

	if (ending->on_return & ON_RETURN_NOWHERE && defence_holds(DEFENCE_returns))
		return STATUS_NO_CALL;
	if (ending->on_return & ON_RETURN_KEPT)
		monitor_leave_kept(ending->replica, ending->stack);
	else if (!(ending->on_return & ON_RETURN_NESTED))
		monitor_leave(ending->replica, ending->stack);
	while (caller->replica == &replica_dead) { /* bounded: programs are alive */
		answer = &dead;
		caller = caller->below;
	}
	served = caller->above->on_return & ON_RETURN_SERVED;
	gate_come_back(thread, caller, answer);
	if (caller == &thread->program && thread->program.on_return & ON_RETURN_REMOTE)
		return CALL_PARKED; /* the event loop goes on with it: it answers */
	if (thread->dying && caller == &thread->program) {
		dispatch_yield(); /* it ends when it is its turn */
		return CALL_PARKED;
	}
	load(thread);
	return served || dispatch_preceded() ? CALL_PARKED : (int64_t)answer->rdi; /* the event loop goes on with the system call, or with a proxy that is let in */
}

bool gate_slice_over(struct thread *thread)
{
	struct activation *inside = thread->activation;

	if (inside == &thread->program)
		return true;
	inside->on_return |= ON_RETURN_LONG;
	return ++inside->slices < GATE_SLICES || !defence_holds(DEFENCE_slices);
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
	case IPC_COPY_OUT_WHILE:
		return lend_copy(thread, registers->error != IPC_COPY_IN);
	case IPC_STORE_FILL:
	case IPC_STORE_DROP:
	case IPC_HERE:
	case IPC_CLOCK:
	case IPC_LIVES:
		return ask_kernel(thread);
	}
	if (registers->error - IPC_LEND < IPC_SERVERS)
		return gate_call(thread, registers->error - IPC_LEND);
	if (registers->error - IPC_CALL_AT < IPC_SERVERS)
		return remote_call(thread, registers->error - IPC_CALL_AT);
	return gate_call(thread, registers->error - IPC_CALL);
}
