/* memory_hog.c - takes memory until there is none; the machine must go on
 * SPDX-License-Identifier: MIT
 * Usage: memory-hog [eat | mix | measure | ask]. Without argument it runs itself: "eat" must end in an error or a
 * signal, and afterwards as much memory must be there as before. "ask" lets system calls take it, which end nobody. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "child.h"

enum { PAGE = 4096, PIECE = 1 << 20, ROUNDS = 3, FUTEX_WAKE = 1 };

/* Touches each page of ever more memory; pieces are small, so that tables and regions run out, too. */
static int eat(size_t piece)
{
	for (size_t eaten = 0; eaten < (size_t)1 << 40; eaten += piece) {
		unsigned char *memory = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED)
			return 3; /* an error to the one who asked */
		for (size_t at = 0; at < piece; at += PAGE)
			memory[at] = 1;
	}
	return 0;
}

/* A modest need, which must be met again after each eater has ended. */
static int measure(void)
{
	size_t size = 16 * PIECE;
	unsigned char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	for (size_t at = 0; at < size; at += PAGE)
		memory[at] = 1;
	return 0;
}

static int ask(void)
{
	size_t size = (size_t)1 << 36, filled = 0;
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char random[64], futex[64];

	if (memory == MAP_FAILED)
		return 1;
	while (filled < size / PAGE && getrandom(memory + filled * PAGE, 1, 0) == 1)
		filled++;
	snprintf(random, sizeof(random), "%s", strerror(errno));
	snprintf(futex, sizeof(futex), "%s", syscall(SYS_futex, memory + (filled + 1) * PAGE, FUTEX_WAKE, 1) < 0 ? strerror(errno) : "none");
	munmap(memory, filled / 2 * PAGE);
	printf("memory-hog: %zu pages filled; getrandom: %s; futex: %s\n", filled, random, futex);
	return 0;
}

int main(int argc, char **argv)
{
	static char *const eater[][3] = { { "/bin/memory-hog", "eat", NULL }, { "/bin/memory-hog", "mix", NULL } };
	static char *const measurer[] = { "/bin/memory-hog", "measure", NULL };

	if (argc > 1 && !strcmp(argv[1], "eat"))
		return eat(PIECE);
	if (argc > 1 && !strcmp(argv[1], "mix"))
		return eat(PAGE);
	if (argc > 1 && !strcmp(argv[1], "ask"))
		return ask();
	if (argc > 1)
		return measure();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int round = 0; round < ROUNDS; round++) {
		int status = child_run(eater[round % 2][0], eater[round % 2]);

		if (status <= 0) {
			printf("memory-hog: round %d ended with %d\n", round, status);
			return 1;
		}
		if ((status = child_run(measurer[0], measurer))) {
			printf("memory-hog: 16 MiB are not to be had after round %d: %d\n", round, status);
			return 1;
		}
		printf("memory-hog: round %d survived\n", round);
	}
	printf("memory-hog: going on\n");
	return 0;
}
