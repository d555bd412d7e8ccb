/* host.c - functions that stand before the C library's
 * SPDX-License-Identifier: MIT */
#include "host.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "carrier.h"
#include "clock.h"
#include "main_loop.h"

#define STANDS_BEFORE __attribute__((visibility("default")))

enum { NO_CORE = -1, POLLS_MAX = 64, HWCAP2_FSGSBASE = 1 << 1 /* Linux, arch/x86/include/uapi/asm/hwcap2.h */ };

static _Thread_local int own_core = NO_CORE;
static _Thread_local bool about_to_halt;
static _Thread_local pthread_cond_t *own_halt;
static atomic_bool was_asked; /* some call of the emulator's came here */

enum function { COND_WAIT, COND_BROADCAST, COND_SIGNAL, CLOCK_GETTIME, GETTIMEOFDAY, PPOLL, FUNCTIONS };

/* The C library's own. It is looked up at its first use, by whichever thread: they all find the same. glibc keeps an older
 * kind of condition variable under the same names; version 2.3.2 is the one in use. */
static void *next(enum function function)
{
	static const struct {
		const char *name, *version;
	} names[FUNCTIONS] = {
		[COND_WAIT] = { "pthread_cond_wait", "GLIBC_2.3.2" },
		[COND_BROADCAST] = { "pthread_cond_broadcast", "GLIBC_2.3.2" },
		[COND_SIGNAL] = { "pthread_cond_signal", "GLIBC_2.3.2" },
		[CLOCK_GETTIME] = { "clock_gettime", NULL },
		[GETTIMEOFDAY] = { "gettimeofday", NULL },
		[PPOLL] = { "ppoll", NULL },
	};
	static _Atomic(void *) found[FUNCTIONS];
	void *address = atomic_load_explicit(&found[function], memory_order_relaxed);

	if (address)
		return address;
	if (names[function].version)
		address = dlvsym(RTLD_NEXT, names[function].name, names[function].version);
	else
		address = dlsym(RTLD_NEXT, names[function].name);
	if (!address)
		abort(); /* not the C library this was built for */
	atomic_store_explicit(&found[function], address, memory_order_relaxed);
	return address;
}

static int next_ppoll(struct pollfd *polls, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	int (*function)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) = next(PPOLL);

	return function(polls, count, timeout, mask);
}

void host_core_halts(unsigned int core)
{
	own_core = (int)core;
	about_to_halt = true;
}

bool host_is_core(unsigned int core)
{
	return own_core == (int)core;
}

const char *host_lacks(void)
{
	int timestamps;

	if (!atomic_load(&was_asked))
		return "put this plugin's file into LD_PRELOAD, too: it has to stand before the C library";
	if (!(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE))
		return "programs may not set the FS base on this host: take a processor with FSGSBASE, and Linux 5.9 or later";
	if (prctl(PR_GET_TSC, &timestamps))
		return "this host's kernel cannot trap the time-stamp counter (prctl PR_SET_TSC): take one that can";
	return NULL;
}

int host_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	int (*function)(pthread_cond_t *, pthread_mutex_t *) = next(COND_WAIT);

	return function(condition, mutex);
}

void host_mutex_lock(pthread_mutex_t *mutex)
{
	pthread_mutex_lock(mutex);
}

void host_mutex_unlock(pthread_mutex_t *mutex)
{
	pthread_mutex_unlock(mutex);
}

STANDS_BEFORE int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	if (own_core == NO_CORE)
		return host_cond_wait(condition, mutex);
	if (about_to_halt)
		own_halt = condition;
	about_to_halt = false;
	carrier_wait((unsigned int)own_core, condition, mutex, condition == own_halt);
	return 0;
}

STANDS_BEFORE int pthread_cond_broadcast(pthread_cond_t *condition)
{
	int (*function)(pthread_cond_t *) = next(COND_BROADCAST);

	carrier_signal(condition);
	return function(condition);
}

STANDS_BEFORE int pthread_cond_signal(pthread_cond_t *condition)
{
	int (*function)(pthread_cond_t *) = next(COND_SIGNAL);

	carrier_signal(condition);
	return function(condition);
}

/* The running core sees its own clock, the main loop the moment at which it woke, and everybody else the last slice's. */
static uint64_t cycles_now(void)
{
	uint64_t moment;

	if (own_core != NO_CORE && (unsigned int)own_core == carrier_running)
		return carrier_clock;
	return main_loop_sees(&moment) ? moment : carrier_now();
}

STANDS_BEFORE int clock_gettime(clockid_t clock, struct timespec *now)
{
	int (*function)(clockid_t, struct timespec *) = next(CLOCK_GETTIME);
	uint64_t nanoseconds;

	atomic_store_explicit(&was_asked, true, memory_order_relaxed);
	if (!carrier_is_on())
		return function(clock, now);
	if (clock != CLOCK_MONOTONIC) /* the vDSO would read the time-stamp counter */
		return (int)syscall(SYS_clock_gettime, clock, now);
	nanoseconds = clock_nanoseconds(cycles_now());
	*now = (struct timespec){ (time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000) };
	return 0;
}

STANDS_BEFORE int gettimeofday(struct timeval *now, void *zone)
{
	int (*function)(struct timeval *, void *) = next(GETTIMEOFDAY);

	return carrier_is_on() ? (int)syscall(SYS_gettimeofday, now, zone) : function(now, zone);
}

static uint64_t nanoseconds_of(const struct timespec *duration)
{
	return (uint64_t)duration->tv_sec * 1000000000 + (uint64_t)duration->tv_nsec;
}

/* Like ppoll, but it is over, too, when the carrier asks the main loop to look at its timers. */
static int poll_model(struct pollfd *polls, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct pollfd with_model[POLLS_MAX + 1];
	int ready;

	memcpy(with_model, polls, count * sizeof(*polls));
	with_model[count] = (struct pollfd){ .fd = main_loop_fd(), .events = POLLIN };
	main_loop_sleeps(timeout ? clock_cycles(nanoseconds_of(timeout)) : MAIN_LOOP_NO_TIMER);
	ready = next_ppoll(with_model, count + 1, timeout, mask);
	main_loop_wakes(carrier_now);
	memcpy(polls, with_model, count * sizeof(*polls));
	return ready > 0 && with_model[count].revents ? ready - 1 : ready;
}

STANDS_BEFORE int ppoll(struct pollfd *polls, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	if (!carrier_is_on() || own_core != NO_CORE || count > POLLS_MAX || (timeout && !nanoseconds_of(timeout)))
		return next_ppoll(polls, count, timeout, mask);
	return poll_model(polls, count, timeout, mask);
}

/* Never lower than the one before: the emulator would take it for a processor that was reset, and add the difference for good. */
static uint64_t later_timestamp(uint64_t timestamp)
{
	static uint64_t last; /* the carrier's */

	last = timestamp > last ? timestamp : last;
	return last;
}

/* RDTSC (0f 31) or RDTSCP (0f 01 f9) on the carrier; anything else is a crash, and ends the emulator as one. */
static void on_trapped_timestamp(int number, siginfo_t *info, void *data)
{
	greg_t *registers = ((ucontext_t *)data)->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)registers[REG_RIP];
	uint64_t timestamp;
	int length = code[0] != 0x0f ? 0 : code[1] == 0x31 ? 2 : code[1] == 0x01 && code[2] == 0xf9 ? 3 : 0;

	(void)info;
	if (!length) {
		signal(number, SIG_DFL);
		return;
	}
	timestamp = later_timestamp(clock_timestamp(cycles_now()));
	registers[REG_RAX] = (uint32_t)timestamp;
	registers[REG_RDX] = (uint32_t)(timestamp >> 32);
	if (length == 3)
		registers[REG_RCX] = 0;
	registers[REG_RIP] += length;
}

void host_become_carrier(void)
{
	struct sigaction action = { .sa_sigaction = on_trapped_timestamp, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
}
