/* chaos_work.c - see chaos_work.h
 * SPDX-License-Identifier: MIT
 * Up to WORKERS threads, each with regions of its own and a share of every page of a common one, do random things. One of them, or the
 * first, ends the process, whatever the others do at that moment. */
#include "chaos_work.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "child.h"
#include "native_call.h"
#include "region.h"

enum {
	WORKERS = 4,
	REGIONS = 5,
	COMMON = 30, /* pages */
	HEAP = 40,
	OPERATIONS = 120, /* at most; a quarter of it for a child's child */
	NAP = 3000000,        /* ns, at most */
	LONG_NAP = 500000000, /* now and then, so that not all who live are ready */
};

#define PLACES     UINT64_C(0x10000000000) /* for mappings at fixed addresses */
#define PLACE_SIZE (UINT64_C(1) << 38)

struct worker {
	uint64_t random;
	unsigned number;
	struct region region[REGIONS];
	uint64_t round, mark[COMMON]; /* what its share of the common pages holds since that round */
};

static const char *program;
static struct plan plan;
static struct worker workers[WORKERS];
static struct region heap; /* the first worker's */
static pthread_rwlock_t common_lock = PTHREAD_RWLOCK_INITIALIZER;
static volatile uint64_t *common;
static uint64_t common_round; /* under common_lock */

int plan_status(const struct plan *of)
{
	uint64_t state = of->seed ^ 0x5eed;

	return 1 + random_below(&state, 64);
}

static void move_to(unsigned core, unsigned cores)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (unsigned i = 0; i < cores; i++)
		if (core == cores || core == i)
			CPU_SET(i, &set);
	raw_call(SYS_sched_setaffinity, 0, sizeof(set), (long)&set, 0, 0, 0); /* no memory there: it stays */
}

int plan_start(const char *path, const struct plan *of, volatile int32_t *id)
{
	char seed[24], depth[12], cores[12];
	char *const arguments[] = { (char *)path, "-plan", seed, depth, cores, NULL };
	char *const environment[] = { NULL };
	uint64_t state = of->seed;
	unsigned core = random_below(&state, of->cores + 1);
	volatile int error = 0;
	pid_t child;

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)of->seed);
	snprintf(depth, sizeof(depth), "%u", of->depth);
	snprintf(cores, sizeof(cores), "%u", of->cores);
	child = vfork();
	if (child == 0) {
		if (id)
			*id = (int32_t)raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
		move_to(core, of->cores);
		execve(path, arguments, environment);
		error = errno;
		if (id)
			*id = -1; /* whoever else waits must not take it for one that was started */
		_exit(127);
	}
	if (child > 0 && error) {
		waitpid(child, NULL, 0);
		errno = error;
		return -1;
	}
	return child;
}

static struct region *random_region(struct worker *worker)
{
	struct region *region = &worker->region[random_below(&worker->random, REGIONS)];
	uint64_t slot = worker->number * REGIONS + (uint64_t)(region - worker->region);

	if (!region->base && !region_map(region, &worker->random, SIZE_MAX, PLACES + slot * PLACE_SIZE))
		return NULL;
	return region;
}

static void do_write(struct worker *worker)
{
	struct region *region = random_region(worker);

	for (unsigned i = random_below(&worker->random, 12); region && i; i--)
		region_write(region, &worker->random);
}

static void do_check(struct worker *worker)
{
	for (unsigned i = 0; i < REGIONS; i++)
		if (worker->region[i].base)
			region_check(&worker->region[i], &worker->random);
}

static void do_discard(struct worker *worker)
{
	struct region *region = random_region(worker);

	if (region)
		region_discard(region, &worker->random);
}

static void do_replace(struct worker *worker)
{
	struct region *region = random_region(worker);

	if (region)
		region_replace(region, &worker->random);
}

static void do_shrink(struct worker *worker)
{
	struct region *region = random_region(worker);

	if (region)
		region_shrink(region, &worker->random);
}

static void do_resize(struct worker *worker)
{
	struct region *region = random_region(worker);

	if (region && region_resize(region, &worker->random))
		region_check(region, &worker->random);
}

static void do_unmap(struct worker *worker)
{
	struct region *region = random_region(worker);

	if (region)
		region_unmap(region);
}

static void give_all_rights(const struct region *region)
{
	while (!region_protect(region, PROT_READ | PROT_WRITE))
		sched_yield(); /* refused; what was split to take them away is still split, so not for long */
}

static void do_protect(struct worker *worker)
{
	struct region *region = random_region(worker);

	if (!region || !region_protect(region, random_below(&worker->random, 2) ? PROT_READ : PROT_READ | PROT_EXEC))
		return;
	region_check(region, &worker->random);
	give_all_rights(region);
}

/* A child that shares this memory must find what this thread has just taken away to be gone. */
static void do_trespass(struct worker *worker)
{
	struct region *region = random_region(worker);
	bool reads = random_below(&worker->random, 2);
	pid_t child;
	int status;

	if (!region || !region->written)
		return;
	volatile unsigned char *byte = region->base + region->content[0].page * PAGE;
	if (!region_protect(region, reads ? PROT_NONE : PROT_READ))
		return;
	child = vfork();
	if (child == 0) {
		move_to(random_below(&worker->random, plan.cores), plan.cores);
		if (reads)
			(void)*byte;
		else
			*byte = 1;
		_exit(0);
	}
	give_all_rights(region);
	if (child < 0)
		return;
	if (waitpid(child, &status, 0) != child)
		wrong("a child is lost", (void *)byte, child, 0);
	if (!WIFSIGNALED(status) || (WTERMSIG(status) != SIGSEGV && WTERMSIG(status) != SIGKILL))
		wrong("a page without rights was accessible", (void *)byte, status, SIGSEGV);
}

/* The heap's end moves up and down; what comes anew is zero. */
static void do_heap(struct worker *worker)
{
	uintptr_t end = raw_call(SYS_brk, 0, 0, 0, 0, 0, 0), got;
	size_t pages = random_below(&worker->random, HEAP);

	if (worker->number)
		return;
	if (!heap.base)
		heap.base = (unsigned char *)((end + PAGE - 1) & -(uintptr_t)PAGE);
	end = (uintptr_t)heap.base + pages * PAGE;
	got = raw_call(SYS_brk, end, 0, 0, 0, 0, 0);
	if (got != end) /* refused, so nothing has changed */
		return;
	region_forget(&heap, pages, HEAP);
	heap.pages = pages;
	for (unsigned i = random_below(&worker->random, 8); pages && i; i--)
		region_write(&heap, &worker->random);
	if (pages)
		region_check(&heap, &worker->random);
}

static volatile uint64_t *share(const struct worker *worker, unsigned page)
{
	return &common[page * (PAGE / 8) + worker->number];
}

/* Its own word in pages that all threads use. */
static void do_common(struct worker *worker)
{
	pthread_rwlock_rdlock(&common_lock);
	if (worker->round != common_round)
		for (unsigned page = 0; page < COMMON; page++)
			worker->mark[page] = 0;
	worker->round = common_round;
	for (unsigned page = random_below(&worker->random, 4); page < COMMON; page += 1 + random_below(&worker->random, 6)) {
		if (*share(worker, page) != worker->mark[page])
			wrong("common page", (void *)share(worker, page), *share(worker, page), worker->mark[page]);
		*share(worker, page) = worker->mark[page] = random_next(&worker->random);
	}
	pthread_rwlock_unlock(&common_lock);
}

static void do_common_change(struct worker *worker)
{
	void *start = (void *)common;
	bool done;

	pthread_rwlock_wrlock(&common_lock);
	if (random_below(&worker->random, 2))
		done = !madvise(start, COMMON * PAGE, MADV_DONTNEED);
	else
		done = mmap(start, COMMON * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == start;
	if (done)
		common_round++;
	else if (errno != ENOMEM)
		wrong("common pages cannot be taken back", start, errno, 0);
	pthread_rwlock_unlock(&common_lock);
}

static void do_move(struct worker *worker)
{
	move_to(random_below(&worker->random, plan.cores + 1), plan.cores);
}

static void do_nap(struct worker *worker)
{
	long most = random_below(&worker->random, 4) ? NAP : LONG_NAP;

	nanosleep(&(struct timespec){ .tv_nsec = (long)random_below(&worker->random, most) }, NULL);
}

static void *help(void *argument)
{
	struct worker *worker = argument;

	do_write(worker);
	do_check(worker);
	return NULL;
}

/* Another thread, on another core mostly, does it while this one waits. */
static void do_help(struct worker *worker)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, help, worker))
		pthread_join(thread, NULL);
}

/* A copy of this process: all that its creator had is there, and is its own. */
static _Noreturn void be_copy(struct worker *worker, int status)
{
	do_check(worker);
	for (unsigned i = 0; i < 5; i++) {
		do_write(worker);
		do_discard(worker);
		do_check(worker);
	}
	_exit(status);
}

static void do_birth(struct worker *worker)
{
	struct plan below = { random_next(&worker->random), plan.depth + 1, plan.cores };
	bool kills = random_below(&worker->random, 3) == 0;
	pid_t child;
	int status;

	if (plan.depth)
		return;
	child = fork();
	if (child == 0)
		be_copy(worker, plan_status(&below));
	if (child < 0)
		child = plan_start(program, &below, NULL);
	if (child < 0)
		return; /* refused */
	if (kills) {
		do_nap(worker);
		kill(child, SIGKILL);
	} else {
		do_write(worker);
	}
	if (waitpid(child, &status, 0) != child)
		wrong("a child is lost", NULL, child, errno);
	if (WIFEXITED(status) && WEXITSTATUS(status) == plan_status(&below))
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STARVED)
		_exit(STARVED);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		wrong("a child's end", NULL, status, plan_status(&below) << 8);
	if (!kills)
		_exit(STARVED);
}

static void (*const operation[])(struct worker *) = {
	do_write, do_write, do_write, do_write, do_write, do_write, do_check, do_check, do_check, do_discard, do_discard, do_replace,
	do_shrink, do_resize, do_unmap, do_unmap, do_protect, do_protect, do_heap, do_common, do_common, do_common, do_common_change, do_move,
	do_nap, do_help, do_birth,
};

static void *work(void *argument)
{
	struct worker *worker = argument;
	unsigned left = random_below(&worker->random, 8) ? random_below(&worker->random, plan.depth ? OPERATIONS / 4 : OPERATIONS) : 3;

	for (; left; left--)
		operation[random_below(&worker->random, sizeof(operation) / sizeof(*operation))](worker);
	if (random_below(&worker->random, 4) == 0)
		do_trespass(worker); /* seldom: the kernel writes a line */
	do_check(worker);
	if (worker->number && random_below(&worker->random, 8) == 0)
		_exit(plan_status(&plan));
	return NULL;
}

_Noreturn void plan_carry_out(const char *path, const struct plan *of)
{
	uint64_t random = of->seed;
	unsigned count = of->depth || random_below(&random, 2) ? 1 : 1 + random_below(&random, WORKERS);
	pthread_t thread[WORKERS];

	program = path;
	plan = *of;
	common = mmap(NULL, COMMON * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (common == MAP_FAILED)
		_exit(errno == ENOMEM ? STARVED : WRONG);
	for (unsigned i = 0; i < count; i++)
		workers[i] = (struct worker){ .random = random_next(&random), .number = i };
	for (unsigned i = 1; i < count; i++)
		if (pthread_create(&thread[i], NULL, work, &workers[i]))
			count = i;
	work(&workers[0]);
	if (random_below(&random, 4)) /* else in the middle of what they do */
		for (unsigned i = 1; i < count; i++)
			pthread_join(thread[i], NULL);
	_exit(plan_status(&plan));
}
