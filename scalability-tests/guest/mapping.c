/* mapping.c - map, write and unmap memory of one's own: mapping, map_processes, map_threads, map_touch_4k
 * SPDX-License-Identifier: MIT
 * No page is ever seen by two threads, so nothing but the address space is shared. `mapping` is the
 * "local" measurement of Clements et al., "RadixVM: Scalable address spaces for multithreaded applications" (EuroSys
 * 2013): each thread at an address of its own, 1 MiB apart. On Tessera the address space's home maps and unmaps these for
 * all; what the kernel places itself is its own core's work. The windows count what other cores' kernels do, too.
 * `map_touch_4k` is what an allocator does with a large block: a region mapped, each of its pages touched, and unmapped. */
#include "bench.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

enum { PAGE_SIZE = 4096, TOUCH_PAGES = 64, TOUCH_SIZE = TOUCH_PAGES * PAGE_SIZE };

/* Where neither system puts anything by itself. */
static const uintptr_t first_address = UINT64_C(0x100000000000), address_step = UINT64_C(1) << 20;

static void map_write_unmap(struct work *work, unsigned long operations, void *place, int flags)
{
	window_open(work, WINDOW_ALL);
	for (unsigned long i = 0; i < operations; i++) {
		volatile char *page = mmap(place, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

		if (page == MAP_FAILED)
			fail("could not map a page", errno);
		page[0] = 1;
		if (munmap((void *)page, PAGE_SIZE))
			fail("could not unmap a page", errno);
	}
	window_close(work, operations);
}

static void mapping_run(struct work *work, unsigned long operations)
{
	map_write_unmap(work, operations, (void *)(first_address + work->worker * address_step), MAP_FIXED);
}

/* Wherever the system likes. */
static void map_run(struct work *work, unsigned long operations)
{
	map_write_unmap(work, operations, NULL, 0);
}

/* Operations are pages: the last region is touched as far as there are operations left. */
static void map_touch_unmap(unsigned long pages)
{
	volatile char *region = mmap(NULL, TOUCH_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		fail("could not map a region", errno);
	/* A system without huge pages may refuse the advice: it is followed already. */
	madvise((void *)region, TOUCH_SIZE, MADV_NOHUGEPAGE);
	for (unsigned long i = 0; i < pages; i++)
		region[i * PAGE_SIZE] = 1;
	if (munmap((void *)region, TOUCH_SIZE))
		fail("could not unmap a region", errno);
}

static void map_touch_run(struct work *work, unsigned long operations)
{
	window_open(work, WINDOW_ALL);
	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < TOUCH_PAGES ? left : TOUCH_PAGES;

		map_touch_unmap(pages);
		left -= pages;
	}
	window_close(work, operations);
}

const struct test test_mapping = { .name = "mapping", .run = mapping_run };
const struct test test_map_processes = { .name = "map_processes", .run = map_run };
const struct test test_map_threads = { .name = "map_threads", .run = map_run };
const struct test test_map_touch_4k = { .name = "map_touch_4k", .run = map_touch_run };
