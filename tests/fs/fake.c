/* fake.c - see fake.h
 * SPDX-License-Identifier: MIT */
#include "tests/fs/fake.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "services/fs/replica.h"

enum {
	PAGE_BYTES = 4096,
	FRAMES = 64,   /* activations on one thread */
	KEPT = 4096,
	THREADS = 4096,
};

#define STORE_BYTES ((uint64_t)256 << 30)

struct core {
	pthread_mutex_t monitor;
	pthread_rwlock_t pins;
	struct replica replica;
	uint8_t *store;
	uint8_t *there; /* a bit for each page */
	uint64_t pages;
};

struct frame {
	jmp_buf killed;
	unsigned core;
	struct lent lent[2];
};

static struct core machine[FAKE_CORES];
static unsigned cores;
static uint64_t limit, steps, kill_at, kill_again, kills, messages;
static bool gives_up;
static const void *archive_start;
static uint64_t archive_size;
static struct { unsigned core; struct words words; } kept[KEPT];
static unsigned kept_count;
static bool keeps;
static bool ended[THREADS];

_Thread_local struct replica *fake_self;
static _Thread_local struct frame frame[FRAMES];
static _Thread_local unsigned frames;
static _Thread_local unsigned now; /* the core that this thread is */

_Noreturn void fake_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: core %u, step %lu: not so: %s\n", file, line, now, steps, what);
	abort();
}

void fake_be(unsigned core)
{
	now = core;
	fake_self = &machine[core].replica;
}

void fake_open(unsigned count, uint64_t pages)
{
	must(count <= FAKE_CORES);
	cores = count;
	limit = pages;
	kill_at = kill_again = kills = steps = messages = 0;
	keeps = false;
	kept_count = 0;
	archive_start = NULL;
	fake_revive_threads();
	for (unsigned i = 0; i < count; i++) {
		struct core *core = &machine[i];

		memset(&core->replica, 0, sizeof(core->replica));
		pthread_mutex_init(&core->monitor, NULL);
		pthread_rwlock_init(&core->pins, NULL);
		core->store = mmap(NULL, STORE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		core->there = mmap(NULL, STORE_BYTES / PAGE_BYTES / 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		must(core->store != MAP_FAILED && core->there != MAP_FAILED);
		core->pages = 0;
	}
	fake_be(0);
}

void fake_close(void)
{
	for (unsigned i = 0; i < cores; i++) {
		munmap(machine[i].store, STORE_BYTES);
		munmap(machine[i].there, STORE_BYTES / PAGE_BYTES / 8);
	}
}

void fake_limit(uint64_t pages)
{
	limit = pages;
}

void fake_archive(const void *start, uint64_t size)
{
	archive_start = start;
	archive_size = size;
}

/* Replicas that have an activation from the first one of this core on. */
static _Noreturn void die(void)
{
	unsigned first = 0;

	kills++;
	kill_at = kill_again ? steps + kill_again : 0;
	kill_again = 0;
	while (frame[first].core != now)
		first++;
	for (unsigned i = first; i < frames; i++)
		memset(&machine[frame[i].core].replica, 0, sizeof(struct replica));
	frames = first;
	longjmp(frame[first].killed, 1);
}

static bool is_own(const void *word)
{
	return (uint64_t)word - (uint64_t)machine[now].store < STORE_BYTES;
}

void fake_step(const void *word)
{
	must(!word || is_own(word));
	if (!kill_at) /* several threads may be at it */
		return;
	if (++steps == kill_at)
		die();
}

void fake_kill_at(uint64_t step)
{
	steps = kill_again = 0;
	kill_at = step;
}

void fake_kill_again(uint64_t step)
{
	kill_again = step;
}

void fake_give_up(bool gives)
{
	gives_up = gives;
}

bool fake_gives_up(void)
{
	return gives_up;
}

uint64_t fake_steps(void)
{
	return steps;
}

uint64_t fake_kills(void)
{
	return kills;
}

void fake_restart(unsigned core)
{
	memset(&machine[core].replica, 0, sizeof(struct replica));
}

static int64_t enter(unsigned core, struct words *words, struct lent first, struct lent second)
{
	unsigned before = now, depth = frames;
	volatile int64_t result = STATUS_DEAD; /* it is set behind setjmp */

	pthread_mutex_lock(&machine[core].monitor);
	fake_be(core);
	must(depth < FRAMES);
	frame[depth].core = core;
	frame[depth].lent[0] = first;
	frame[depth].lent[1] = second;
	if (!setjmp(frame[depth].killed)) {
		frames = depth + 1;
		result = serve(words);
	}
	frames = depth;
	pthread_mutex_unlock(&machine[core].monitor);
	fake_be(before);
	return result;
}

int64_t fake_call(unsigned core, struct words *words, struct lent first, struct lent second)
{
	return enter(core, words, first, second);
}

void fake_keep_requests(void)
{
	keeps = true;
	kept_count = 0;
}

void fake_deliver_late(void)
{
	static const struct lent NOTHING;

	keeps = false;
	for (unsigned i = 0; i < kept_count; i++) {
		struct words words = kept[i].words;

		(void)enter(kept[i].core, &words, NOTHING, NOTHING);
	}
}

void fake_end_thread(uint32_t thread)
{
	ended[thread % THREADS] = true;
}

void fake_revive_threads(void)
{
	memset(ended, 0, sizeof(ended));
}

uint64_t fake_messages(void)
{
	return __atomic_load_n(&messages, __ATOMIC_RELAXED);
}

uint64_t fake_pages(unsigned core)
{
	return machine[core].pages;
}

/* The platform. */

unsigned ipc_core(void)
{
	return now;
}

unsigned ipc_cores(void)
{
	return cores;
}

uint64_t ipc_clock(void)
{
	static uint64_t clock = 1000;

	return __atomic_add_fetch(&clock, 1, __ATOMIC_RELAXED);
}

void *store_of(unsigned core)
{
	must(core < cores);
	return machine[core].store;
}

static bool is_page_there(const struct core *core, uint64_t page)
{
	return __atomic_load_n(&core->there[page / 8], __ATOMIC_ACQUIRE) >> page % 8 & 1;
}

bool fake_is_there(const void *page)
{
	for (unsigned i = 0; i < cores; i++)
		if ((uint64_t)page - (uint64_t)machine[i].store < STORE_BYTES)
			return is_page_there(&machine[i], ((uint64_t)page - (uint64_t)machine[i].store) / PAGE_BYTES);
	return false;
}

static void set_there(struct core *core, uint64_t page, bool there)
{
	uint8_t byte = core->there[page / 8];

	byte = (uint8_t)(there ? byte | 1 << page % 8 : byte & ~(1 << page % 8));
	__atomic_store_n(&core->there[page / 8], byte, __ATOMIC_RELEASE);
}

status_t store_fill(void *start, uint64_t pages)
{
	struct core *core = &machine[now];
	uint64_t first = ((uint64_t)start - (uint64_t)core->store) / PAGE_BYTES, new = 0;

	fake_step(start);
	must((uint64_t)start % PAGE_BYTES == 0 && first + pages <= STORE_BYTES / PAGE_BYTES);
	for (uint64_t i = 0; i < pages; i++)
		new += !is_page_there(core, first + i);
	if (core->pages + new > limit)
		return STATUS_NO_SPACE;
	must(!mprotect(start, pages * PAGE_BYTES, PROT_READ | PROT_WRITE));
	for (uint64_t i = 0; i < pages; i++)
		if (!is_page_there(core, first + i))
			set_there(core, first + i, true);
	core->pages += new;
	fake_step(NULL);
	return STATUS_OK;
}

status_t store_drop(void *start, uint64_t pages)
{
	struct core *core = &machine[now];
	uint64_t first = ((uint64_t)start - (uint64_t)core->store) / PAGE_BYTES;

	fake_step(start);
	must((uint64_t)start % PAGE_BYTES == 0 && first + pages <= STORE_BYTES / PAGE_BYTES);
	pthread_rwlock_wrlock(&core->pins);
	must(!madvise(start, pages * PAGE_BYTES, MADV_DONTNEED));
	must(!mprotect(start, pages * PAGE_BYTES, PROT_NONE));
	for (uint64_t i = 0; i < pages; i++)
		if (is_page_there(core, first + i)) {
			core->pages--;
			set_there(core, first + i, false);
		}
	pthread_rwlock_unlock(&core->pins);
	fake_step(NULL);
	return STATUS_OK;
}

int64_t ipc_call_at(unsigned core, unsigned server, struct words *words, uint64_t nanoseconds)
{
	static const struct lent NOTHING;
	unsigned before = now;
	int64_t result;

	must(server == SERVER_fs && !nanoseconds && core < cores && core != now);
	__atomic_fetch_add(&messages, 1, __ATOMIC_RELAXED);
	if (keeps && kept_count < KEPT)
		kept[kept_count].core = core, kept[kept_count++].words = *words;
	fake_step(NULL);
	pthread_mutex_unlock(&machine[before].monitor);
	result = enter(core, words, NOTHING, NOTHING);
	pthread_mutex_lock(&machine[before].monitor);
	fake_be(before);
	fake_step(NULL);
	return result;
}

int64_t ipc_wait(uint64_t key, uint64_t ns)
{
	unsigned before = now;

	(void)key;
	(void)ns;
	pthread_mutex_unlock(&machine[before].monitor);
	sched_yield();
	pthread_mutex_lock(&machine[before].monitor);
	fake_step(NULL);
	return STATUS_TIMED_OUT;
}

int64_t ipc_wake(uint64_t key, uint64_t most)
{
	(void)key;
	(void)most;
	return 0;
}

bool ipc_lives(uint32_t thread)
{
	return !ended[thread % THREADS];
}

const void *archive(uint64_t *size)
{
	*size = archive_start ? archive_size : 0;
	return archive_start;
}

/* Bytes that others may write at the same time. */
void *fake_copy(void *to, const void *from, size_t size)
{
	uint8_t *left = to;
	const uint8_t *right = from;

	while (size >= 8 && ((uint64_t)left % 8 | (uint64_t)right % 8) == 0) {
		__atomic_store_n((uint64_t *)left, __atomic_load_n((const uint64_t *)right, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
		left += 8, right += 8, size -= 8;
	}
	for (; size; left++, right++, size--)
		__atomic_store_n(left, __atomic_load_n(right, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
	return to;
}

void *fake_clear(void *to, int byte, size_t size)
{
	for (uint8_t *at = to; size; at++, size--)
		__atomic_store_n(at, (uint8_t)byte, __ATOMIC_RELAXED);
	return to;
}

static void *lent_at(uint64_t offset, uint64_t size)
{
	const struct lent *lent = &frame[frames - 1].lent[offset & IPC_SECOND ? 1 : 0];

	offset &= ~IPC_SECOND;
	return lent->start && offset <= lent->size && size <= lent->size - offset ? (uint8_t *)lent->start + offset : NULL;
}

status_t ipc_copy_in(void *to, uint64_t offset, uint64_t size)
{
	void *from = lent_at(offset, size);

	if (!from)
		return STATUS_BAD_ARGUMENT;
	if (is_own(to)) {
		fake_copy(to, from, size / 2);
		fake_step(NULL);
	}
	fake_copy(to, from, size);
	return STATUS_OK;
}

status_t ipc_copy_out(uint64_t offset, const void *from, uint64_t size)
{
	void *to = lent_at(offset, size);

	if (!to)
		return STATUS_BAD_ARGUMENT;
	fake_copy(to, from, size);
	return STATUS_OK;
}

status_t ipc_copy_out_while(uint64_t offset, const void *from, uint64_t size, const uint64_t *word, uint64_t value)
{
	status_t status = STATUS_BUSY;
	unsigned owner = 0;

	while (owner < cores && (uint64_t)from - (uint64_t)machine[owner].store >= STORE_BYTES)
		owner++;
	must(owner < cores);
	must((uint64_t)from / PAGE_BYTES == ((uint64_t)from + size - 1) / PAGE_BYTES);
	pthread_rwlock_rdlock(&machine[owner].pins);
	if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value) {
		must(fake_is_there(from));
		status = ipc_copy_out(offset, from, size);
	}
	pthread_rwlock_unlock(&machine[owner].pins);
	return status;
}

int64_t ipc_copy_text(char *to, uint64_t offset, uint64_t size)
{
	const struct lent *lent = &frame[frames - 1].lent[offset & IPC_SECOND ? 1 : 0];

	for (uint64_t i = 0; i < size; i++) {
		if (!lent->start || i >= lent->size)
			return STATUS_BAD_ADDRESS;
		to[i] = ((const char *)lent->start)[i];
		if (!to[i])
			return (int64_t)i;
	}
	return STATUS_NO_SPACE;
}
