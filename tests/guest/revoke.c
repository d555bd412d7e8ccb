/* revoke.c - nobody reads a page by a token that has been taken back
 * SPDX-License-Identifier: MIT
 * Usage: revoke [ROUNDS]. In each round a maker grants an object to a process whose threads, one on every other core, load from it in a tight
 * loop. When all have read it for a while, the maker takes the token back, and when that call returns it writes poison into the page. A reader
 * must find the round's value or no page, never poison, and each must come to its landing once in every round.
 * `make guest-long` does a million rounds. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/kernel.h"
#include "abi/token.h"
#include "native_call.h"
#include "pin.h"
#include "scalability-tests/guest/token_access.h"

enum {
	CORES = 256,
	APART = 128,
	STRETCH = 100,   /* loads without a break */
	LATE_MAX = 1000, /* loads that are too late, in a round, until a reader gives up */
};

static const uint64_t poison = 0xdeadULL << 40;

/* Between the maker and the readers; what each writes is on lines of its own. */
static struct {
	_Alignas(APART) atomic_ulong round; /* with its token, until the next one */
	uint64_t token;
	struct reader {
		_Alignas(APART) atomic_ulong holds, lost; /* rounds */
		unsigned long loads, late, faults;
	} reader[CORES];
} *shared;

static unsigned long rounds;
static long readers;

static void must(long result, const char *what)
{
	if (result >= 0)
		return;
	printf("revoke: %s: %ld\n", what, result);
	exit(1);
}

static void read_until_lost(long core, unsigned long round)
{
	struct reader *own = &shared->reader[core];
	uint64_t token = shared->token;
	unsigned long loads = 0, late = 0;
	struct token_value loaded;

	while (!(loaded = token_load(token)).error && late < LATE_MAX) {
		late += loaded.value != round;
		if (++loads % STRETCH)
			continue;
		atomic_store(&own->holds, round);
		__asm__ volatile("pause"); /* where cores share one of a host, the next one's turn */
	}
	own->loads += loads;
	own->late += late;
	own->faults += loaded.error == -EFAULT;
	atomic_store(&own->lost, round);
}

static void *read_on(void *argument)
{
	long core = (long)argument;

	pin(core);
	must(token_access_open(), "token_landing");
	for (unsigned long round = 1; round <= rounds; round++) {
		while (atomic_load(&shared->round) < round)
			__asm__ volatile("pause");
		read_until_lost(core, round);
	}
	return NULL;
}

static void read_on_every_other_core(void)
{
	pthread_t thread[CORES];

	for (long core = 1; core <= readers; core++)
		must(-pthread_create(&thread[core], NULL, read_on, (void *)core), "a thread");
	for (long core = 1; core <= readers; core++)
		pthread_join(thread[core], NULL);
	_exit(0);
}

static void share_and_take_back(pid_t process, unsigned long round)
{
	long token = native_call(NATIVE_token_create, OBJECT_VALUES, 0, 0);

	must(token, "token_create");
	*(volatile uint64_t *)token = round;
	must(native_call(NATIVE_token_grant, token, process, TOKEN_READ), "token_grant");
	shared->token = (uint64_t)token;
	atomic_store(&shared->round, round);
	for (long core = 1; core <= readers; core++)
		while (atomic_load(&shared->reader[core].holds) < round)
			__asm__ volatile("pause");
	must(native_call(NATIVE_token_revoke, token, process, 0), "token_revoke");
	*(volatile uint64_t *)token = poison;
	for (long core = 1; core <= readers; core++)
		while (atomic_load(&shared->reader[core].lost) < round)
			__asm__ volatile("pause");
	must(native_call(NATIVE_token_destroy, token, 0, 0), "token_destroy");
}

int main(int argc, char **argv)
{
	unsigned long loads = 0, late = 0, faults = 0;
	pid_t process;

	rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	readers = native_call(NATIVE_core_count, 0, 0, 0) - 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || readers < 1) {
		printf("revoke: needs memory, and two cores at least\n");
		return 1;
	}
	pin(0);
	process = fork();
	if (process == 0)
		read_on_every_other_core();
	must(process, "fork");
	for (unsigned long round = 1; round <= rounds; round++)
		share_and_take_back(process, round);
	waitpid(process, NULL, 0);
	for (long core = 1; core <= readers; core++) {
		loads += shared->reader[core].loads;
		late += shared->reader[core].late;
		faults += shared->reader[core].faults;
	}
	printf("revoke: %lu rounds, %lu loads by %ld readers, %lu of them too late, %lu faults\n", rounds, loads, readers, late, faults);
	return late || faults != rounds * (unsigned long)readers;
}
