/* hostile.c - a service attacks what it can reach, and everybody else goes on
 * SPDX-License-Identifier: MIT
 * Usage: hostile ROUNDS, or hostile look. What a service tries that is in ring 0 with a key of its own, or in ring 3, ends it: its caller hears that it has
 * died, its neighbours answer as before, and the kernel goes on. With `look` it only tries to read: what must fail where nothing protects. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/domain.h"
#include "abi/hostile.h"
#include "abi/service.h"
#include "native_call.h"
#include "pin.h"

enum { PATIENCE = 5000 /* ms */, MSR_PKRS = 0x6e1, MSR_LSTAR = 0xc0000082 };

#define ALL_RIGHTS   0
#define OTHERS_KEY   0x55155549 /* that with number 11, behind its own in each composition */
#define NO_RIGHTS    0xffffffff /* not even what the processor needs */
#define KERNELS_KEY  0x55555524

static long wrong, died;
static long class; /* of the hostile service */

static void expect(const char *what, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	printf("hostile: %s: %jd, not %jd\n", what, (intmax_t)found, (intmax_t)expected);
	wrong++;
}

static int64_t tell(enum hostile what, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	struct words words;

	for (int tries = 0; tries < PATIENCE; tries++) {
		words = (struct words){ { HOSTILE_NOTHING } };
		if (ipc_call(SERVER_hostile, &words) != STATUS_DEAD) {
			words = (struct words){ { what, a, b, c, d, e } };
			return ipc_call(SERVER_hostile, &words);
		}
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return STATUS_TIMED_OUT;
}

/* Neighbours, of whom echo may be a key away. */
static void look_around(const char *after)
{
	struct words words = { { 20 } };

	expect(after, ipc_call(SERVER_relay, &words), 20);
	words = (struct words){ { 42 << 1 } };
	expect(after, ipc_call(SERVER_echo, &words), 42);
}

static void attack(const char *how, enum hostile what, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	expect(how, tell(what, a, b, c, d, e), STATUS_DEAD);
	died++;
	look_around(how);
}

static uint64_t point(enum gate_point which)
{
	return (uint64_t)native_call(NATIVE_gate_point, which, 0, 0);
}

/* A page of the file service's store, in ring 0: of this core's shard, so that it is mapped here. */
static uint64_t store_of_another(void)
{
	close(open("/", O_RDONLY));
	return store_inner(STORE_BASE) + ((uint64_t)sched_getcpu() << STORE_SHIFT);
}

static void look(void)
{
	attack("a read of the kernel's code", HOSTILE_READ, point(GATE_POINT_TEXT), 0, 0, 0, 0);
	attack("a read of the instance", HOSTILE_READ, point(GATE_POINT_THREAD), 0, 0, 0, 0);
	attack("a read of page tables", HOSTILE_READ, point(GATE_POINT_TABLES), 0, 0, 0, 0);
	if (native_call(NATIVE_server_class, SERVER_echo, 0, 0) == 1)
		attack("a read of another service", HOSTILE_READ, domain_place(SERVER_echo), 0, 0, 0, 0);
	if (native_call(NATIVE_server_class, SERVER_fs, 0, 0) != 1)
		return;
	attack("a read of another one's store", HOSTILE_READ, store_of_another(), 0, 0, 0, 0);
	attack("a read of what another one finds at boot", HOSTILE_READ, ARCHIVE_INNER, 0, 0, 0, 0);
}

static void write_what_it_may_not(void)
{
	static uint64_t word = 7;

	attack("a write to the kernel's code", HOSTILE_WRITE, point(GATE_POINT_TEXT), 0, 0, 0, 0);
	attack("a write to the instance", HOSTILE_WRITE, point(GATE_POINT_THREAD), 0, 0, 0, 0);
	attack("a write to page tables", HOSTILE_WRITE, point(GATE_POINT_TABLES), 0, 0, 0, 0);
	attack("a write to another service's place", HOSTILE_WRITE, domain_place(SERVER_echo), 0, 0, 0, 0);
	attack("a write to another service's stacks", HOSTILE_WRITE, domain_place(SERVER_echo) + DOMAIN_SIZE / 2 + 0x7ff8, 0, 0, 0, 0);
	attack("a write to another service's store", HOSTILE_WRITE, store_of_another(), 0, 0, 0, 0);
	attack("a write to the gate's page", HOSTILE_WRITE, GATE_PAGE + GATE_CALL, 0, 0, 0, 0);
	attack("a write to its code", HOSTILE_WRITE_CODE, 0, 0, 0, 0, 0);
	attack("its data as code", HOSTILE_EXECUTE, 0, 0, 0, 0, 0);
	attack("a read at 0", HOSTILE_READ, 0, 0, 0, 0, 0);
	attack("a read at an address that is none", HOSTILE_READ, UINT64_C(1) << 62, 0, 0, 0, 0);
	attack("a read of its caller's memory", HOSTILE_READ, (uint64_t)&word, 0, 0, 0, 0);
	attack("a write to its caller's memory", HOSTILE_WRITE, (uint64_t)&word, 0, 0, 0, 0);
	attack("a jump into its caller", HOSTILE_JUMP, (uint64_t)&look, 0, 0, 0, 0);
	attack("a stack that is used up", HOSTILE_RECURSE, 1000, 0, 0, 0, 0);
	attack("an instruction that is none", HOSTILE_UNDEFINED, 0, 0, 0, 0, 0);
	attack("a division by 0", HOSTILE_DIVIDE, 0, 0, 0, 0, 0);
	expect("its caller's memory", (int64_t)word, 7);
}

/* Where a service is not to get. */
static volatile long got_there;

static _Noreturn void run_by_nobody(void)
{
	got_there = 1;
	__builtin_trap();
}

static void jump_into_the_kernel(void)
{
	static uint64_t stack[128];
	static const enum gate_point writes[] = { GATE_POINT_RAISE, GATE_POINT_LOWER, GATE_POINT_RESUME, GATE_POINT_INTERRUPT, GATE_POINT_EXCEPTION };

	for (unsigned i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		attack("a key of another's, at the gate", HOSTILE_JUMP, point(writes[i]), OTHERS_KEY, MSR_PKRS, 0, 0);
		attack("no rights at all, at the gate", HOSTILE_JUMP, point(writes[i]), NO_RIGHTS, MSR_PKRS, 0, 0);
	}
	attack("the kernel's key alone", HOSTILE_JUMP, point(GATE_POINT_LOWER), KERNELS_KEY, MSR_PKRS, 0, 0);
	attack("a key that has reserved bits", HOSTILE_JUMP, point(GATE_POINT_LOWER), 0, MSR_PKRS, 1, 0);
	attack("a key of another's, on a stack of the kernel's", HOSTILE_JUMP, point(GATE_POINT_RAISE), OTHERS_KEY, MSR_PKRS, 0, point(GATE_POINT_THREAD));
	attack("another register, where system calls begin", HOSTILE_JUMP, point(GATE_POINT_LOWER), 0, MSR_LSTAR, 0, 0);
	attack("all rights where rights are lowered", HOSTILE_JUMP, point(GATE_POINT_LOWER), ALL_RIGHTS, MSR_PKRS, 0, 0);
	attack("all rights on the way out", HOSTILE_JUMP, point(GATE_POINT_RESUME), ALL_RIGHTS, MSR_PKRS, 0, 0);
	attack("the middle of the gate", HOSTILE_JUMP, point(GATE_POINT_INSIDE), 0, 0, 0, 0);
	attack("the kernel's first instruction", HOSTILE_JUMP, point(GATE_POINT_TEXT), 0, 0, 0, 0);
	attack("a forged interrupt", HOSTILE_FORGE, point(GATE_POINT_LANDING), point(GATE_POINT_TEXT), point(GATE_POINT_INTERRUPT), 0, 0);
	attack("an exception that there was not", HOSTILE_JUMP, point(GATE_POINT_EXCEPTION), ALL_RIGHTS, MSR_PKRS, 0, point(GATE_POINT_LANDING));
	attack("a call on a stack that is the kernel's", HOSTILE_CALL_ON, point(GATE_POINT_THREAD), 0, 0, 0, 0);
	attack("a call that leads back into the program", HOSTILE_CALL_FROM, (uint64_t)&run_by_nobody, (uint64_t)(stack + 64), 0, 0, 0);
	expect("whether the service has run the program's code", got_there, 0);
	attack("a call that leads back into the kernel", HOSTILE_CALL_FROM, point(GATE_POINT_TEXT), 0, 0, 0, 0);
	attack("a call that leads back nowhere", HOSTILE_CALL_FROM, UINT64_C(1) << 62, 0, 0, 0, 0);
	attack("a call on no stack", HOSTILE_CALL_ON, UINT64_C(1) << 62, 0, 0, 0, 0);
}

/* What harms nobody is answered. The gate does not use its caller's stack. */
static void harmless(void)
{
	expect("all rights where the gate takes them, which is a call of nobody", tell(HOSTILE_JUMP, point(GATE_POINT_RAISE), ALL_RIGHTS, MSR_PKRS, 0, 0), -1);
	look_around("a call of nobody");
	expect("a return on a stack of the kernel's", tell(HOSTILE_RETURN_ON, point(GATE_POINT_THREAD), 0, 0, 0, 0), 0);
	expect("a return with the direction flag set", tell(HOSTILE_BACKWARDS, 0, 0, 0, 0, 0), 0);
	look_around("a direction");
	expect("a read of the gate's page", tell(HOSTILE_READ, GATE_PAGE + GATE_CALL, 0, 0, 0, 0) > 0, 1);
}

/* What the gate answers to whom it is not meant for, or for nothing. */
static void ask_for_what_it_has_not(void)
{
	expect("pages of a store", tell(HOSTILE_ASK, IPC_STORE_FILL, STORE_BASE, 1, 0, 0), STATUS_NOT_ALLOWED);
	expect("to give them back", tell(HOSTILE_ASK, IPC_STORE_DROP, STORE_BASE, 1, 0, 0), STATUS_NOT_ALLOWED);
	expect("memory that nobody lends", tell(HOSTILE_ASK, IPC_COPY_IN, STORE_BASE, 0, 8, 0), STATUS_BAD_ARGUMENT);
	expect("to write there", tell(HOSTILE_ASK, IPC_COPY_OUT_WHILE, STORE_BASE, 0, 8, 0), STATUS_BAD_ARGUMENT);
	expect("a service that it may not call", tell(HOSTILE_ASK, IPC_CALL + SERVER_fs, 0, 0, 0, 0), STATUS_NOT_ALLOWED);
	expect("the same on another core", tell(HOSTILE_ASK, IPC_CALL_AT + SERVER_fs, 0, 0, 0, 0), STATUS_NOT_ALLOWED);
	expect("a service that is not there", tell(HOSTILE_ASK, IPC_CALL + SERVER_COUNT, 0, 0, 0, 0), STATUS_NO_CALL);
	look_around("after what it has not");
}

static void loop(void)
{
	pid_t other = fork();
	int status;

	while (!other) /* until it is killed */
		;
	expect("a loop beside others", tell(HOSTILE_LOOP, class == 1 ? GATE_PAGE : (uint64_t)0x20000000 + 0x7ff8, 0, 0, 0, 0), STATUS_DEAD);
	kill(other, SIGKILL);
	waitpid(other, &status, 0);
	look_around("a loop");
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? atol(argv[1]) : 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	class = native_call(NATIVE_server_class, SERVER_hostile, 0, 0);
	pin(native_call(NATIVE_core_count, 0, 0, 0) - 1);
	look_around("before anything");
	if (argc == 2 && !strcmp(argv[1], "look"))
		look();
	for (long round = 0; round < rounds; round++) {
		look();
		write_what_it_may_not();
		jump_into_the_kernel();
		if (class == 1)
			harmless();
		ask_for_what_it_has_not();
		loop();
	}
	printf("hostile: class %ld, %ld attacks, %ld wrong\n", class, died, wrong);
	return wrong != 0;
}
