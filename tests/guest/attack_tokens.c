/* attack_tokens.c - forged tokens, stale ones, and those that were taken back (attack.h)
 * SPDX-License-Identifier: MIT
 * One process makes an object, the other one attacks it; they meet at a number in memory that they share. */
#include "attack.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/domain.h"
#include "abi/kernel.h"
#include "abi/service.h"
#include "abi/token.h"
#include "pin.h"
#include "scalability-tests/guest/token_access.h"

enum { PAGE = 4096, TRIES = 1000 };

static long token;
static pid_t maker;
static long attackers_core; /* 0: the maker's */
static atomic_int *meeting;

static long create(enum object_type type)
{
	meeting = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	token = native_call(NATIVE_token_create, type, 0, 0);
	maker = getpid();
	if (token < 0)
		_exit(ATTACK_NOT_MADE);
	return token;
}

static void wait_for(int step)
{
	while (atomic_load(meeting) != step) /* bounded: by the other process, which comes there */
		sched_yield();
}

static int attack_load(void) { return load_at((uint64_t)token + 8); }
static int attack_store(void) { return store_at((uint64_t)token + 8); }
static int attack_jump(void) { return jump_to((uint64_t)token + 8); }
static int attack_write(void) { return by_answer(native_call(NATIVE_token_write, token, 1, 1)); }
static int attack_read(void) { return by_answer(native_call(NATIVE_token_read, token, 1, 0)); }
static int attack_grant(void) { return by_answer(native_call(NATIVE_token_grant, token, attack_parent, TOKEN_READ)); }
static int attack_revoke(void) { return by_answer(native_call(NATIVE_token_revoke, token, maker, 0)); }
static int attack_destroy(void) { return by_answer(native_call(NATIVE_token_destroy, token, 0, 0)); }

/* By a process that has no token. */
static int without_token(int (*attack)(void))
{
	create(OBJECT_VALUES);
	return by_another(attack);
}

int program_token_guess_load(void) { return without_token(attack_load); }
int program_token_guess_store(void) { return without_token(attack_store); }
int program_token_guess_jump(void) { return without_token(attack_jump); }
int program_token_not_granted(void) { return without_token(attack_write); }
int program_token_read_not_granted(void) { return without_token(attack_read); }

/* By one that has it, with these rights; before `between`, it has loaded from it. Its signal is this process's. */
static int with_token(unsigned rights, int (*attack)(void), long (*between)(pid_t attacker))
{
	pid_t attacker;
	int status;

	create(OBJECT_VALUES);
	attacker = fork();
	if (!attacker) {
		if (attackers_core)
			pin(attackers_core);
		wait_for(1);
		(void)*(volatile uint64_t *)token;
		atomic_store(meeting, 2);
		wait_for(3);
		_exit(attack());
	}
	if (native_call(NATIVE_token_grant, token, attacker, rights))
		return ATTACK_NOT_MADE;
	atomic_store(meeting, 1);
	wait_for(2);
	if (between && between(attacker))
		return ATTACK_NOT_MADE;
	atomic_store(meeting, 3);
	if (waitpid(attacker, &status, 0) != attacker)
		return ATTACK_NOT_MADE;
	if (WIFSIGNALED(status))
		kill(getpid(), WTERMSIG(status));
	return WEXITSTATUS(status);
}

int program_token_grant_not_own(void) { return with_token(TOKEN_READ, attack_grant, NULL); }
int program_token_revoke_not_own(void) { return with_token(TOKEN_READ, attack_revoke, NULL); }
int program_token_destroy_not_own(void) { return with_token(TOKEN_READ, attack_destroy, NULL); }
int program_token_change_to_read(void) { return with_token(TOKEN_READ, attack_write, NULL); }
int program_token_store_to_read(void) { return with_token(TOKEN_READ, attack_store, NULL); }

static long revoke(pid_t attacker)
{
	return native_call(NATIVE_token_revoke, token, attacker, 0);
}

int program_token_revoked_call(void) { return with_token(TOKEN_READ | TOKEN_CHANGE, attack_write, revoke); }

/* Object and spaces are the first core's; the attacker loads on the last one, whose page tables have the page then, and which must be told. */
static int from_the_last_core(unsigned rights, int (*attack)(void))
{
	attackers_core = native_call(NATIVE_core_count, 0, 0, 0) - 1;
	pin(0);
	return with_token(rights, attack, revoke);
}

int program_token_revoked_load(void) { return from_the_last_core(TOKEN_READ, attack_load); }
int program_token_revoked_store(void) { return from_the_last_core(TOKEN_READ | TOKEN_WRITE, attack_store); }

/* The object ends, and others are made until one lies where it lay. */
static long replace(pid_t attacker)
{
	long stale = token;

	(void)attacker;
	if (native_call(NATIVE_token_destroy, stale, 0, 0))
		return 1;
	for (int tries = 0; tries < TRIES; tries++)
		if (native_call(NATIVE_token_create, OBJECT_VALUES, 0, 0) == stale)
			return 0;
	return 1;
}

int program_token_stale(void) { return with_token(TOKEN_READ | TOKEN_CHANGE, attack_write, replace); }

int program_token_write_to_board(void)
{
	return by_answer(native_call(NATIVE_token_grant, create(OBJECT_BOARD), attack_parent, TOKEN_READ | TOKEN_WRITE));
}

int program_token_kernels_word(void)
{
	return by_answer(native_call(NATIVE_token_write, create(OBJECT_BOARD), 0, 77));
}

int program_token_beyond(void)
{
	return native_call(NATIVE_token_write, create(OBJECT_VALUES), 512, 77) >= 0 || native_call(NATIVE_token_write, token, UINT64_MAX, 77) >= 0 ||
	       native_call(NATIVE_token_read, token, 512, 0) >= 0;
}

/* Every call that names one. */
static int is_no_token(long name)
{
	int went = native_call(NATIVE_token_write, name, 1, 1) >= 0;

	went |= native_call(NATIVE_token_read, name, 1, 0) >= 0;
	went |= native_call(NATIVE_token_grant, name, attack_parent, TOKEN_READ) >= 0;
	went |= native_call(NATIVE_token_revoke, name, attack_parent, 0) >= 0;
	return went | (native_call(NATIVE_token_destroy, name, 0, 0) >= 0);
}

int program_token_guess_calls(void)
{
	static const long places[] = { 0, 8, 0x1000, LONG_MAX, LONG_MIN, -1, TOKEN_WINDOW_END, TOKEN_WINDOW_END - PAGE, GATE_PAGE };
	int went = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		went |= is_no_token(places[i]);
	for (uint64_t frame = 0; frame < UINT64_C(1) << 30; frame += UINT64_C(0x7ff000))
		went |= is_no_token((long)(TOKEN_WINDOW + frame));
	return went;
}

int program_token_misaligned(void)
{
	create(OBJECT_VALUES);
	return is_no_token(token + 8) | is_no_token(token + 1) | is_no_token(token - 8);
}

int program_token_of_kernel(void)
{
	return is_no_token((long)(TOKEN_BASE + (uint64_t)(create(OBJECT_VALUES) - (long)TOKEN_WINDOW)));
}

int program_token_for_nobody(void)
{
	static const long nobodies[] = { 0, -1, 99999, INT_MAX, INT_MIN, LONG_MAX };
	int went = 0;

	create(OBJECT_VALUES);
	for (size_t i = 0; i < sizeof(nobodies) / sizeof(*nobodies); i++)
		went |= native_call(NATIVE_token_grant, token, nobodies[i], TOKEN_READ) >= 0;
	return went;
}

int program_landing_in_kernel(void)
{
	return native_call(NATIVE_token_landing, (long)point(GATE_POINT_SPARE_RETURN), 0, 0) >= 0 ||
	       native_call(NATIVE_token_landing, (long)NO_ADDRESS, 0, 0) >= 0 || native_call(NATIVE_token_landing, 0x00007ffffffff000, 0, 0) >= 0;
}

int program_call_from_landing(void)
{
	int went = token_access_open() != 0;

	for (int i = 0; i < 100; i++) {
		struct words words = { { 42 << 1 } };

		went |= !token_load(TOKEN_WINDOW + PAGE).error;
		went |= ipc_call(SERVER_echo, &words) != 42;
		went |= !token_store(TOKEN_WINDOW + PAGE, 1);
		went |= ipc_call(IPC_HERE - IPC_CALL, &(struct words){ { 0 } }) >= 0;
		went |= ipc_call((unsigned)(IPC_RETURN - IPC_CALL), &(struct words){ { 0 } }) >= 0;
	}
	return went;
}
