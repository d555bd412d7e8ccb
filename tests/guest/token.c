/* token.c - objects shared by address token: who may read, change and write them, and who may not
 * SPDX-License-Identifier: MIT
 * A maker and its child, on every pair of cores. What must be refused is tried as well: each refusal has its own error, and a reach for
 * a page without a token ends at the landing. */
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/kernel.h"
#include "abi/token.h"
#include "native_call.h"
#include "pin.h"
#include "scalability-tests/guest/token_access.h"

static int wrong;

static void expect(const char *what, long result, long expected)
{
	if (result == expected)
		return;
	printf("token: process %d on core %d: %s: %ld, expected %ld\n", getpid(), sched_getcpu(), what, result, expected);
	wrong++;
}

static long load(uint64_t address)
{
	struct token_value loaded = token_load(address);

	return loaded.error ? loaded.error : (long)loaded.value;
}

static long create(enum object_type type)
{
	long token = native_call(NATIVE_token_create, type, 0, 0);

	expect("token_create lies in the window", token >= (long)TOKEN_WINDOW && token < (long)TOKEN_WINDOW_END, 1);
	return token;
}

/* Where two processes meet; one says a number, the other waits for it. */
static atomic_int *meeting;

static void say(int step)
{
	atomic_store(meeting, step);
}

static void wait_for(int step)
{
	while (atomic_load(meeting) != step)
		sched_yield();
}

static void refused(long token)
{
	expect("token_write by who has no token", native_call(NATIVE_token_write, token, 1, 1), -ENOENT);
	expect("token_grant by who has no token", native_call(NATIVE_token_grant, token, getpid(), TOKEN_READ), -ENOENT);
	expect("token_destroy by who has no token", native_call(NATIVE_token_destroy, token, 0, 0), -ENOENT);
	expect("a load without a token", load((uint64_t)token), -EFAULT);
	expect("a store without a token", token_store((uint64_t)token, 1), -EFAULT);
}

/* The child: has nothing, may read, has nothing; may change a board; sees an object end. */
static void child(long core, long values, long board)
{
	pin(core);
	expect("token_landing", token_access_open(), 0);
	refused(values);
	say(1);
	wait_for(2);
	expect("a load by a token", load((uint64_t)values + 8), 42);
	expect("a store by a token for reading", token_store((uint64_t)values + 8, 1), -EFAULT);
	expect("token_write with a token for reading", native_call(NATIVE_token_write, values, 1, 1), -EPERM);
	expect("token_grant by who has not made it", native_call(NATIVE_token_grant, values, getpid(), TOKEN_READ), -EPERM);
	expect("token_destroy by who has not made it", native_call(NATIVE_token_destroy, values, 0, 0), -EPERM);
	say(3);
	wait_for(4);
	refused(values);
	expect("token_write with the right to", native_call(NATIVE_token_write, board, 511, 7), 0);
	expect("a load of what the kernel wrote", load((uint64_t)board + 511 * 8), 7);
	expect("the kernel counts what it writes", load((uint64_t)board), 2);
	expect("a store to a board", token_store((uint64_t)board + 8, 1), -EFAULT);
	say(5);
	wait_for(6);
	expect("a load of what has ended", load((uint64_t)board), -EFAULT);
	_exit(wrong != 0);
}

static void end_of(pid_t process, int expected)
{
	int status = 0;

	expect("waitpid", waitpid(process, &status, 0), process);
	expect("the child's status", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), expected);
}

static void share_with_child(long core, long childs)
{
	long values, board;
	pid_t process;

	pin(core);
	expect("token_landing", token_access_open(), 0);
	say(0);
	values = create(OBJECT_VALUES);
	board = create(OBJECT_BOARD);
	expect("a store by its maker", token_store((uint64_t)values + 8, 41), 0);
	expect("token_write by its maker", native_call(NATIVE_token_write, values, 1, 42), 0);
	expect("a load by its maker", load((uint64_t)values + 8), 42);
	expect("token_read", native_call(NATIVE_token_read, values, 1, 0), 42);
	expect("a store to a board", token_store((uint64_t)board + 8, 1), -EFAULT);
	expect("token_write of a word of the kernel's", native_call(NATIVE_token_write, board, 0, 1), -EINVAL);
	expect("token_write beyond the page", native_call(NATIVE_token_write, board, 512, 1), -EINVAL);
	expect("token_write", native_call(NATIVE_token_write, board, 1, 1), 0);
	process = fork();
	if (process == 0)
		child(childs, values, board);
	wait_for(1);
	expect("a right that there is not", native_call(NATIVE_token_grant, values, process, 8), -EINVAL);
	expect("a board to be written", native_call(NATIVE_token_grant, board, process, TOKEN_READ | TOKEN_WRITE), -EINVAL);
	expect("token_grant", native_call(NATIVE_token_grant, values, process, TOKEN_READ), 0);
	expect("token_grant again", native_call(NATIVE_token_grant, values, process, TOKEN_READ), -EEXIST);
	say(2);
	wait_for(3);
	expect("token_revoke", native_call(NATIVE_token_revoke, values, process, 0), 0);
	expect("token_revoke again", native_call(NATIVE_token_revoke, values, process, 0), -ENOENT);
	expect("token_grant of a board", native_call(NATIVE_token_grant, board, process, TOKEN_READ | TOKEN_CHANGE), 0);
	say(4);
	wait_for(5);
	expect("token_destroy", native_call(NATIVE_token_destroy, board, 0, 0), 0);
	expect("token_destroy again", native_call(NATIVE_token_destroy, board, 0, 0), -ENOENT);
	say(6);
	end_of(process, 0);
	expect("token_grant to who has ended", native_call(NATIVE_token_grant, values, process, TOKEN_READ), -ESRCH);
	expect("token_destroy", native_call(NATIVE_token_destroy, values, 0, 0), 0);
}

/* A child makes an object and grants it to its parent; its end ends that. */
static void end_of_the_maker(long core, long childs)
{
	pid_t process, self = getpid();
	long token = 0;

	pin(core);
	say(0);
	process = fork();
	if (process == 0) {
		pin(childs);
		token = create(OBJECT_VALUES);
		meeting[1] = (int)((token - (long)TOKEN_WINDOW) / 4096);
		*(volatile uint64_t *)token = 99;
		expect("token_grant to one's parent", native_call(NATIVE_token_grant, token, self, TOKEN_READ | TOKEN_WRITE), 0);
		say(1);
		wait_for(2);
		_exit(wrong != 0);
	}
	wait_for(1);
	token = (long)TOKEN_WINDOW + meeting[1] * 4096L;
	expect("a load by token", load((uint64_t)token), 99);
	expect("a store by token", token_store((uint64_t)token, 100), 0);
	say(2);
	end_of(process, 0);
	for (unsigned tries = 0; tries < 100000 && !token_load((uint64_t)token).error; tries++)
		sched_yield(); /* the end is told of, and does not wait for us */
	expect("a load of what has ended with its maker", load((uint64_t)token), -EFAULT);
}

static void the_window_is_no_memory(void)
{
	void *place = (void *)TOKEN_WINDOW;

	expect("mmap in the window", (long)mmap(place, 4096, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -1);
	expect("munmap in the window", munmap(place, 4096), -1);
	expect("mprotect in the window", mprotect(place, 4096, PROT_READ | PROT_WRITE), -1);
	for (uint64_t frame = 0; frame < UINT64_C(1) << 31; frame += UINT64_C(0x1ff000)) {
		expect("token_write with a number made up", native_call(NATIVE_token_write, (long)(TOKEN_WINDOW + frame), 1, 1), -ENOENT);
		expect("a load at a number made up", load(TOKEN_WINDOW + frame), -EFAULT);
	}
	expect("no type", native_call(NATIVE_token_create, 77, 0, 0), -EINVAL);
	expect("no page", native_call(NATIVE_token_write, (long)TOKEN_WINDOW + 8, 1, 1), -ENOENT);
}

int main(void)
{
	long cores = native_call(NATIVE_core_count, 0, 0, 0), step = cores > 4 ? 5 : 1;

	meeting = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect("token_landing", token_access_open(), 0);
	the_window_is_no_memory();
	for (long here = 0; here < cores; here += step)
		for (long there = 0; there < cores; there += step) {
			share_with_child(here, there);
			end_of_the_maker(here, there);
		}
	printf("token: %ld cores, %d wrong\n", cores, wrong);
	return wrong != 0;
}
