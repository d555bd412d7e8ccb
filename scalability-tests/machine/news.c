/* news.c - a count, and a bit for each core
 * SPDX-License-Identifier: MIT */
#include "news.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "carrier.h"

enum { NANOSECONDS = 1000000000 };

atomic_int news;

static int seen; /* the carrier's */
static _Atomic uint64_t posted[CARRIER_CORES / NEWS_WORD_CORES];

void news_count(void)
{
	atomic_fetch_add(&news, 1);
	syscall(SYS_futex, &news, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void news_post(unsigned int core)
{
	atomic_fetch_or(&posted[core / NEWS_WORD_CORES], UINT64_C(1) << core % NEWS_WORD_CORES);
	news_count();
}

bool news_unseen(void)
{
	return atomic_load_explicit(&news, memory_order_relaxed) != seen;
}

void news_take(void)
{
	seen = atomic_load(&news);
}

uint64_t news_posted(unsigned int word)
{
	return atomic_exchange(&posted[word], 0);
}

bool news_wait(uint64_t longest)
{
	struct timespec duration = { (time_t)(longest / NANOSECONDS), (long)(longest % NANOSECONDS) };

	return !syscall(SYS_futex, &news, FUTEX_WAIT_PRIVATE, seen, longest ? &duration : NULL, NULL, 0) || errno != ETIMEDOUT;
}
