/* bases.c - each process has its own base of GS, however often two of them take turns on a core
 * SPDX-License-Identifier: MIT
 * The kernel does not load a base of 0 where 0 is loaded. One process has a base and lets go of it again; the other one never has any. */
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pin.h"

enum {
	ROUNDS = 300,
	ARCH_SET_GS = 0x1001, /* <asm/prctl.h> of Linux, which musl lacks */
};

static volatile uint64_t own = 1, other = 2;

/* What lies at an offset behind the base that is loaded. */
static uint64_t load(const volatile uint64_t *offset)
{
	uint64_t value;

	__asm__ volatile("mov %%gs:(%1), %0" : "=r"(value) : "r"(offset) : "memory");
	return value;
}

static void set_base(const volatile uint64_t *base)
{
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, base))
		_exit(2);
}

static bool has_no_base(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		if (load(&own) != 1)
			return false;
		sched_yield();
	}
	return true;
}

static bool has_base_now_and_then(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		set_base(&other);
		sched_yield();
		if (load(NULL) != 2)
			return false;
		if (round % 3 == 0)
			set_base(NULL);
		if (round % 3 == 0 && load(&own) != 1)
			return false;
		sched_yield();
	}
	return true;
}

int main(void)
{
	int status;
	pid_t child;

	pin(0);
	child = fork();
	if (child == 0)
		_exit(!has_no_base());
	if (!has_base_now_and_then() || waitpid(child, &status, 0) != child || status) {
		printf("bases: one has seen the other's base\n");
		return 1;
	}
	printf("bases: ok\n");
	return 0;
}
