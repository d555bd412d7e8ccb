/* panic.c - see panic.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/panic.h"

#include <stdbool.h>
#include <stdarg.h>

#include "kernel/arch/apic.h"
#include "kernel/arch/cpu.h"
#include "kernel/entry/finish.h"
#include "kernel/entry/symbols.h"
#include "lib/format.h"
#include "percpu/clock.h"
#include "percpu/far.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "percpu/machine.h"
#include "percpu/mailbox.h"
#include "sched/thread.h"

enum {
	FRAMES_MAX = 24,
	CAUSE_SIZE = 160,
};

#define PATIENCE UINT64_C(20000000) /* ns for the other cores to note what they did */

/* What this core was doing when another panicked; read by that one. */
static struct note {
	uint64_t taken; /* last to be written */
	uint64_t rip, user;
	uint32_t thread_id;
} note;

static bool panicking; /* this core reports */

static struct mailbox *core0_mailbox(void)
{
	return direct(machine.memory[0].mailbox);
}

static bool on_a_stack(uint64_t address)
{
	return address >= (uint64_t)&stacks && address + 16 <= (uint64_t)(&stacks + 1) && address % 8 == 0;
}

static void print_backtrace(uint64_t rip, uint64_t rbp)
{
	for (unsigned i = 0; i < FRAMES_MAX; i++) {
		uint64_t offset;
		const char *name = symbol_of(rip, &offset);

		if (!name)
			break;
		log_line("panic", "  %s + 0x%lx (%p)", name, offset, (void *)rip);
		if (!on_a_stack(rbp))
			break;
		rip = ((uint64_t *)rbp)[1];
		rbp = ((uint64_t *)rbp)[0];
	}
}

static void print_other(unsigned core)
{
	struct note seen;
	uint64_t offset;
	const char *name;

	if (!far_read64(far_of(core, &note.taken))) {
		log_line("panic", "core %u does not answer", core);
		return;
	}
	far_copy(&seen, far_of(core, &note), sizeof(seen));
	name = symbol_of(seen.rip, &offset);
	if (seen.user)
		log_line("panic", "core %u ran thread %u at %p", core, seen.thread_id, (void *)seen.rip);
	else
		log_line("panic", "core %u was in %s + 0x%lx", core, name ? name : "?", offset);
}

static void print_others(void)
{
	uint64_t deadline = clock_now() + PATIENCE * machine_cores();

	if (machine_cores() == 1)
		return;
	apic_send_nmi_to_others();
	for (unsigned core = 0; core < machine_cores(); core++) {
		if (core == this_core())
			continue;
		while (!far_read64(far_of(core, &note.taken)) && clock_now() < deadline) /* bounded: by the clock */
			cpu_pause();
		print_other(core);
	}
}

_Noreturn static void report(const char *cause, uint64_t rip, uint64_t rbp)
{
	if (panicking)
		finish_in_failure(); /* a panic within a panic */
	if (__atomic_fetch_or(&core0_mailbox()->panicked, 1, __ATOMIC_SEQ_CST))
		cpu_stop(); /* another core reports, and says of this one what it can */
	panicking = true;
	log_take_console();
	log_line("panic", "%s", cause);
	print_backtrace(rip, rbp);
	print_others();
	finish_in_failure();
}

_Noreturn void panic(const char *fmt, ...)
{
	char cause[CAUSE_SIZE];
	va_list values;

	va_start(values, fmt);
	format_list(cause, sizeof(cause), fmt, values);
	va_end(values);
	report(cause, (uint64_t)__builtin_return_address(0), *(uint64_t *)__builtin_frame_address(0));
}

_Noreturn void panic_at(const struct registers *registers, uint64_t address)
{
	char cause[CAUSE_SIZE];

	format(cause, sizeof(cause), "exception %lu (error 0x%lx, address %p) in the kernel, rsp %p", registers->vector,
	       registers->error, (void *)address, (void *)registers->rsp);
	report(cause, registers->rip, registers->rbp);
}

void panic_stop(const struct registers *registers)
{
	if (panicking)
		return; /* another core panics, too: it has stopped */
	if (!__atomic_load_n(&core0_mailbox()->panicked, __ATOMIC_SEQ_CST))
		panic_at(registers, 0);
	note.rip = registers->rip;
	note.user = registers->cs & 3;
	note.thread_id = thread_current ? thread_current->task.thread_id : 0;
	__atomic_store_n(&note.taken, 1, __ATOMIC_RELEASE);
	cpu_stop();
}
