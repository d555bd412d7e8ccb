/* mremap.c - mappings that grow, shrink and move: the same lines as on Linux
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, UNIT = 2 << 20 };

static void say(const char *what, bool holds)
{
	printf("mremap: %s: %s\n", what, holds ? "yes" : "no");
}

static uint8_t *map(size_t pages, int rights, int kind)
{
	uint8_t *at = mmap(NULL, pages * PAGE, rights, kind | MAP_ANONYMOUS, -1, 0);

	if (at != MAP_FAILED)
		return at;
	printf("mremap: no memory\n");
	exit(1);
}

/* A mapping with a neighbour right above it, so that it cannot grow where it is. */
static uint8_t *map_enclosed(size_t pages)
{
	uint8_t *at = map(pages + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	mprotect(at + pages * PAGE, PAGE, PROT_NONE);
	return at;
}

static void fill(uint8_t *at, size_t pages, uint8_t with)
{
	for (size_t i = 0; i < pages; i++)
		memset(at + i * PAGE, with + (int)i % 100, PAGE);
}

static bool holds(const uint8_t *at, size_t pages, uint8_t with)
{
	for (size_t i = 0; i < pages * PAGE; i++)
		if (at[i] != (uint8_t)(with + i / PAGE % 100))
			return false;
	return true;
}

static bool is_zero(const uint8_t *at, size_t pages)
{
	for (size_t i = 0; i < pages * PAGE; i++)
		if (at[i])
			return false;
	return true;
}

/* Whether an access ends a child. */
static bool is_refused(volatile uint8_t *at, bool write)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		if (write)
			*at = 1;
		else
			(void)*at;
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == 11;
}

static void error(const char *what, void *result)
{
	printf("mremap: %s: %s\n", what, result == MAP_FAILED ? strerror(errno) : "accepted");
}

static void shrink_and_grow(void)
{
	uint8_t *at = map(8, PROT_READ | PROT_WRITE, MAP_PRIVATE), *same;

	fill(at, 8, 1);
	same = mremap(at, 8 * PAGE, 3 * PAGE, 0);
	say("shrinks where it is", same == at && holds(at, 3, 1));
	say("the rest is gone", is_refused(at + 3 * PAGE, false));
	same = mremap(at, 3 * PAGE, 5 * PAGE, 0);
	say("grows where it is", same == at && holds(at, 3, 1) && is_zero(at + 3 * PAGE, 2));
	say("the new pages can be written", !is_refused(at + 4 * PAGE, true));
	munmap(at, 5 * PAGE);
}

static void move(void)
{
	uint8_t *at = map_enclosed(5), *moved;

	fill(at, 5, 7);
	error("growing where it cannot", mremap(at, 5 * PAGE, 9 * PAGE, 0));
	moved = mremap(at, 5 * PAGE, 9 * PAGE, MREMAP_MAYMOVE);
	say("it moves, then", moved != MAP_FAILED && moved != at);
	say("with its pages", holds(moved, 5, 7) && is_zero(moved + 5 * PAGE, 4));
	say("the old ones are gone", is_refused(at, false) && is_refused(at + 4 * PAGE, false));
	munmap(moved, 9 * PAGE);
}

static void move_there(void)
{
	uint8_t *room = map(20, PROT_READ | PROT_WRITE, MAP_PRIVATE), *moved;

	fill(room, 20, 3);
	error("over itself", mremap(room, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 2 * PAGE));
	error("to half a page", mremap(room, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 8 * PAGE + 5));
	error("there without leave to move", mremap(room, 4 * PAGE, 4 * PAGE, MREMAP_FIXED, room + 8 * PAGE));
	moved = mremap(room, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 8 * PAGE);
	say("goes where it is told", moved == room + 8 * PAGE && holds(moved, 4, 3) && is_zero(moved + 4 * PAGE, 2));
	say("and nothing else changes", holds(room + 4 * PAGE, 4, 7) && holds(room + 14 * PAGE, 6, 17));
	say("it is gone there", is_refused(room, false));
	munmap(room, 20 * PAGE);
}

static void refuse(void)
{
	uint8_t *at = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	error("nothing", mremap(at, 4 * PAGE, 0, MREMAP_MAYMOVE));
	error("unknown flags", mremap(at, 4 * PAGE, 5 * PAGE, 64));
	error("from half a page", mremap(at + 7, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE));
	munmap(at + PAGE, PAGE);
	error("with a hole in it", mremap(at, 4 * PAGE, 9 * PAGE, MREMAP_MAYMOVE));
	munmap(at, 4 * PAGE);
	error("what is not there", mremap(at, 4 * PAGE, 9 * PAGE, MREMAP_MAYMOVE));
}

static void keep_rights(void)
{
	uint8_t *at = map_enclosed(3), *moved;

	fill(at, 3, 9);
	mprotect(at, 3 * PAGE, PROT_READ);
	moved = mremap(at, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE);
	say("rights go along", holds(moved, 3, 9) && is_refused(moved, true) && is_refused(moved + 4 * PAGE, true));
	munmap(moved, 5 * PAGE);
}

/* Another process has the pages, too: its copies, or the same ones. */
static void move_inherited(int kind, const char *what)
{
	uint8_t *at = map(6, PROT_READ | PROT_WRITE, kind), *word = map(1, PROT_READ | PROT_WRITE, MAP_SHARED), *moved;
	pid_t child;

	fill(at, 6, 40);
	child = fork();
	if (!child) {
		while (!*(volatile uint8_t *)word)
			;
		_exit(holds(at, 6, kind == MAP_PRIVATE ? 40 : 50) ? 0 : 1);
	}
	moved = mremap(at, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(6, PROT_NONE, MAP_PRIVATE));
	fill(moved, 6, 50);
	*(volatile uint8_t *)word = 1;
	waitpid(child, (int *)(word + 4), 0);
	say(what, *(int *)(word + 4) == 0 && holds(moved, 6, 50));
	munmap(moved, 6 * PAGE);
	munmap(word, PAGE);
}

static void move_huge(void)
{
	uint8_t *around = map(4 * UNIT / PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	uint8_t *at = (uint8_t *)(((uintptr_t)around + UNIT - 1) & ~(uintptr_t)(UNIT - 1)), *moved;

	madvise(at, 3 * UNIT, MADV_HUGEPAGE);
	fill(at, 3 * UNIT / PAGE, 11);
	moved = mremap(at + 5 * PAGE, 2 * UNIT, 2 * UNIT, MREMAP_MAYMOVE | MREMAP_FIXED, map(2 * UNIT / PAGE, PROT_NONE, MAP_PRIVATE));
	say("a part of huge pages", holds(moved, 95, 16) && holds(moved + 95 * PAGE, 2 * UNIT / PAGE - 95, 11));
	say("the other parts stay", holds(at, 5, 11) && holds(at + 2 * UNIT + 35 * PAGE, 40, (uint8_t)(11 + (2 * UNIT / PAGE + 35) % 100)));
	munmap(moved, 2 * UNIT);
	munmap(around, 4 * UNIT);
}

/* As seen from the last core that this process may use. */
static void *map_on_last_core(void *unused)
{
	cpu_set_t may, last;
	int core = CPU_SETSIZE - 1;

	(void)unused;
	sched_getaffinity(0, sizeof(may), &may);
	while (!CPU_ISSET(core, &may))
		core--;
	CPU_ZERO(&last);
	CPU_SET(core, &last);
	sched_setaffinity(0, sizeof(last), &last);
	return map_enclosed(5);
}

/* The child has run on one core alone, and what it moves may have been mapped by another. */
static void move_from_elsewhere(void)
{
	pthread_t thread;
	uint8_t *moved;
	void *at;
	int status;

	pthread_create(&thread, NULL, map_on_last_core, NULL);
	pthread_join(thread, &at);
	fill(at, 5, 60);
	if (!fork()) {
		moved = mremap(at, 5 * PAGE, 9 * PAGE, MREMAP_MAYMOVE);
		_exit(moved != MAP_FAILED && holds(moved, 5, 60) && is_zero(moved + 5 * PAGE, 4) ? 0 : 1);
	}
	wait(&status);
	say("a child moves what another core has mapped", !status);
	munmap(at, 6 * PAGE);
}

/* As allocators use it: large blocks grow without being copied. */
static void reallocate(void)
{
	size_t pages = 40;
	uint8_t *block = malloc(pages * PAGE), *other = malloc(pages * PAGE);

	fill(block, pages, 5);
	for (; pages < 20000; pages = pages * 3 / 2) {
		block = realloc(block, pages * 3 / 2 * PAGE);
		memset(block + pages * PAGE, 0, (pages * 3 / 2 - pages) * PAGE);
	}
	say("a block that grew", holds(block, 40, 5) && is_zero(block + 40 * PAGE, pages - 40));
	free(block);
	free(other);
}

int main(void)
{
	shrink_and_grow();
	move();
	move_there();
	refuse();
	keep_rights();
	move_inherited(MAP_PRIVATE, "a child keeps its copies");
	move_inherited(MAP_SHARED, "a child has the same pages");
	move_from_elsewhere();
	move_huge();
	reallocate();
	return 0;
}
