/* restarts.c - the file service when one core's replica ends under load: file_restored, file_beside, file_beside_calm
 * SPDX-License-Identifier: MIT
 * One thread on each core, which makes, writes, closes and removes a file of its own and looks at one that all share, again and again. The last
 * core's replica is the one that ends. A replica that ends twice within a second stays away for a while, which is not what is asked here: so
 * everybody sleeps for longer than that before each end, and nothing of it is measured.
 * file_restored: the last worker's neighbour ends it, while the last worker calls. A window is one end: from the asking for it to the answer to the first call
 * that begins when its end is known. So it is never too short, and too long by how long that takes to be known, and an ordinary call. With two workers
 * the neighbour is core 0, which prints what the kernel says of it before it goes on: there it is too long by that, 70 us on a modelled serial port.
 * file_beside: the last worker ends its own core's between two calls, once in each window of ROUNDS rounds of everybody else; what those do is
 * measured. In file_beside_calm everything is the same, but nothing ends. */
#include "../../abi/ipc.h"
#include "native.h"
#include "polled.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	PATH_LENGTH = 32,
	FILE_MODE = 0600,
	PIECE = 4096,
	LEAD = 20,          /* calls of the last worker before its replica is ended */
	ROUNDS = 100,       /* of a window */
	REST = 1100000000,  /* ns; ipc/replica.c: SOON */
	SECOND = 1000000000,
};

static const char shared_file[] = "/tmp/shared";

/* Each on lines of its own: they are polled, and only grow. */
static struct {
	_Alignas(APART) atomic_ulong arrived;
	_Alignas(APART) atomic_ulong asked;
	_Alignas(APART) atomic_ulong ended;
	_Alignas(APART) atomic_ulong over;
	_Alignas(APART) atomic_ulong through;
} shared;

/* A worker's calls, in their order. */
enum step { MAKE, WRITE, CLOSE, REMOVE, LOOK, STEPS };

struct load {
	enum step step;
	int file;
	char path[PATH_LENGTH];
};

static struct load load_begin(const struct work *work)
{
	struct load load = { .step = MAKE };

	snprintf(load.path, PATH_LENGTH, "/tmp/of-%u", work->worker);
	return load;
}

static void check(bool good, const char *what)
{
	if (!good)
		fail(what, errno);
}

static void load_call(struct load *load)
{
	static const char piece[PIECE];
	struct stat known;

	switch (load->step) {
	case MAKE:
		load->file = open(load->path, O_WRONLY | O_CREAT | O_EXCL, FILE_MODE);
		check(load->file >= 0, "could not make a file in /tmp");
		break;
	case WRITE: check(pwrite(load->file, piece, PIECE, 0) == PIECE, "could not write a file in /tmp"); break;
	case CLOSE: check(!close(load->file), "could not close a file in /tmp"); break;
	case REMOVE: check(!unlink(load->path), "could not remove a file in /tmp"); break;
	default: check(!stat(shared_file, &known), "could not look at a file in /tmp");
	}
	load->step = (load->step + 1) % STEPS;
}

static void load_round(struct load *load)
{
	do
		load_call(load);
	while (load->step != MAKE);
}

static void load_end(struct load *load)
{
	if (load->step != MAKE)
		load_round(load);
}

static unsigned int last_worker(const struct work *work)
{
	return work->run->workers - 1;
}

static void end_replica(const struct work *work)
{
	long result = native_call(NATIVE_server_end, SERVER_fs, last_worker(work), 0);

	if (result)
		native_fail("could not end a replica of the file service", result);
}

/* Longer than the service remembers an end; then all begin at one moment. The number of the meeting. */
static unsigned long rest_and_meet(const struct work *work)
{
	static _Thread_local unsigned long number;

	nanosleep(&(struct timespec){ REST / SECOND, REST % SECOND }, NULL);
	atomic_fetch_add(&shared.arrived, 1);
	polled_wait(&shared.arrived, ++number * work->run->workers);
	return number;
}

static bool has_come(atomic_ulong *word, unsigned long number)
{
	return atomic_load_explicit(word, memory_order_acquire) >= number;
}

/* The last worker. */
static void be_ended(struct work *work, struct load *load, unsigned long number)
{
	bool known = false;

	for (unsigned int i = 0; i < LEAD; i++)
		load_call(load);
	window_open(work, WINDOW_ALL);
	atomic_store_explicit(&shared.asked, number, memory_order_release);
	for (bool answered = false; !answered; answered = known) {
		known = has_come(&shared.ended, number);
		load_call(load);
	}
	window_close(work, 1);
	atomic_store_explicit(&shared.over, number, memory_order_release);
}

static void restored_round(struct work *work, struct load *load)
{
	unsigned long number = rest_and_meet(work);

	if (work->worker == last_worker(work)) {
		be_ended(work, load, number);
	} else if (work->worker + 1 == last_worker(work)) {
		polled_wait(&shared.asked, number);
		end_replica(work);
		atomic_store_explicit(&shared.ended, number, memory_order_release);
	} else {
		while (!has_come(&shared.over, number))
			load_call(load);
	}
}

static void restored_run(struct work *work, unsigned long operations)
{
	struct load load = load_begin(work);

	for (unsigned long i = 0; i < operations; i++)
		restored_round(work, &load);
	load_end(&load);
}

/* One window: everybody else's rounds, and the end of the last worker's replica meanwhile, if there is to be one. */
static void beside_window(struct work *work, struct load *load, unsigned long rounds, bool ends)
{
	unsigned long number = rest_and_meet(work);

	if (work->worker != last_worker(work)) {
		window_open(work, WINDOW_OWN);
		for (unsigned long i = 0; i < rounds; i++)
			load_round(load);
		window_close(work, rounds);
		atomic_fetch_add(&shared.through, 1);
		return;
	}
	for (unsigned int i = 0; i < LEAD; i++)
		load_call(load);
	if (ends)
		end_replica(work);
	while (!has_come(&shared.through, number * last_worker(work)))
		load_call(load);
}

static void beside(struct work *work, unsigned long operations, bool ends)
{
	struct load load = load_begin(work);
	unsigned long rounds;

	for (unsigned long done = 0; done < operations; done += rounds) {
		rounds = operations - done < ROUNDS ? operations - done : ROUNDS;
		beside_window(work, &load, rounds, ends);
	}
	load_end(&load);
}

static void beside_run(struct work *work, unsigned long operations)
{
	beside(work, operations, true);
}

static void calm_run(struct work *work, unsigned long operations)
{
	beside(work, operations, false);
}

static void prepare(unsigned int workers)
{
	int file = open(shared_file, O_WRONLY | O_CREAT, FILE_MODE);

	(void)workers;
	check(file >= 0, "could not make a file in /tmp");
	close(file);
}

const struct test test_file_restored = { .name = "file_restored", .prepare = prepare, .run = restored_run };
const struct test test_file_beside = { .name = "file_beside", .prepare = prepare, .run = beside_run };
const struct test test_file_beside_calm = { .name = "file_beside_calm", .prepare = prepare, .run = calm_run };
