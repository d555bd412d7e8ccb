/* dispatch.c - see dispatch.h
 * SPDX-License-Identifier: MIT */
#include "sched/dispatch.h"

#include <stddef.h>

#include "kernel/arch/cpu.h"
#include "kernel/arch/segments.h"
#include "percpu/backlog.h"
#include "percpu/clock.h"
#include "percpu/counters.h"
#include "sched/run_queue.h"
#include "sched/timer.h"

enum {
	SLICE = 4000000, /* ns */
};

static struct run_queue queue;
static struct run_queue urgent; /* before those in the queue */
static struct thread *registers_of;  /* whose floating-point registers are loaded */
static struct thread *last_run;      /* whose segment bases are loaded */
static uint64_t gs_loaded;           /* one of 0 stays so until the kernel changes it: a program can load no segment with another */
static bool preceded;                /* somebody is to run before the running thread */
static struct thread *given_way;     /* to somebody who has preceded it; compared, never followed */
static uint64_t given_way_until;     /* the end of its slice */
static uint64_t slice_end;           /* of the running thread; 0: nobody waits */
static bool lent;                    /* whoever is next has what is left of it */

void dispatch_open(void)
{
	fpu_open();
	cpu_write_msr(MSR_GS_BASE, gs_loaded);
}

/* Somebody waits at the door of a service that the thread is in. */
static bool awaited(const struct thread *thread)
{
	for (const struct activation *one = thread->activation; one->below; one = one->below)
		if (one->on_return & ON_RETURN_WAITED)
			return true;
	return false;
}

/* Somebody waits for the processor, for a service, or for the running thread's end, which a service may keep from it. */
static bool slices_count(void)
{
	return queue.first || urgent.first || thread_current->dying || awaited(thread_current);
}

/* While a program runs, somebody who becomes ready needs the end of its slice. */
static void arm(void)
{
	uint64_t deadline = timer_next();

	if (slices_count() && slice_end < deadline)
		deadline = slice_end;
	if (backlog_waits() && deadline > clock_now() + BACKLOG_PATIENCE)
		deadline = clock_now() + BACKLOG_PATIENCE;
	clock_arm(deadline);
}

void dispatch_await(void)
{
	if (!thread_current || !slices_count())
		return;
	if (!slice_end)
		slice_end = clock_now() + SLICE;
	arm();
}

void dispatch_ready(struct thread *thread)
{
	thread->state = THREAD_READY;
	run_queue_append(&queue, thread);
	dispatch_await();
}

void dispatch_complete(struct thread *thread, int64_t result)
{
	timer_cancel(thread);
	thread->wait = WAIT_NOTHING;
	thread->activation->registers.rax = (uint64_t)result;
	dispatch_ready(thread);
}

void dispatch_park(void)
{
	thread_current->state = THREAD_PARKED;
}

void dispatch_yield(void)
{
	struct thread *thread = thread_current;

	thread_current = NULL;
	dispatch_ready(thread);
}

static void take_out(struct thread *thread)
{
	if (!run_queue_remove(&urgent, thread))
		run_queue_remove(&queue, thread);
}

void dispatch_lend(struct thread *thread)
{
	if (thread->state != THREAD_READY)
		return;
	take_out(thread);
	run_queue_prepend(&urgent, thread);
	lent = true; /* two that wait for each other by turns would else keep the others waiting for ever */
}

void dispatch_precede(struct thread *thread)
{
	thread->state = THREAD_READY;
	run_queue_append(&urgent, thread);
	preceded = thread_current != NULL;
}

bool dispatch_preceded(void)
{
	return preceded;
}

void dispatch_give_way(void)
{
	struct thread *thread = thread_current;

	given_way = thread;
	given_way_until = slice_end;
	thread_current = NULL;
	thread->state = THREAD_READY;
	run_queue_prepend(&queue, thread);
}

bool dispatch_slice_over(void)
{
	return slices_count() && clock_now() >= slice_end;
}

bool dispatch_others_ready(void)
{
	return queue.first || urgent.first;
}

struct thread *dispatch_take(void)
{
	return run_queue_take(urgent.first ? &urgent : &queue);
}

static void load_bases(const struct thread *thread)
{
	if (last_run == thread)
		return;
	last_run = (struct thread *)(uintptr_t)thread;
	cpu_write_msr(MSR_FS_BASE, thread->fs_base);
	if (gs_loaded | thread->gs_base)
		cpu_write_msr(MSR_GS_BASE, thread->gs_base);
	gs_loaded = thread->gs_base;
}

void dispatch_bases_changed(void)
{
	last_run = NULL;
	load_bases(thread_current);
}

void dispatch_select(struct thread *thread)
{
	if (last_run != thread)
		counters[COUNTER_switches]++;
	thread->state = THREAD_RUNNING;
	thread_current = thread;
	if (!lent)
		slice_end = 0;
	lent = false;
	preceded = false;
	if (thread == given_way) { /* its slice goes on, or others would never have theirs */
		slice_end = given_way_until;
		given_way = NULL;
	}
	segments_set_registers(&thread->activation->registers);
	view_activate(thread_view(thread->activation));
}

_Noreturn void dispatch_run(void)
{
	struct thread *thread = thread_current;

	load_bases(thread);
	if (registers_of != thread) {
		if (registers_of)
			fpu_save(&registers_of->fpu);
		fpu_load(&thread->fpu);
		registers_of = thread;
	}
	if (!slices_count())
		slice_end = 0;
	else if (!slice_end) /* not anew each time that it comes out of the kernel */
		slice_end = clock_now() + SLICE;
	arm();
	registers_resume(&thread->activation->registers);
}

_Noreturn void dispatch_sleep(void)
{
	thread_current = NULL;
	segments_set_idle();
	cpu_sleep();
}

void dispatch_arm_idle(void)
{
	clock_arm(timer_next());
}

void dispatch_forget(struct thread *thread)
{
	if (thread->state == THREAD_READY)
		take_out(thread);
	if (registers_of == thread)
		registers_of = NULL;
	if (last_run == thread)
		last_run = NULL;
}

void dispatch_save(struct thread *thread)
{
	if (registers_of == thread)
		fpu_save(&thread->fpu);
}
