/* protect.c - changing what may be done with a page of one's own: mprotect_threads
 * SPDX-License-Identifier: MIT
 * Each thread takes the right to write from its page, gives it back, and writes: as a collector or a debugger does with memory that is in
 * use. The page is held by its thread's core alone, but lies in an address space that all share. Mapping and unmapping
 * are not measured. */
#include "bench.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096 };

static void protect(volatile char *page, int protection)
{
	if (mprotect((void *)page, PAGE_SIZE, protection))
		fail("could not change a page's protection", errno);
}

static void mprotect_run(struct work *work, unsigned long operations)
{
	volatile char *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		fail("could not map a page", errno);
	page[0] = 1;
	window_open(work, WINDOW_ALL);
	for (unsigned long i = 0; i < operations; i++) {
		protect(page, PROT_READ);
		protect(page, PROT_READ | PROT_WRITE);
		page[0] = 1;
	}
	window_close(work, operations);
	if (munmap((void *)page, PAGE_SIZE))
		fail("could not unmap a page", errno);
}

const struct test test_mprotect_threads = { .name = "mprotect_threads", .run = mprotect_run };
