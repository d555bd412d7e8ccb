/* mapping.c - map, write and unmap memory of one's own: mapping, map_processes, map_threads, map_touch_4k, map_touch_huge
 * SPDX-License-Identifier: MIT
 * No page is ever seen by two threads, so nothing but the address space is shared. `mapping` is the
 * "local" measurement of Clements et al., "RadixVM: Scalable address spaces for multithreaded applications" (EuroSys
 * 2013): each thread at an address of its own, 1 MiB apart. On Tessera the address space's home maps and unmaps these for
 * all; what the kernel places itself is its own core's work. The windows count what other cores' kernels do, too.
 * `map_touch_4k` is what an allocator does with a large block: a region mapped, each of its pages touched, and unmapped.
 * `map_touch_huge` does it with a larger block that huge pages of 2 MiB fit, and asks for them. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_SIZE = 4096, TOUCH_PAGES = 64, HUGE_SIZE = 2 << 20, HUGE_TOUCH_PAGES = 2 * HUGE_SIZE / PAGE_SIZE };

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

/* A region, and what is asked for it; `place` null: wherever the system likes. */
struct touched {
	char *place;
	unsigned long pages;
	int advice;
};

/* Operations are pages: the last region is touched as far as there are operations left. */
static void map_touch_unmap(const struct touched *touched, unsigned long pages)
{
	size_t size = touched->pages * PAGE_SIZE;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (touched->place ? MAP_FIXED : 0);
	volatile char *region = mmap(touched->place, size, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (region == MAP_FAILED)
		fail("could not map a region", errno);
	/* A system without huge pages may refuse the advice. */
	madvise((void *)region, size, touched->advice);
	for (unsigned long i = 0; i < pages; i++)
		region[i * PAGE_SIZE] = 1;
	if (munmap((void *)region, size))
		fail("could not unmap a region", errno);
}

static void map_touch(struct work *work, unsigned long operations, const struct touched *touched)
{
	window_open(work, WINDOW_ALL);
	for (unsigned long left = operations; left > 0;) {
		unsigned long pages = left < touched->pages ? left : touched->pages;

		map_touch_unmap(touched, pages);
		left -= pages;
	}
	window_close(work, operations);
}

static void map_touch_run(struct work *work, unsigned long operations)
{
	map_touch(work, operations, &(struct touched){ .pages = TOUCH_PAGES, .advice = MADV_NOHUGEPAGE });
}

/* Linux turns huge pages off by itself where memory is below 512 MiB; with the word they are given to whoever asks. */
static void map_touch_huge_prepare(unsigned int workers)
{
	static const char word[] = "madvise";
	int file = open("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY);

	(void)workers;
	if (file < 0)
		return;
	if (write(file, word, sizeof(word) - 1) < 0)
		fail("could not allow huge pages", errno);
	close(file);
}

/* An aligned place that the system finds for itself, free again: it is this worker's, as nobody else maps anything. */
static char *huge_place(void)
{
	size_t size = HUGE_TOUCH_PAGES * PAGE_SIZE + HUGE_SIZE;
	char *region = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED || munmap(region, size))
		fail("could not find a place for huge pages", errno);
	return (char *)(((uintptr_t)region + HUGE_SIZE - 1) & ~(uintptr_t)(HUGE_SIZE - 1));
}

static void map_touch_huge_run(struct work *work, unsigned long operations)
{
	if (!work->kept)
		work->kept = huge_place();
	map_touch(work, operations, &(struct touched){ .place = work->kept, .pages = HUGE_TOUCH_PAGES, .advice = MADV_HUGEPAGE });
}

const struct test test_mapping = { .name = "mapping", .run = mapping_run };
const struct test test_map_processes = { .name = "map_processes", .run = map_run };
const struct test test_map_threads = { .name = "map_threads", .run = map_run };
const struct test test_map_touch_4k = { .name = "map_touch_4k", .run = map_touch_run };
const struct test test_map_touch_huge = { .name = "map_touch_huge", .prepare = map_touch_huge_prepare, .run = map_touch_huge_run };
