/* syscall_fuzz.c - random system calls with random and boundary arguments, on four cores at once
 * SPDX-License-Identifier: MIT
 * Usage: syscall-fuzz SEED COUNT. Children pinned to cores 0 to 3 make the calls, CHUNK each; what a call
 * does to its own process is allowed to end it, so the parent starts the next. A chunk counts when it was
 * finished. Left out are calls that end or signal another process, or copy this one; waits are kept short.
 * The same seed gives the same calls (but not the same interleaving).
 * syscall-fuzz -show SEED CORE repeats one worker and names each call before it is made. */
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "child.h"
#include "native_call.h"

enum {
	CORES = 4,
	CHUNK = 2000,
	PATIENCE = 20, /* seconds for a chunk, before its worker is ended as stuck */
	SCRATCH = 65536,
	ARGUMENTS = 6,
	LINUX_CALLS = 512,
	NATIVE_CALLS = 0x11,
	CLONE_RARITY = 1024, /* its thread dies at once, and the process with it */
	COUNT_MOST = 16, /* messages in one call that counts them */
	NOBODY = 0x7ffffff0, /* a process id that is never used */
};

static uint64_t state;
static uint8_t *scratch;
static struct timespec short_wait;

static uint64_t random_next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t random_below(uint64_t limit)
{
	return (random_next() >> 32) % limit;
}

/* An address of this program's own code or environment: what it does there it does to itself. Its state is
 * not among them, or it would go astray without the kernel's doing. */
static uint64_t random_own_address(void)
{
	uint64_t place = random_below(2) ? (uint64_t)random_own_address : (uint64_t)environ;

	return place & ~(uint64_t)(random_below(2) ? 4095 : 0);
}

static uint64_t random_argument(void)
{
	static const uint64_t boundary[] = {
		0, 1, 2, 3, 7, 8, 4095, 4096, 4097, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		0x00007fffffffefff, 0x00007ffffffff000, 0x0000800000000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xffff800000000000, 0xffff800000100000, 0xffffffff80100000, 0xffffffffc0000000, 0xffffffffc01fe000,
		0xfffffffffffff000, 0xffffffffffffffff,
	};

	switch (random_below(10)) {
	case 0: return random_next();
	case 1: return random_next() >> random_below(64);
	case 2:
	case 3: return boundary[random_below(sizeof(boundary) / sizeof(boundary[0]))];
	case 4: return (uint64_t)scratch + SCRATCH - random_below(16);
	case 5: return (uint64_t)scratch + (random_below(SCRATCH) & ~UINT64_C(4095));
	case 6: return (uint64_t)scratch + random_below(SCRATCH);
	case 7: return random_below(64) ? random_below(16) : random_own_address();
	default: return random_below(256);
	}
}

/* A short wait, or an address that cannot be read as one. */
static uint64_t random_wait(void)
{
	short_wait = (struct timespec){ 0, 1000 };
	return random_below(2) ? (uint64_t)&short_wait : UINT64_C(0xffff800000000000);
}

static int is_left_out(long number)
{
	switch (number) {
	case SYS_exit: case SYS_exit_group: case SYS_reboot: case SYS_fork: case SYS_vfork: case SYS_pause:
	case SYS_rt_sigsuspend: case SYS_rt_sigtimedwait: case SYS_rt_sigqueueinfo: case SYS_rt_tgsigqueueinfo:
	case SYS_pidfd_send_signal: case SYS_clone3:
		return 1;
	default:
		return 0;
	}
}

/* Mostly calls that the system has: the others all take the same way. */
static long random_number(void)
{
	static const short known[] = {
#define X(number, name, function, particular) number,
#include "services/linux/calls.def"
#undef X
	};
	long number;

	do {
		if (random_below(4))
			number = known[random_below(sizeof(known) / sizeof(known[0]))];
		else
			number = random_below(LINUX_CALLS);
		if (!random_below(8))
			number = NATIVE_FIRST + random_below(NATIVE_CALLS);
	} while (is_left_out(number) || (number == SYS_clone && random_below(CLONE_RARITY)));
	return number;
}

/* Keeps a call from waiting long, from writing to the console, and from reaching another process. */
static void tame(long number, unsigned long *argument)
{
	switch (number) {
	case SYS_kill: case SYS_tkill: case SYS_tgkill:
		argument[0] = argument[1] = NOBODY;
		break;
	case SYS_clone: /* onto a stack that is not there, as a thread */
		argument[0] |= 0x100;
		argument[1] = UINT64_C(0xffff800000000000);
		break;
	case SYS_read: case SYS_readv: case SYS_write: case SYS_writev: case SYS_pwrite64: case SYS_pwritev:
	case SYS_pwritev2: case SYS_pread64: case SYS_preadv: case SYS_preadv2: case SYS_sendfile: case SYS_splice:
	case SYS_copy_file_range: case SYS_tee: case SYS_vmsplice:
		argument[0] = random_below(2) ? UINT64_MAX : 3 + random_below(64);
		break;
	case SYS_futex: case SYS_pselect6:
		argument[number == SYS_futex ? 3 : 4] = random_wait();
		break;
	case SYS_select:
		argument[4] = random_wait();
		break;
	case SYS_poll: case SYS_epoll_wait: case SYS_epoll_pwait:
		argument[number == SYS_poll ? 2 : 3] = random_below(2);
		break;
	case SYS_ppoll: case SYS_clock_nanosleep:
		argument[2] = random_wait();
		if (number == SYS_clock_nanosleep)
			argument[1] = 0;
		break;
	case SYS_nanosleep:
		argument[0] = random_wait();
		break;
	case NATIVE_ring_echo: case NATIVE_ring_stream:
		argument[1] = random_below(COUNT_MOST);
		break;
	}
}

enum show { SHOW_NOTHING, SHOW_CALLS };

static int work(uint64_t seed, int core, enum show show)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	scratch = mmap(NULL, SCRATCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (scratch == MAP_FAILED || sched_setaffinity(0, sizeof(set), &set))
		return 2;
	state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	for (int i = 0; i < CHUNK; i++) {
		unsigned long argument[ARGUMENTS];
		long number = random_number();

		for (int j = 0; j < ARGUMENTS; j++)
			argument[j] = random_argument();
		tame(number, argument);
		if (show == SHOW_CALLS)
			printf("%d: %ld(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx)\n", i, number, argument[0], argument[1],
			       argument[2], argument[3], argument[4], argument[5]);
		raw_call(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
	}
	raw_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
	return 0;
}

struct worker {
	pid_t process; /* 0: none */
	uint64_t seed;
	time_t started;
};

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int start_worker(struct worker *worker, uint64_t seed, int core)
{
	char seed_text[24], core_text[12];
	char *arguments[] = { "/bin/syscall-fuzz", "-work", seed_text, core_text, NULL };
	pid_t process;

	snprintf(seed_text, sizeof(seed_text), "%llu", (unsigned long long)seed);
	snprintf(core_text, sizeof(core_text), "%d", core);
	process = child_start(arguments[0], arguments);
	*worker = (struct worker){ process > 0 ? process : 0, seed, seconds() };
	return process > 0;
}

/* Ends workers that have been at it for too long. How many that were. */
static int end_stuck(struct worker *workers)
{
	int stuck = 0;

	for (int core = 0; core < CORES; core++) {
		if (!workers[core].process || seconds() - workers[core].started < PATIENCE)
			continue;
		printf("syscall-fuzz: stuck: syscall-fuzz -show %llu %d\n", (unsigned long long)workers[core].seed, core);
		kill(workers[core].process, SIGKILL);
		workers[core].started = seconds();
		stuck++;
	}
	return stuck;
}

static int supervise(uint64_t seed, uint64_t wanted)
{
	static const struct timespec pause = { 0, 2000000 };
	struct worker workers[CORES] = {};
	uint64_t calls = 0, chunks = 0, deaths = 0, stuck = 0;

	printf("syscall-fuzz: seed %llu, %llu calls\n", (unsigned long long)seed, (unsigned long long)wanted);
	while (calls < wanted) {
		int running = 0, status;
		pid_t ended;

		for (int core = 0; core < CORES; core++)
			running += workers[core].process || start_worker(&workers[core], seed * 1000003 + chunks++, core);
		if (!running) {
			printf("syscall-fuzz: no worker could be started: %s\n", strerror(errno));
			return 1;
		}
		ended = waitpid(-1, &status, WNOHANG);
		if (ended <= 0) {
			nanosleep(&pause, NULL);
			stuck += end_stuck(workers);
			continue;
		}
		for (int core = 0; core < CORES; core++) {
			if (workers[core].process != ended)
				continue;
			workers[core].process = 0;
			if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
				calls += CHUNK;
			else
				deaths++;
		}
	}
	printf("syscall-fuzz: %llu calls in finished chunks, %llu workers died, %llu were stuck\n",
	       (unsigned long long)calls, (unsigned long long)deaths, (unsigned long long)stuck);
	printf("syscall-fuzz: done\n");
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4 && !strcmp(argv[1], "-work"))
		return work(strtoull(argv[2], NULL, 0), atoi(argv[3]), SHOW_NOTHING);
	if (argc == 4 && !strcmp(argv[1], "-show"))
		return work(strtoull(argv[2], NULL, 0), atoi(argv[3]), SHOW_CALLS);
	if (argc != 3) {
		printf("usage: syscall-fuzz SEED COUNT\n");
		return 2;
	}
	return supervise(strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0));
}
