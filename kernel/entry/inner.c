/* inner.c - see inner.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/inner.h"

#include <stdbool.h>

#include "abi/domain.h"
#include "abi/ipc.h"
#include "abi/kernel.h"
#include "ipc/gate_offsets.h"
#include "ipc/replica.h"
#include "kernel/arch/keys.h"
#include "kernel/arch/segments.h"
#include "kernel/entry/events.h"
#include "kernel/entry/panic.h"
#include "lib/string.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "percpu/machine.h"

enum { FLAGS_KEPT = 0xcd5 }; /* of arithmetic, and the direction; others are the kernel's */

/* Where interrupts are on in the gate: the ways in, as long as they lose nothing, the ways out behind the jump's address, and around a direct call. */
extern const uint8_t gate_call_keyed[], gate_call_keyed_taken[], gate_return_keyed[], gate_return_keyed_taken[];
extern const uint8_t gate_call_plain[], gate_return_plain[], gate_direct[], gate_direct_taken[], gate_direct_call[], gate_direct_back[],
	gate_direct_done[], gate_direct_refused[], gate_inner_start[], gate_inner_end[];

/* Each a WRMSR. */
extern const uint8_t gate_call_keyed_write[], gate_lower[], resume_lower[], interrupt_raise[], exception_raise[];
extern const uint8_t text_start[], gate_tables[], spare_code[], spare_return[];

static const struct {
	const uint8_t *begin, *last;
} ways_in[] = {
	{ gate_call_keyed, gate_call_keyed_taken },
	{ gate_return_keyed, gate_return_keyed_taken },
	{ gate_call_plain, gate_call_plain },
	{ gate_return_plain, gate_return_plain },
	{ gate_direct, gate_direct_taken },
	{ gate_direct_call, gate_direct_call },
	{ gate_direct_back, gate_direct_back },
	{ gate_direct_done, gate_direct_done },
	{ gate_direct_refused, gate_direct_refused },
};

static bool is_way_out(uint64_t rip)
{
	static const uint8_t jump[] = { 0x41, 0xff, 0xe3 }; /* to r11 */

	return rip >= (uint64_t)gate_inner_start && rip < (uint64_t)gate_inner_end && !memcmp((const void *)rip, jump, sizeof(jump));
}

/* Where a service goes on that was interrupted there; 0: it has no business there. */
static uint64_t go_on_at(const struct replica *replica, const struct registers *landed)
{
	uint64_t rip = is_way_out(landed->rip) ? landed->r11 : landed->rip;

	if (rip - replica->place < DOMAIN_SIZE)
		return rip;
	for (unsigned i = 0; i < sizeof(ways_in) / sizeof(*ways_in); i++)
		if (rip >= (uint64_t)ways_in[i].begin && rip <= (uint64_t)ways_in[i].last)
			return (uint64_t)ways_in[i].begin;
	return 0;
}

uint64_t kernel_gate_point(enum gate_point point)
{
	static uint64_t spare[32];
	static const void *const points[GATE_POINTS] = {
		[GATE_POINT_RAISE] = gate_call_keyed_write,
		[GATE_POINT_LOWER] = gate_lower,
		[GATE_POINT_RESUME] = resume_lower,
		[GATE_POINT_INTERRUPT] = interrupt_raise,
		[GATE_POINT_EXCEPTION] = exception_raise,
		[GATE_POINT_INSIDE] = gate_call_keyed_taken,
		[GATE_POINT_LANDING] = stacks.landing + sizeof(stacks.landing),
		[GATE_POINT_TEXT] = text_start,
		[GATE_POINT_THREAD] = &thread_current,
		[GATE_POINT_ROOT] = gate_tables,
		[GATE_POINT_SPARE] = spare + 16,
		[GATE_POINT_SPARE_CODE] = spare_code,
		[GATE_POINT_SPARE_RETURN] = spare_return,
	};

	if (point == GATE_POINT_TABLES)
		return (uint64_t)direct(birth.root);
	if (point == GATE_POINT_SPARE_DIRECT)
		return (uint64_t)direct(machine.memory[this_core()].instance + ((uint64_t)(spare + 16) - INSTANCE_BASE));
	return (uint64_t)points[point];
}

static void interrupted(struct activation *activation, struct registers *landed)
{
	struct registers *registers = &activation->registers;
	uint64_t rip = landed->rip;

	*registers = *landed;
	*landed = (struct registers){ .vector = landed->vector }; /* others can read it */
	registers->rip = go_on_at(activation->replica, registers);
	registers->cs = SELECTOR_KERNEL_CODE;
	registers->ss = SELECTOR_KERNEL_DATA;
	registers->rflags = (registers->rflags & FLAGS_KEPT) | SERVICE_FLAGS;
	if (registers->rip)
		return;
	log_line("ipc", "a service was interrupted in the kernel, at instruction 0x%lx", rip);
	replica_fail(activation->replica);
}

void inner_interrupted(struct registers *saved)
{
	interrupted(thread_current->activation, saved);
}

void interrupt_inside(void)
{
	struct registers *landed = (struct registers *)(stacks.landing + sizeof(stacks.landing)) - 1;

	if (thread_current && activation_is_inner(thread_current->activation))
		interrupted(thread_current->activation, landed);
	interrupt((unsigned)landed->vector);
}

/* The core of a call of another one is in the number's upper half (abi/domain.h). */
static void unpack(struct registers *registers)
{
	uint64_t number = (uint32_t)registers->error;

	if (number - IPC_CALL_AT >= IPC_SERVERS)
		return;
	registers->rbx = (registers->error & IPC_AT_ONCE) | (registers->error >> 32 & INT32_MAX);
	registers->r12 = registers->r13;
	registers->error = number;
}

_Noreturn void gate_call_from_inner(struct registers *registers)
{
	int64_t result;

	unpack(registers);
	result = gate_system_call(registers);
	if (result != CALL_PARKED)
		inner_resume(result);
	call_parked();
}

_Noreturn void gate_is_broken(uint32_t wrote, uint32_t found)
{
	if (!thread_current || !activation_is_inner(thread_current->activation))
		panic("the gate is broken, and no service is inside");
	segments_load_system_call();
	if (found == wrote && wrote != gate_page.rights)
		log_line("ipc", "a service has tried to give itself the rights 0x%x", wrote);
	else
		log_line("ipc", "a service has jumped into the gate, and may have written to a register of the processor");
	replica_fail(thread_current->activation->replica);
	event_loop();
}

void inner_prepare(const struct thread *thread)
{
	if (activation_is_inner(thread->activation))
		gate_page.rights = (uint32_t)thread->activation->replica->rights;
}

_Noreturn void inner_resume(int64_t result)
{
	struct registers *registers = &thread_current->activation->registers;

	registers->rax = (uint64_t)result;
	inner_prepare(thread_current);
	registers_resume(registers);
}
