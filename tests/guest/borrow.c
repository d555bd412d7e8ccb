/* borrow.c - a program on one core takes the memory of the whole machine, and others live beside it
 * SPDX-License-Identifier: MIT
 * Usage: borrow ROUNDS LEAST MOST. In each round an eater on one core maps and writes pages until it is refused: between LEAST and MOST percent
 * of the machine's memory. On each other core lives a keeper that maps and unmaps a little, and looks at what it has. Then every frame must
 * be back. Where most memory is borrowed, the eater has system calls write to fresh pages, and forks a child that writes to its pages:
 * either may find the wrong content only where the kernel has filled a borrowed frame badly. `borrow eat CORE`, `borrow keep CORE` are those. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "child.h"
#include "native_call.h"
#include "pin.h"

enum {
	PAGE = 4096,
	WORDS = PAGE / 8,
	PIECE = 512,    /* pages mapped at a time */
	PIECES_MOST = 4096,
	COPIED = 128,   /* pages that a child writes */
	KEPT = 50,      /* pages */
	PASSING = 20,
	LEFT_OVER = 64, /* frames that pools may keep */
	CORES_MOST = 64,
	PATIENCE = 50,  /* tenths of a second until frames are home */
};

static uint64_t *piece[PIECES_MOST];

static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}

static _Noreturn void wrong(const char *what, uint64_t found, uint64_t expected)
{
	printf("borrow: %s: %jx, not %jx\n", what, (uintmax_t)found, (uintmax_t)expected);
	exit(9);
}

static uint64_t value(unsigned long page, unsigned word)
{
	return page << 20 | word << 4 | 5;
}

/* Every fresh word is zero; some of them are written. */
static void write_page(uint64_t *memory, unsigned long page)
{
	for (unsigned word = 0; word < WORDS; word++)
		if (((volatile uint64_t *)memory)[word])
			wrong("a fresh page", memory[word], 0);
	for (unsigned word = 0; word < WORDS; word += 73)
		memory[word] = value(page, word);
}

static void check_page(const uint64_t *memory, unsigned long page)
{
	for (unsigned word = 0; word < WORDS; word++)
		if (((volatile const uint64_t *)memory)[word] != (word % 73 ? 0 : value(page, word)))
			wrong("a page", memory[word], word % 73 ? 0 : value(page, word));
}

static uint64_t *map(unsigned pages)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* System calls whose results lie in pages that are not there yet. */
static void let_the_kernel_write(void)
{
	enum { CALLS = 200 };
	uint64_t *memory = map(CALLS);

	if (memory == MAP_FAILED)
		return;
	for (unsigned call = 0; call < CALLS; call++) {
		ssize_t got = getrandom(&memory[call * WORDS + 8], 64, 0);

		if (got != 64)
			wrong("getrandom", (uint64_t)errno, 64);
		if (memory[call * WORDS] || memory[call * WORDS + 16])
			wrong("beside what the kernel wrote", memory[call * WORDS], 0);
	}
	munmap(memory, CALLS * PAGE);
}

/* A child copies pages by writing to them. It shares all others, so it must not need many more. */
static void fork_and_write(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		for (unsigned page = 0; page < COPIED; page++) {
			piece[0][page * WORDS + 1] = 77;
			if (piece[0][page * WORDS] != value(page, 0) || piece[0][page * WORDS + 73] != value(page, 73))
				wrong("a copied page", piece[0][page * WORDS], value(page, 0));
			for (unsigned word = 0; word < WORDS; word++)
				if (piece[0][page * WORDS + word] != (word == 1 ? 77 : word % 73 ? 0 : value(page, word)))
					wrong("a copied page's word", word, piece[0][page * WORDS + word]);
		}
		_exit(3);
	}
	if (child < 0) /* the slots of a copy come from the shared zone, which is not lent */
		return;
	waitpid(child, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 3)
		wrong("the child's end", (uint64_t)status, 3);
	for (unsigned page = 0; page < COPIED; page++)
		check_page(&piece[0][page * WORDS], page);
	native_call(NATIVE_core_mark_set, native_call(NATIVE_core_mark, sched_getcpu(), 0, 0) | 1 << 30, 0, 0); /* done */
}

static long used_on(long core)
{
	return native_call(NATIVE_kernel_count, COUNTER_frames_used, core, 0);
}

/* The core's mark says how many pages there are, and whether the child has been. */
static int eat(long core)
{
	long others = native_call(NATIVE_kernel_count, COUNTER_frames_lent, (core + 1) % native_call(NATIVE_core_count, 0, 0, 0), 0);
	unsigned long eaten = 0, old = 0;
	int forked = 0;

	for (unsigned at = 0; at < PIECES_MOST; at++) {
		piece[at] = map(PIECE);
		if (piece[at] == MAP_FAILED)
			return errno == ENOMEM ? 0 : 1;
		for (unsigned page = 0; page < PIECE; page++) {
			write_page(&piece[at][page * WORDS], eaten);
			native_call(NATIVE_core_mark_set, (long)++eaten | forked << 30, 0, 0);
		}
		for (unsigned page = 0; page < PIECE; page++)
			check_page(&piece[old / PIECE][page * WORDS], old / PIECE * PIECE + page);
		old = (old * 7 + 3 * PIECE) % eaten;
		if (!forked && native_call(NATIVE_kernel_count, COUNTER_frames_lent, (core + 1) % native_call(NATIVE_core_count, 0, 0, 0), 0) > others) {
			forked = 1;
			let_the_kernel_write();
			fork_and_write();
		}
	}
	return 2;
}

static _Noreturn void keep(uint64_t seed)
{
	uint64_t *memory = map(KEPT);

	if (memory == MAP_FAILED)
		exit(1);
	for (unsigned i = 0; i < KEPT * WORDS; i++)
		memory[i] = seed + i;
	for (;;) {
		uint64_t *passing = map(PASSING);

		if (passing == MAP_FAILED)
			exit(1);
		for (unsigned page = 0; page < PASSING; page++)
			write_page(&passing[page * WORDS], page);
		munmap(passing, PASSING * PAGE);
		native_call(NATIVE_core_mark_set, 1, 0, 0);
		for (unsigned i = 0; i < KEPT * WORDS; i++)
			if (((volatile uint64_t *)memory)[i] != seed + i)
				wrong("what is kept", memory[i], seed + i);
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
}

static pid_t start(char *role, long core)
{
	char number[12];
	char *arguments[] = { "/bin/borrow", role, number, NULL };
	pid_t child;

	snprintf(number, sizeof(number), "%ld", core);
	child = child_start(arguments[0], arguments);
	if (child < 0) {
		printf("borrow: %s cannot be started for core %ld: %s\n", role, core, strerror(errno));
		exit(1);
	}
	return child;
}

static long sum(enum counter counter, long cores)
{
	long result = 0;

	for (long core = 0; core < cores; core++)
		result += native_call(NATIVE_kernel_count, counter, core, 0);
	return result;
}

static void wait_until_home(long before, long cores)
{
	for (int tries = 0; sum(COUNTER_frames_used, cores) > before + LEFT_OVER + PASSING * cores; tries++) {
		if (tries == PATIENCE) {
			for (long core = 0; core < cores; core++)
				printf("borrow: core %ld uses %ld frames\n", core, used_on(core));
			wrong("frames in use afterwards", (uint64_t)sum(COUNTER_frames_used, cores), (uint64_t)before);
		}
		rest();
	}
}

/* What an eater on a core could have. */
static void one_round(int round, long core, long cores, unsigned long least, unsigned long most)
{
	long before = sum(COUNTER_frames_used, cores), lent = sum(COUNTER_frames_lent, cores);
	unsigned long mark, share;
	struct sysinfo info;
	pid_t eater = start("eat", core), ended;
	int status;

	ended = wait(&status);
	if (ended != eater)
		wrong("somebody else has ended, with status", (uint64_t)status, 0);
	if (status != SIGKILL && status != 0)
		wrong("how the eater ended", (uint64_t)status, SIGKILL);
	sysinfo(&info);
	mark = (unsigned long)native_call(NATIVE_core_mark, core, 0, 0);
	share = (mark & ~(1ul << 30)) * PAGE * 100 / (info.totalram * info.mem_unit);
	wait_until_home(before, cores);
	printf("borrow: round %d: %lu pages, %lu of 100, ended with %d, %ld lent%s\n", round, mark & ~(1ul << 30), share, status,
	       sum(COUNTER_frames_lent, cores) - lent, mark >> 30 ? ", child copied" : "");
	if (share < least || share > most)
		wrong("share", share, least);
}

int main(int argc, char **argv)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0), eaters = cores - 1;
	static pid_t keeper[CORES_MOST];

	if (argc == 3) {
		pin(atol(argv[2]));
		if (!strcmp(argv[1], "eat"))
			return eat(atol(argv[2]));
		keep((uint64_t)atol(argv[2]));
	}
	if (argc != 4)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (long core = 0; core < cores; core++)
		if (core != eaters)
			keeper[core] = start("keep", core);
	for (long core = 0; core < cores; core++)
		while (core != eaters && !native_call(NATIVE_core_mark, core, 0, 0))
			rest();
	for (int round = 0; round < atoi(argv[1]); round++)
		one_round(round, eaters, cores, strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
	for (long core = 0; core < cores; core++)
		if (core != eaters && (kill(keeper[core], SIGKILL) || waitpid(keeper[core], NULL, 0) != keeper[core]))
			return 1;
	printf("borrow: %s rounds, all is back, everybody else went on\n", argv[1]);
	return 0;
}
