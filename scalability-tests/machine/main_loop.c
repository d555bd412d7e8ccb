/* main_loop.c - a moment, and an event descriptor
 * SPDX-License-Identifier: MIT */
#include "main_loop.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "news.h"

static _Atomic uint64_t timer;
static atomic_bool asked, awake;
static int fd = -1;

static _Thread_local bool has_seen;
static _Thread_local uint64_t seen;

void main_loop_start(void)
{
	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0) {
		perror("model: no descriptor to wake the emulator's main loop with");
		exit(1);
	}
	atomic_store(&timer, 0);
	atomic_store(&awake, true);
}

uint64_t main_loop_timer(void)
{
	return atomic_load_explicit(&timer, memory_order_relaxed);
}

void main_loop_ask(void)
{
	uint64_t one = 1;

	atomic_store(&asked, true);
	(void)!write(fd, &one, sizeof(one)); /* it fails only where earlier ones have not been read */
}

bool main_loop_asked(void)
{
	return atomic_load(&asked);
}

bool main_loop_looks(void)
{
	return atomic_load(&asked) || atomic_load(&awake);
}

void main_loop_sleeps(uint64_t duration)
{
	atomic_store(&timer, duration < MAIN_LOOP_NO_TIMER - seen ? seen + duration : MAIN_LOOP_NO_TIMER);
	atomic_store(&awake, false);
	news_count();
}

int main_loop_fd(void)
{
	return fd;
}

void main_loop_wakes(uint64_t (*now)(void))
{
	uint64_t count;

	atomic_store(&awake, true);
	if (read(fd, &count, sizeof(count)) > 0)
		atomic_store(&asked, false);
	seen = now();
	has_seen = true;
}

bool main_loop_sees(uint64_t *moment)
{
	*moment = seen;
	return has_seen;
}
