/* futex_test.c - futexes: who sleeps on what, who is woken, in which order; against an array
 * SPDX-License-Identifier: MIT
 * The kernel's functions are stand-ins: a call is served at once, at the home that the frame's address names, and
 * answers are noted. Frames are of this test's memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "abi/kernel.h"
#include "services/linux/errno.h"
#include "services/linux/futex.h"
#include "services/linux/process.h"
#include "services/linux/time.h"
#include "tests/unit/host_frames.h"
#include "tests/unit/physical_memory.h"

enum {
	PAGES = 3,
	USER_PAGE = 0x400000, /* where the program sees the first */
	CORES = 5,
	SLEEPERS = 40,
	ROUNDS = 60000,
};

/* Numbers of Linux's ABI. */
enum {
	WAIT = 0,
	WAKE = 1,
	REQUEUE = 3,
	COMPARE_REQUEUE = 4,
	WAIT_BITS = 9,
	WAKE_BITS = 10,
	PRIVATE = 128,
};

static struct host_frames frames;
static uint64_t page[PAGES];
static struct task tasks[SLEEPERS];
static unsigned self; /* the thread that makes the call */
static uint64_t deadline_set;
static uintptr_t space_of_caller; /* stands for the caller's address space */
static uint64_t moved_page, shared_page; /* physical; 0: none */

static struct {
	unsigned count;
	unsigned who[SLEEPERS];
	int64_t result[SLEEPERS];
} answers;

void *kernel_page_take(void)
{
	uint64_t frame = host_frames_take(&frames);

	return frame ? direct(frame) : NULL;
}

unsigned kernel_home_of(uint64_t physical)
{
	return (unsigned)(physical / PAGE_SIZE % CORES);
}

struct task *kernel_task(void)
{
	return &tasks[self];
}

struct reply_to kernel_reply_to(const struct task *task)
{
	return (struct reply_to){ 7, (uint64_t)(task - tasks) };
}

void kernel_reply(struct reply_to to, int64_t result)
{
	assert_int_equal(to.core, 7);
	answers.who[answers.count] = (unsigned)to.cookie;
	answers.result[answers.count++] = result;
}

static int64_t serve(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	struct call call = { .reply_to = kernel_reply_to(kernel_task()), .operation = operation };

	assert_int_equal(service, SERVICE_LINUX);
	assert_int_equal(core, kernel_home_of(word[0]));
	memcpy(call.word, word, sizeof(call.word));
	return futex_serve(&call);
}

int64_t kernel_call(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	return serve(core, service, operation, word);
}

void kernel_notify(unsigned core, enum service service, unsigned operation, const uint64_t word[CALL_WORDS])
{
	(void)serve(core, service, operation, word);
}

struct vspace *kernel_vspace(void)
{
	return (struct vspace *)space_of_caller;
}

/* The page that `moved_page` begins has moved; the one of `shared_page` is shared. */
uint64_t kernel_page_key(const struct vspace *space, uint64_t address, uint64_t physical)
{
	(void)address;
	if (moved_page && physical / PAGE_SIZE == moved_page / PAGE_SIZE)
		return 0;
	return shared_page && physical / PAGE_SIZE == shared_page / PAGE_SIZE ? 1 : 2 + (uint64_t)space;
}

void kernel_set_deadline(uint64_t deadline)
{
	deadline_set = deadline;
}

status_t kernel_physical_of(uint64_t address, uint64_t *physical)
{
	uint64_t which = (address - USER_PAGE) / PAGE_SIZE;

	if (which >= PAGES)
		return STATUS_BAD_ADDRESS;
	*physical = page[which] | address % PAGE_SIZE;
	return STATUS_OK;
}

status_t time_deadline(uint64_t user, enum time_form form, uint64_t *deadline)
{
	if (user == 1 || user == 2)
		return user == 1 ? STATUS_BAD_ARGUMENT : STATUS_BAD_ADDRESS;
	*deadline = user + (form == TIME_RELATIVE ? 1000000 : 0);
	return STATUS_OK;
}

static int start(void **state)
{
	(void)state;
	if (!frames.memory) {
		host_frames_open(&frames);
		for (unsigned i = 0; i < PAGES; i++)
			page[i] = host_frames_take(&frames);
	}
	frames.limit = HOST_FRAMES_MAX;
	memset(tasks, 0, sizeof(tasks));
	for (unsigned i = 0; i < PAGES; i++)
		memset(direct(page[i]), 0, PAGE_SIZE);
	answers.count = 0;
	self = 0;
	deadline_set = 0;
	space_of_caller = 0;
	moved_page = shared_page = 0;
	return 0;
}

static uint32_t *word_of(uint64_t address)
{
	uint64_t physical;

	assert_int_equal(kernel_physical_of(address, &physical), STATUS_OK);
	return direct(physical);
}

static int64_t call(unsigned who, uint64_t address, uint64_t command, uint64_t value, uint64_t fourth, uint64_t sixth)
{
	struct registers registers = { .rdi = address, .rsi = command, .rdx = value, .r10 = fourth, .r9 = sixth };

	self = who;
	return linux_futex(&registers);
}

static void sleep_on(unsigned who, uint64_t address)
{
	assert_int_equal(call(who, address, WAIT | PRIVATE, *word_of(address), 0, 0), CALL_PARKED);
}

static void assert_answers(unsigned count, const unsigned *who, int64_t result)
{
	assert_int_equal(answers.count, count);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(answers.who[i], who[i]);
		assert_int_equal(answers.result[i], result);
	}
	answers.count = 0;
}

static void a_wait_for_another_value_does_not_sleep(void **state)
{
	(void)state;
	*word_of(USER_PAGE + 8) = 3;
	assert_int_equal(call(1, USER_PAGE + 8, WAIT, 2, 77, 0), -LINUX_EAGAIN);
	assert_int_equal(deadline_set, 0);
	assert_null(tasks[1].cancel);
	assert_int_equal(call(1, USER_PAGE + 8, WAKE, 1, 0, 0), 0);
	assert_int_equal(call(1, USER_PAGE + 8, WAIT, UINT64_C(0xdead00000003), 0, 0), CALL_PARKED);
	assert_int_equal(call(2, USER_PAGE + 8, WAKE, 1, 0, 0), 1);
	assert_answers(1, (unsigned[]){ 1 }, 0);
}

static void the_oldest_are_woken_first_and_no_more_than_asked(void **state)
{
	(void)state;
	for (unsigned who = 1; who <= 5; who++)
		sleep_on(who, USER_PAGE + 64);
	assert_int_equal(call(0, USER_PAGE + 64, WAKE, 2, 0, 0), 2);
	assert_answers(2, (unsigned[]){ 1, 2 }, 0);
	assert_int_equal(call(0, USER_PAGE + 68, WAKE, INT32_MAX, 0, 0), 0);
	assert_int_equal(call(0, USER_PAGE + 64, WAKE, 0, 0, 0), 0);
	assert_int_equal(futex_wake_user(USER_PAGE + 64, INT32_MAX), 3);
	assert_answers(3, (unsigned[]){ 3, 4, 5 }, 0);
}

static void a_wake_reaches_those_whose_bits_it_has(void **state)
{
	(void)state;
	assert_int_equal(call(1, USER_PAGE, WAIT_BITS, 0, 0, 1), CALL_PARKED);
	assert_int_equal(call(2, USER_PAGE, WAIT_BITS, 0, 0, 2), CALL_PARKED);
	assert_int_equal(call(3, USER_PAGE, WAIT_BITS, 0, 0, 3), CALL_PARKED);
	assert_int_equal(call(0, USER_PAGE, WAKE_BITS, 9, 0, 4), 0);
	assert_int_equal(call(0, USER_PAGE, WAKE_BITS, 9, 0, 2), 2);
	assert_answers(2, (unsigned[]){ 2, 3 }, 0);
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 1);
	assert_answers(1, (unsigned[]){ 1 }, 0);
}

static uint64_t physical_of(uint64_t address)
{
	uint64_t physical;

	assert_int_equal(kernel_physical_of(address, &physical), STATUS_OK);
	return physical;
}

static void who_shares_a_page_is_woken_from_any_space(void **state)
{
	(void)state;
	shared_page = physical_of(USER_PAGE);
	sleep_on(1, USER_PAGE);
	space_of_caller = 1;
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 1);
	assert_answers(1, (unsigned[]){ 1 }, 0);
}

static void when_a_page_moves_its_sleepers_look_again(void **state)
{
	uint64_t frame = physical_of(USER_PAGE);
	struct call moved = { .operation = LINUX_FUTEX_MOVED, .word = { frame, 2 } };

	(void)state;
	sleep_on(1, USER_PAGE);
	sleep_on(2, USER_PAGE);
	space_of_caller = 1;
	sleep_on(3, USER_PAGE);
	assert_int_equal(futex_serve(&moved), 0);
	assert_answers(2, (unsigned[]){ 2, 1 }, 0);
	space_of_caller = 0;
	moved_page = frame;
	assert_int_equal(call(1, USER_PAGE, WAIT, 0, 0, 0), 0); /* it was on its way */
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 0);
	moved_page = 0;
	space_of_caller = 1;
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 1);
}

static void a_sleeper_of_another_space_sleeps_on(void **state)
{
	(void)state;
	sleep_on(1, USER_PAGE); /* its page is given back while it sleeps, and becomes another process's */
	space_of_caller = 1;
	sleep_on(2, USER_PAGE);
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 1);
	assert_answers(1, (unsigned[]){ 2 }, 0);
	space_of_caller = 0;
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 1);
	assert_answers(1, (unsigned[]){ 1 }, 0);
}

static void a_deadline_is_set_and_its_end_takes_the_sleeper_away(void **state)
{
	(void)state;
	assert_int_equal(call(1, USER_PAGE, WAIT, 0, 500, 0), CALL_PARKED);
	assert_int_equal(deadline_set, 1000500);
	assert_int_equal(call(2, USER_PAGE, WAIT_BITS, 0, 500, 1), CALL_PARKED);
	assert_int_equal(deadline_set, 500);
	self = 3; /* the event loop: not the sleeper's own call */
	tasks[1].cancel(&tasks[1]);
	assert_answers(1, (unsigned[]){ 1 }, -LINUX_ETIMEDOUT);
	tasks[1].cancel(&tasks[1]);
	assert_int_equal(answers.count, 0);
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 1);
	assert_answers(1, (unsigned[]){ 2 }, 0);
	tasks[2].cancel(&tasks[2]);
	assert_int_equal(answers.count, 0);
}

static void requeueing_wakes(void **state)
{
	(void)state;
	for (unsigned who = 1; who <= 4; who++)
		sleep_on(who, USER_PAGE);
	assert_int_equal(call(0, USER_PAGE, COMPARE_REQUEUE, 1, 1, 5), -LINUX_EAGAIN);
	assert_int_equal(answers.count, 0);
	assert_int_equal(call(0, USER_PAGE, COMPARE_REQUEUE, 1, 1, 0), 2);
	assert_answers(2, (unsigned[]){ 1, 2 }, 0);
	assert_int_equal(call(0, USER_PAGE, REQUEUE, 1, INT32_MAX, 0), 2);
	assert_answers(2, (unsigned[]){ 3, 4 }, 0);
}

static void what_is_wrong_is_refused(void **state)
{
	(void)state;
	assert_int_equal(call(1, USER_PAGE + 2, WAIT, 0, 0, 0), -LINUX_EINVAL);
	assert_int_equal(call(1, USER_PAGE + PAGES * PAGE_SIZE, WAIT, 0, 0, 0), -LINUX_EFAULT);
	assert_int_equal(call(1, USER_PAGE + PAGES * PAGE_SIZE, WAKE, 1, 0, 0), -LINUX_EFAULT);
	assert_int_equal(call(1, USER_PAGE, WAIT, 0, 1, 0), -LINUX_EINVAL);
	assert_int_equal(call(1, USER_PAGE, WAIT, 0, 2, 0), -LINUX_EFAULT);
	assert_int_equal(call(1, USER_PAGE, WAIT_BITS, 0, 0, 0), -LINUX_EINVAL);
	assert_int_equal(call(1, USER_PAGE, 13, 0, 0, 0), -LINUX_ENOSYS);
	assert_int_equal(futex_wake_user(8, 1), -LINUX_EFAULT);
	assert_int_equal(call(0, USER_PAGE, WAKE, 9, 0, 0), 0);
}

static void without_memory_it_says_so(void **state)
{
	unsigned slept = 0;

	(void)state;
	frames.limit = frames.taken;
	self = 1;
	while (call(1, USER_PAGE, WAIT, 0, 0, 0) == CALL_PARKED)
		slept++;
	assert_int_equal(call(1, USER_PAGE, WAIT, 0, 5, 0), -LINUX_ENOMEM);
	assert_int_equal(deadline_set, 0);
	for (unsigned i = 0; i < slept; i++) {
		assert_int_equal(call(0, USER_PAGE, WAKE, 1, 0, 0), 1);
		answers.count = 0;
	}
	assert_int_equal(call(0, USER_PAGE, WAKE, 1, 0, 0), 0);
}

/* Who sleeps on what, oldest first. */
static struct {
	unsigned count;
	struct {
		unsigned who;
		uint64_t address;
		uint32_t bits;
	} sleeper[SLEEPERS];
} oracle;

static void oracle_remove(unsigned at)
{
	oracle.count--;
	for (; at < oracle.count; at++)
		oracle.sleeper[at] = oracle.sleeper[at + 1];
}

static int oracle_find(unsigned who)
{
	for (unsigned i = 0; i < oracle.count; i++)
		if (oracle.sleeper[i].who == who)
			return (int)i;
	return -1;
}

static void wake_some(uint64_t address, uint64_t count, uint32_t bits)
{
	int64_t woken = call(0, address, WAKE_BITS, count, 0, bits);
	unsigned expected = 0;

	for (unsigned i = 0; i < oracle.count && expected < count;) {
		if (oracle.sleeper[i].address != address || !(oracle.sleeper[i].bits & bits)) {
			i++;
			continue;
		}
		assert_true(expected < answers.count);
		assert_int_equal(answers.who[expected], oracle.sleeper[i].who);
		assert_int_equal(answers.result[expected++], 0);
		oracle_remove(i);
	}
	assert_int_equal(woken, expected);
	assert_int_equal(answers.count, expected);
	answers.count = 0;
}

static void time_out(unsigned who)
{
	int place = oracle_find(who);

	if (!tasks[who].cancel)
		return;
	tasks[who].cancel(&tasks[who]);
	if (place < 0) {
		assert_int_equal(answers.count, 0);
		return;
	}
	assert_answers(1, (unsigned[]){ who }, -LINUX_ETIMEDOUT);
	oracle_remove((unsigned)place);
}

/* A few words, some of which share a bucket: same line on other pages, and neighbours. */
static uint64_t some_address(uint64_t *seed)
{
	return USER_PAGE + next_random(seed) % PAGES * PAGE_SIZE + next_random(seed) % 4 * 4 +
	       next_random(seed) % 2 * 256;
}

static void any_mixture_is_as_the_array_has_it(void **state)
{
	uint64_t seed = 65537;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned who = 1 + next_random(&seed) % (SLEEPERS - 1);
		uint64_t address = some_address(&seed);
		uint32_t bits = 1 + next_random(&seed) % 15;

		switch (next_random(&seed) % 5) {
		case 0:
			wake_some(address, next_random(&seed) % 5, bits);
			break;
		case 1:
			time_out(who);
			break;
		default:
			if (oracle_find(who) >= 0)
				break;
			assert_int_equal(call(who, address, WAIT_BITS, 0, 0, bits), CALL_PARKED);
			oracle.sleeper[oracle.count].who = who;
			oracle.sleeper[oracle.count].address = address;
			oracle.sleeper[oracle.count++].bits = bits;
		}
	}
	for (unsigned who = 1; who < SLEEPERS; who++)
		time_out(who);
	assert_int_equal(oracle.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_wait_for_another_value_does_not_sleep, start),
		cmocka_unit_test_setup(the_oldest_are_woken_first_and_no_more_than_asked, start),
		cmocka_unit_test_setup(a_wake_reaches_those_whose_bits_it_has, start),
		cmocka_unit_test_setup(a_sleeper_of_another_space_sleeps_on, start),
		cmocka_unit_test_setup(who_shares_a_page_is_woken_from_any_space, start),
		cmocka_unit_test_setup(when_a_page_moves_its_sleepers_look_again, start),
		cmocka_unit_test_setup(a_deadline_is_set_and_its_end_takes_the_sleeper_away, start),
		cmocka_unit_test_setup(requeueing_wakes, start),
		cmocka_unit_test_setup(what_is_wrong_is_refused, start),
		cmocka_unit_test_setup(without_memory_it_says_so, start),
		cmocka_unit_test_setup(any_mixture_is_as_the_array_has_it, start),
	};

	return cmocka_run_group_tests_name("futex", tests, NULL, NULL);
}
