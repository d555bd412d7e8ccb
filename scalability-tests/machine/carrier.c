/* carrier.c - boarding, taking turns, sleeping
 * SPDX-License-Identifier: MIT */
#include "carrier.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>

#include "context.h"
#include "halts.h"
#include "host.h"
#include "main_loop.h"
#include "news.h"

enum state { READY, RUNNING, SPINNING, ASLEEP };

enum { PATIENCE = 100000000 /* nanoseconds */ };

struct core {
	alignas(128) struct context context;
	enum state state;
	uint64_t spins_from;   /* while it spins: its clock when it began to */
	bool aboard;           /* as far as the carrier knows */
	bool nudged;           /* signalled or woken while it did not spin */
	atomic_int boarded;    /* its context may be gone on with; stored by context_board */
	atomic_bool to_wait;   /* what it boarded for */
	atomic_bool host_wait; /* its host thread is in the C library's wait */
	_Atomic(pthread_cond_t *) waits_for;
	bool halted;           /* waits_for is what interrupts signal */
};

unsigned int carrier_running = CARRIER_NOBODY;
uint64_t carrier_clock, carrier_limit;

static struct core cores[CARRIER_CORES];
static struct schedule schedule;
static struct carrier_settings settings;
static uint64_t switches;
static atomic_bool on, taken;              /* taken: there is a carrier */
static bool met_others;                    /* the core that runs, in this slice */
static _Atomic uint64_t front;             /* how far modelled time has come */
static bool timer_changed;                 /* may be: the main loop has to be asked */

bool carrier_is_on(void)
{
	return atomic_load_explicit(&on, memory_order_relaxed);
}

uint64_t carrier_now(void)
{
	return atomic_load_explicit(&front, memory_order_relaxed);
}

uint64_t carrier_switches(void)
{
	return switches;
}

/* How far the core that runs may go. */
static uint64_t limit(void)
{
	uint64_t others = schedule_limit(&schedule, carrier_running, carrier_clock), timer = main_loop_timer();

	return others < timer ? others : timer;
}

/* A core that gets up while another runs shortens that one's slice. */
static void make_ready(unsigned int core, uint64_t moment)
{
	schedule_advance(&schedule, core, moment);
	cores[core].state = READY;
	schedule_put(&schedule, core);
	if (carrier_running != CARRIER_NOBODY && limit() < carrier_limit)
		carrier_limit = limit();
}

static void signal_core(unsigned int core, uint64_t now)
{
	struct core *target = &cores[core];

	carrier_wake(core, now + settings.interrupt_latency);
	if (target->state == ASLEEP)
		make_ready(core, now + (target->halted ? settings.wake_latency : 0));
	else if (target->state == READY)
		schedule_advance(&schedule, core, now + settings.interrupt_latency);
}

static void take_boarded(unsigned int index, uint64_t now)
{
	struct core *core = &cores[index];

	if (core->aboard || !atomic_load(&core->boarded))
		return;
	core->aboard = true;
	if (!atomic_load(&core->to_wait) && core->state == ASLEEP) {
		make_ready(index, now); /* woken by something from before the model was switched on */
	} else if (atomic_load(&core->to_wait) && core->state == READY && !core->nudged) {
		schedule_remove(&schedule, index);
		core->state = ASLEEP;
	}
}

static void take_news(void)
{
	uint64_t now = carrier_now();

	if (!news_unseen())
		return;
	news_take();
	for (unsigned int i = 0; i < settings.cores; i++)
		take_boarded(i, now);
	for (unsigned int word = 0; word < CARRIER_CORES / NEWS_WORD_CORES; word++)
		for (uint64_t bits = news_posted(word); bits; bits &= bits - 1)
			signal_core(word * NEWS_WORD_CORES + (unsigned int)__builtin_ctzll(bits), now);
}

static void move_front(uint64_t moment)
{
	if (moment > carrier_now())
		atomic_store_explicit(&front, moment, memory_order_relaxed);
}

/* Modelled time stands still until the main loop has looked at its timers, has run what is due, and sleeps again. It is not waited for
 * for ever: it may be about to end the machine. */
static void ask_main_loop(void)
{
	timer_changed = false;
	main_loop_ask();
	while (main_loop_looks() && news_wait(PATIENCE))
		take_news();
	take_news();
}

/* Whether a timer was due at this moment, or may have been. */
static bool run_timers(uint64_t moment)
{
	uint64_t timer = main_loop_timer();

	if (!timer_changed && (timer > moment || main_loop_asked()))
		return false;
	if (!timer_changed)
		move_front(timer);
	ask_main_loop();
	return true;
}

static void begin_slice(unsigned int core)
{
	schedule_remove(&schedule, core);
	cores[core].state = RUNNING;
	carrier_clock = schedule.clock[core];
	move_front(carrier_clock);
	met_others = false;
	carrier_running = core;
	carrier_limit = limit();
	settings.slice_begins(core);
}

/* Goes on with the core whose turn it is; returns when that is `self`, which has left its state and clock behind. */
static void go_on(unsigned int self)
{
	unsigned int next;
	uint64_t moment;

	carrier_running = CARRIER_NOBODY;
	take_news();
	timer_changed |= schedule_first(&schedule) == SCHEDULE_NOBODY; /* before time leaps */
	for (;;) {
		next = schedule_first(&schedule);
		moment = next == SCHEDULE_NOBODY ? MAIN_LOOP_NO_TIMER - 1 : schedule.clock[next];
		if (run_timers(moment))
			continue;
		if (next != SCHEDULE_NOBODY && cores[next].aboard)
			break;
		news_wait(0);
		take_news();
	}
	begin_slice(next);
	if (next == self)
		return;
	switches++;
	context_switch(&cores[self].context, &cores[next].context);
}

static void line_up(unsigned int core)
{
	schedule.clock[core] = carrier_clock;
	cores[core].state = READY;
	schedule_put(&schedule, core);
	go_on(core);
}

static bool is_behind(unsigned int core)
{
	unsigned int first = schedule_first(&schedule);

	return first != SCHEDULE_NOBODY && (schedule.clock[first] < carrier_clock ||
					    (schedule.clock[first] == carrier_clock && first < core));
}

void carrier_give_way(void)
{
	unsigned int core = carrier_running;

	if (met_others)
		schedule_met_others(&schedule, core);
	else
		schedule_was_alone(&schedule, core);
	met_others = false;
	take_news();
	if (is_behind(core)) {
		line_up(core);
		return;
	}
	run_timers(carrier_clock);
	carrier_limit = limit();
	move_front(carrier_clock);
}

void carrier_be_first(void)
{
	if (is_behind(carrier_running))
		line_up(carrier_running);
}

void carrier_met_others(void)
{
	met_others = true;
	carrier_limit = 0;
}

void carrier_spin(uint32_t cycles)
{
	unsigned int core = carrier_running;

	if (cores[core].nudged) { /* after it last looked */
		cores[core].nudged = false;
		return;
	}
	cores[core].spins_from = carrier_clock;
	schedule.clock[core] = carrier_clock + cycles;
	cores[core].state = SPINNING;
	schedule_put(&schedule, core);
	go_on(core);
}

void carrier_wake(unsigned int core, uint64_t now)
{
	if (cores[core].state != SPINNING) {
		cores[core].nudged = true;
		return;
	}
	schedule_remove(&schedule, core);
	schedule.clock[core] = cores[core].spins_from;
	make_ready(core, now);
}

void carrier_hold_until(unsigned int core, uint64_t moment)
{
	if (core != carrier_running)
		schedule_advance(&schedule, core, moment);
	else if (moment > carrier_clock)
		carrier_clock = moment;
}

/* The first thread to board goes on as the carrier; the others end here, as host threads. */
static void board(unsigned int core, bool to_wait)
{
	struct core *self = &cores[core];

	atomic_store(&self->to_wait, to_wait);
	if (atomic_exchange(&taken, true)) {
		context_board(&self->context, &self->boarded, &news);
		return;
	}
	host_become_carrier();
	atomic_store(&self->boarded, 1);
	news_count();
	go_on(core);
}

void carrier_board(unsigned int core)
{
	board(core, false);
}

void carrier_switch_on(const struct carrier_settings *given)
{
	settings = *given;
	schedule_start(&schedule, settings.quantum);
	main_loop_start();
	atomic_store(&on, true);
	for (unsigned int i = 0; i < settings.cores; i++) {
		cores[i].state = ASLEEP;
		cores[i].halted = true;
		if (!atomic_load(&cores[i].host_wait))
			make_ready(i, 0);
	}
}

/* Before the model is switched on, on the thread's own. */
static void wait_on_host(struct core *self, pthread_cond_t *condition, pthread_mutex_t *mutex, bool halt)
{
	if (halt)
		halts_learn(condition, (unsigned int)(self - cores));
	host_cond_wait(condition, mutex);
	atomic_store(&self->host_wait, false);
}

void carrier_wait(unsigned int core, pthread_cond_t *condition, pthread_mutex_t *mutex, bool halt)
{
	struct core *self = &cores[core];

	/* Before `on` is read: carrier_switch_on does it the other way about, so one of the two sees the other. */
	atomic_store(&self->host_wait, halt);
	if (!atomic_load(&on)) {
		wait_on_host(self, condition, mutex, halt);
		return;
	}
	if (!halt)
		settings.out_of_turn();
	self->halted = halt;
	atomic_store(&self->waits_for, condition);
	if (core == carrier_running) {
		schedule.clock[core] = carrier_clock;
		self->state = ASLEEP;
		host_mutex_unlock(mutex);
		go_on(core);
	} else {
		host_mutex_unlock(mutex);
		board(core, true);
	}
	atomic_store(&self->waits_for, NULL);
	host_mutex_lock(mutex);
}

static void signal_or_post(unsigned int core)
{
	if (host_is_core(carrier_running))
		signal_core(core, carrier_clock);
	else
		news_post(core);
}

void carrier_signal(pthread_cond_t *condition)
{
	unsigned int halted;

	if (!carrier_is_on())
		return;
	halted = halts_core(condition);
	if (halted != CARRIER_NOBODY) {
		signal_or_post(halted);
		return;
	}
	for (unsigned int i = 0; i < settings.cores; i++)
		if (atomic_load(&cores[i].waits_for) == condition)
			signal_or_post(i);
}

void carrier_timer_changed(void)
{
	timer_changed = true;
	carrier_limit = 0;
}
