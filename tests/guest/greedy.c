/* greedy.c - a program takes more memory than its core has, by every way there is, and its neighbours on that core go on
 * SPDX-License-Identifier: MIT
 * Usage: greedy MIB. By each way a child takes MIB of memory, which it must get, and then all that there is, which it must be refused. Beside
 * it, on the same core, lives a neighbour that starts children, which have pages of their own, while it takes and afterwards, when it has what it
 * could get and keeps it: nobody is refused or ended but who takes all. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pin.h"

enum {
	PAGE = 4096,
	NEIGHBOURS_PAGES = 20,
	ROUNDS_AFTER = 5,
};

/* How it went for who takes. */
enum end { GOT, REFUSED, ENDED };

/* Of all three processes. */
struct board {
	_Atomic int taken; /* enum end + 1 */
	_Atomic int rounds, leave;
};

static struct board *board;

static void *map(size_t size, int how)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, how | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED) {
		printf("greedy: mmap of %zu bytes: %s\n", size, strerror(errno));
		_exit(1);
	}
	return memory;
}

static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static enum end by_writing(char *memory, size_t size)
{
	for (size_t at = 0; at < size; at += PAGE)
		memory[at] = 1;
	return GOT;
}

static enum end by_many_calls(char *memory, size_t size)
{
	for (size_t at = 0; at < size; at += PAGE)
		if (getrandom(memory + at, 1, 0) != 1)
			return REFUSED;
	return GOT;
}

static enum end by_large_calls(char *memory, size_t size)
{
	enum { LARGE = 1 << 30 };

	for (size_t at = 0; at < size; at += LARGE) {
		size_t length = size - at < LARGE ? size - at : LARGE;

		if (getrandom(memory + at, length, 0) != (ssize_t)length)
			return REFUSED;
	}
	return GOT;
}

static enum end by_fork(char *memory, size_t size)
{
	pid_t child = fork();
	int status;

	(void)memory, (void)size;
	if (!child)
		_exit(0);
	if (child < 0)
		return errno == ENOMEM ? REFUSED : ENDED;
	return waitpid(child, &status, 0) == child && !status ? GOT : ENDED;
}

/* Each page needs a node and a page table of its own. */
static enum end by_pages_far_apart(char *memory, size_t size)
{
	const size_t apart = 2 << 20, places = 1 << 19;
	char *place = map(places * apart, MAP_PRIVATE);

	(void)memory, (void)size;
	for (size_t i = 0; i < places; i++)
		place[i * apart] = 1;
	return GOT;
}

static const struct way {
	const char *name;
	enum end (*take)(char *memory, size_t size);
	int mapping;
	enum end when_some, when_all;
} ways[] = {
	{ "writing", by_writing, MAP_PRIVATE, GOT, ENDED },
	{ "many calls", by_many_calls, MAP_PRIVATE, GOT, REFUSED },
	{ "large calls", by_large_calls, MAP_PRIVATE, GOT, REFUSED },
	{ "a fork", by_fork, MAP_SHARED, GOT, REFUSED },
	{ "pages far apart", by_pages_far_apart, MAP_PRIVATE, ENDED, ENDED },
};

static _Noreturn void take(const struct way *way, size_t size)
{
	board->taken = way->take(map(size, way->mapping), size) + 1;
	while (!board->leave)
		rest();
	_exit(0);
}

static void be_a_neighbour(void)
{
	pid_t child = fork();
	char *own;
	int status;

	if (child < 0) {
		printf("greedy: the neighbour's fork: %s\n", strerror(errno));
		_exit(2);
	}
	own = map(NEIGHBOURS_PAGES * PAGE, MAP_PRIVATE);
	by_writing(own, NEIGHBOURS_PAGES * PAGE);
	munmap(own, NEIGHBOURS_PAGES * PAGE);
	if (!child)
		_exit(5);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 5) {
		printf("greedy: the neighbour's child ended with %#x\n", status);
		_exit(3);
	}
	board->rounds++;
}

static _Noreturn void live_beside(void)
{
	while (!board->leave)
		be_a_neighbour();
	_exit(0);
}

static pid_t start(void)
{
	pid_t child = fork();

	if (child < 0) {
		printf("greedy: fork: %s\n", strerror(errno));
		exit(1);
	}
	return child;
}

/* Wrong endings. */
static int run(const struct way *way, size_t size, enum end wanted)
{
	static const char *const name[] = { "got it", "was refused", "was ended" };
	pid_t neighbour, taker;
	int status, rounds, wrong;
	enum end end;

	memset(board, 0, sizeof(*board));
	neighbour = start();
	if (!neighbour)
		live_beside();
	while (!board->rounds)
		rest();
	taker = start();
	if (!taker)
		take(way, size);
	while (!board->taken && !waitpid(taker, &status, WNOHANG))
		rest();
	end = board->taken ? (enum end)(board->taken - 1) : ENDED;
	rounds = board->rounds;
	while (board->rounds < rounds + ROUNDS_AFTER && !waitpid(neighbour, &status, WNOHANG))
		rest();
	board->leave = 1;
	wrong = end != wanted || board->rounds < rounds + ROUNDS_AFTER || waitpid(neighbour, &status, 0) != neighbour || status;
	printf("greedy: %zu MiB by %s: %s, %d rounds of its neighbour\n", size >> 20, way->name, name[end], board->rounds);
	if (end != ENDED || board->taken)
		wrong |= waitpid(taker, &status, 0) != taker || status;
	return wrong;
}

int main(int argc, char **argv)
{
	size_t most = argc == 2 ? strtoul(argv[1], NULL, 10) << 20 : 0;
	struct sysinfo info;
	int wrong = 0;
	if (!most)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	pin(0);
	board = map(PAGE, MAP_SHARED);
	sysinfo(&info);
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		wrong += run(&ways[i], most, ways[i].when_some);
		wrong += run(&ways[i], info.totalram * info.mem_unit, ways[i].when_all);
	}
	printf("greedy: %d wrong\n", wrong);
	return wrong != 0;
}
