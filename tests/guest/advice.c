/* advice.c - rights and advice for what is not mapped, or not all of it: the same lines as on Linux
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 8, HOLE = 3, HOLE_PAGES = 2 };

static const int ADVICE[] = {
	MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE, MADV_DOFORK, MADV_NOHUGEPAGE, MADV_DONTDUMP,
	MADV_DODUMP, MADV_KEEPONFORK, 20 /* COLD */, 21 /* PAGEOUT */, 22 /* POPULATE_READ */, 23 /* POPULATE_WRITE */,
};

/* Behind the last address on any machine, and so far that any range goes beyond it. */
static uint8_t *const OUTSIDE = (uint8_t *)0xffff800000000000;
static const size_t TOO_FAR = (size_t)1 << 62;

static void answer(const char *what, long result)
{
	printf("advice: %s: %s\n", what, result == -1 ? strerror(errno) : "accepted");
}

static void answer_to(int advice, const char *what, long result)
{
	printf("advice: %d %s: %s\n", advice, what, result ? strerror(errno) : "accepted");
}

/* Written pages with a hole among them. */
static uint8_t *map_around_hole(void)
{
	uint8_t *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		printf("advice: no memory\n");
		exit(1);
	}
	memset(at, 1, PAGES * PAGE);
	munmap(at + HOLE * PAGE, HOLE_PAGES * PAGE);
	return at;
}

static bool is_writable(volatile uint8_t *at)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		*at = 2;
		_exit(0);
	}
	waitpid(child, &status, 0);
	return !status;
}

/* Page by page: w: can be written, r: cannot be written, 0: holds zeros, -: is not there. */
static void show(uint8_t *at)
{
	char pages[PAGES + 1] = "";

	for (int page = 0; page < PAGES; page++) {
		uint8_t *here = at + page * PAGE;

		if (page >= HOLE && page < HOLE + HOLE_PAGES)
			pages[page] = is_writable(here) ? 'w' : '-';
		else if (!is_writable(here))
			pages[page] = 'r';
		else
			pages[page] = *here ? 'w' : '0';
	}
	printf("advice:   %s\n", pages);
}

static void protect(const char *what, int first, int count)
{
	uint8_t *at = map_around_hole();

	answer(what, mprotect(at + first * PAGE, (size_t)count * PAGE, PROT_READ));
	show(at);
	munmap(at, PAGES * PAGE);
}

static void discard(const char *what, int first, int count)
{
	uint8_t *at = map_around_hole();

	answer(what, madvise(at + first * PAGE, (size_t)count * PAGE, MADV_DONTNEED));
	show(at);
	munmap(at, PAGES * PAGE);
}

static void advise(int advice)
{
	uint8_t *at = map_around_hole();

	answer_to(advice, "for what is mapped", madvise(at, HOLE * PAGE, advice));
	answer_to(advice, "with a hole in it", madvise(at, PAGES * PAGE, advice));
	answer_to(advice, "that begins in a hole", madvise(at + HOLE * PAGE, (PAGES - HOLE) * PAGE, advice));
	answer_to(advice, "for a hole", madvise(at + HOLE * PAGE, PAGE, advice));
	answer_to(advice, "for nothing, in a hole", madvise(at + HOLE * PAGE, 0, advice));
	answer_to(advice, "for less than a page", madvise(at + PAGE, 1, advice));
	answer_to(advice, "from half a page", madvise(at + 1, PAGE, advice));
	answer_to(advice, "from half a page, for nothing", madvise(at + 1, 0, advice));
	answer_to(advice, "for page 0", madvise(NULL, PAGE, advice));
	answer_to(advice, "outside", madvise(OUTSIDE, PAGE, advice));
	answer_to(advice, "outside, for nothing", madvise(OUTSIDE, 0, advice));
	answer_to(advice, "around the end", madvise(at, -(size_t)PAGE, advice));
	answer_to(advice, "for all there is", madvise(at, SIZE_MAX, advice));
	munmap(at, PAGES * PAGE);
}

/* The C library's own rounds to whole pages. */
static long change_rights(void *at, size_t size, int rights)
{
	return syscall(SYS_mprotect, at, size, rights);
}

static void beyond(void)
{
	uint8_t *at = map_around_hole() + (HOLE - 1) * PAGE;
	const int rights = PROT_READ | PROT_WRITE, kind = MAP_PRIVATE | MAP_ANONYMOUS;

	answer("rights too far", change_rights(at, TOO_FAR, rights));
	answer("rights around the end", change_rights(at, -(size_t)PAGE, rights));
	answer("rights for all there is", change_rights(at, SIZE_MAX, rights));
	answer("rights outside", change_rights(OUTSIDE, PAGE, rights));
	answer("rights for page 0", change_rights(NULL, PAGE, rights));
	answer("rights for nothing outside", change_rights(OUTSIDE, 0, rights));
	answer("rights from half a page", change_rights(at + 1, PAGE, rights));
	answer("unknown rights for nothing", change_rights(at, 0, 64));
	answer("unknown rights", change_rights(at, PAGE, 64));
	answer("advice too far", madvise(at, TOO_FAR, MADV_NORMAL));
	answer("unknown advice outside", madvise(OUTSIDE, PAGE, 99));
	answer("unmapping too far", munmap(at, TOO_FAR));
	answer("unmapping around the end", munmap(at, -(size_t)PAGE));
	answer("unmapping outside", munmap(OUTSIDE, PAGE));
	answer("unmapping nothing", munmap(at, 0));
	answer("mapping too far", (long)mmap(at, TOO_FAR, rights, kind | MAP_FIXED, -1, 0));
	answer("mapping outside", (long)mmap(OUTSIDE, PAGE, rights, kind | MAP_FIXED, -1, 0));
	answer("mapping outside, if nothing is there", (long)mmap(OUTSIDE, PAGE, rights, kind | MAP_FIXED_NOREPLACE, -1, 0));
	answer("mapping too much", (long)mmap(NULL, TOO_FAR, rights, kind, -1, 0));
	answer("mapping all there is", (long)mmap(NULL, SIZE_MAX, rights, kind, -1, 0));
	answer("mapping nothing", (long)mmap(NULL, 0, rights, kind, -1, 0));
	answer("mapping at half a page", (long)mmap(at + 1, PAGE, rights, kind | MAP_FIXED, -1, 0));
	answer("moving from outside", (long)mremap(OUTSIDE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	answer("shrinking outside", (long)mremap(OUTSIDE, 2 * PAGE, PAGE, 0));
	answer("moving outside", (long)mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, OUTSIDE));
}

int main(void)
{
	protect("rights around a hole", 0, PAGES);
	protect("rights up to a hole", 0, HOLE);
	protect("rights that end in a hole", 1, HOLE);
	protect("rights that begin in a hole", HOLE + 1, 3);
	protect("rights behind a hole", HOLE + HOLE_PAGES, 2);
	protect("rights of a hole", HOLE, HOLE_PAGES);
	discard("discarding around a hole", 1, PAGES - 2);
	discard("discarding up to a hole", 0, HOLE);
	discard("discarding what begins in a hole", HOLE + 1, 3);
	discard("discarding a hole", HOLE, HOLE_PAGES);
	for (size_t i = 0; i < sizeof(ADVICE) / sizeof(*ADVICE); i++)
		advise(ADVICE[i]);
	beyond();
	return 0;
}
