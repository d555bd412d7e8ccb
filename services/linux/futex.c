/* futex.c - see futex.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/futex.h"

#include <stddef.h>

#include "abi/kernel.h"
#include "abi/token.h"
#include "services/linux/errno.h"
#include "services/linux/process.h"
#include "services/linux/records.h"
#include "services/linux/time.h"

enum {
	BUCKETS = 64,
	PAGE = 4096,
	COMMAND_MASK = 127,
	FUTEX_WAIT = 0,
	FUTEX_WAKE = 1,
	FUTEX_REQUEUE = 3,
	FUTEX_CMP_REQUEUE = 4,
	FUTEX_WAIT_BITSET = 9,
	FUTEX_WAKE_BITSET = 10,
	FUTEX_CLOCK_REALTIME = 256,
	MATCH_ANY = 0xffffffff,
};

struct sleeper {
	struct sleeper *next;
	uint64_t word;  /* physical */
	uint64_t key;   /* who may have the page (kernel_page_key): a frame may become another's while it sleeps */
	uint32_t bits;
	struct reply_to reply_to;
};

_Static_assert(sizeof(struct sleeper) <= RECORD_SIZE, "records.h");

static struct sleeper *buckets[BUCKETS]; /* oldest last */

static struct sleeper **bucket_of(uint64_t word)
{
	return &buckets[(word >> 2 ^ word >> 12) % BUCKETS];
}

static uint64_t key_of(const struct call *call)
{
	return kernel_page_key((const struct vspace *)call->word[3], call->word[4], call->word[0]);
}

static int64_t wait_here(const struct call *call)
{
	uint64_t word = call->word[0], key = key_of(call);
	struct sleeper *sleeper;

	if (!key)
		return 0; /* M2: the page has moved on the way; a spurious wake-up */
	if (*(volatile uint32_t *)token_of(word) != (uint32_t)call->word[1]) /* F2 */
		return -LINUX_EAGAIN;
	sleeper = record_take();
	if (!sleeper)
		return -LINUX_ENOMEM;
	*sleeper = (struct sleeper){ .next = *bucket_of(word), .word = word, .key = key,
				     .bits = (uint32_t)call->word[2], .reply_to = call->reply_to };
	*bucket_of(word) = sleeper;
	return CALL_PARKED;
}

static void answer(struct sleeper **link, int64_t result)
{
	struct sleeper *sleeper = *link;

	*link = sleeper->next;
	kernel_reply(sleeper->reply_to, result);
	record_give(sleeper);
}

/* The one that has waited longest, among those that match; NULL: none. */
static struct sleeper **oldest(uint64_t word, uint64_t key, uint32_t bits)
{
	struct sleeper **found = NULL;

	for (struct sleeper **link = bucket_of(word); *link; link = &(*link)->next)
		if ((*link)->word == word && (*link)->key == key && (*link)->bits & bits)
			found = link;
	return found;
}

static int64_t wake_here(const struct call *call)
{
	uint64_t word = call->word[0], count = call->word[1], key = key_of(call), woken = 0;
	struct sleeper **link;

	while (key && woken < count && (link = oldest(word, key, (uint32_t)call->word[2]))) {
		answer(link, 0); /* W3 */
		woken++;
	}
	return (int64_t)woken;
}

/* M1: those who sleep in the old frame look again, and find themselves in the new one. */
static int64_t moved_here(uint64_t frame, uint64_t space)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct sleeper **link = &buckets[i]; *link;)
			if ((*link)->word / PAGE == frame / PAGE && (*link)->key == space)
				answer(link, 0);
			else
				link = &(*link)->next;
	return 0;
}

static int64_t cancel_here(const struct call *call)
{
	for (struct sleeper **link = bucket_of(call->word[0]); *link; link = &(*link)->next) {
		const struct reply_to *who = &(*link)->reply_to;

		if (who->core == call->word[1] && who->cookie == call->word[2]) {
			answer(link, -LINUX_ETIMEDOUT);
			return 0;
		}
	}
	return 0; /* answered already: that answer is on its way */
}

int64_t futex_serve(const struct call *call)
{
	switch ((enum linux_operation)call->operation) {
	case LINUX_FUTEX_WAIT:
		return wait_here(call);
	case LINUX_FUTEX_WAKE:
		return wake_here(call);
	case LINUX_FUTEX_CANCEL:
		return cancel_here(call);
	case LINUX_FUTEX_MOVED:
		return moved_here(call->word[0], call->word[1]);
	default:
		return STATUS_NO_CALL;
	}
}

static void cancel(struct task *task)
{
	struct reply_to self = kernel_reply_to(task);

	kernel_notify(kernel_home_of(task->saved[0]), SERVICE_LINUX, LINUX_FUTEX_CANCEL,
		      (uint64_t[CALL_WORDS]){ task->saved[0], self.core, self.cookie });
}

static int64_t wait(uint64_t word, uint64_t address, uint64_t expected, uint64_t bits, uint64_t deadline)
{
	struct task *task = kernel_task();
	int64_t result;

	task->saved[0] = word;
	task->cancel = cancel;
	kernel_set_deadline(deadline);
	result = kernel_call(kernel_home_of(word), SERVICE_LINUX, LINUX_FUTEX_WAIT,
			     (uint64_t[CALL_WORDS]){ word, expected, bits, (uint64_t)kernel_vspace(), address });
	if (result != CALL_PARKED) {
		task->cancel = NULL;
		kernel_set_deadline(0);
	}
	return result;
}

static int64_t wake(uint64_t word, uint64_t address, uint64_t count, uint64_t bits)
{
	return kernel_call(kernel_home_of(word), SERVICE_LINUX, LINUX_FUTEX_WAKE,
			   (uint64_t[CALL_WORDS]){ word, count, bits, (uint64_t)kernel_vspace(), address });
}

int64_t futex_wake_user(uint64_t address, uint64_t count)
{
	uint64_t word;
	status_t status = kernel_physical_of(address, &word);

	return status ? linux_result(status) : wake(word, address, count, MATCH_ANY);
}

/* One thread cannot sleep while its process writes. */
void futex_page_moved(const struct task *task, const struct vspace *space, uint64_t frame)
{
	if (!task || ((const struct process *)task->process)->threads > 1)
		kernel_notify(kernel_home_of(frame), SERVICE_LINUX, LINUX_FUTEX_MOVED, (uint64_t[CALL_WORDS]){ frame, (uint64_t)space });
}

int64_t linux_futex(struct registers *registers)
{
	uint64_t address = registers->rdi, value = registers->rdx;
	unsigned command = registers->rsi & COMMAND_MASK;
	uint64_t word, deadline = 0;
	status_t status;

	if (address % 4)
		return -LINUX_EINVAL;
	if ((command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) && registers->r10) {
		status = time_deadline(registers->r10, command == FUTEX_WAIT_BITSET, &deadline);
		if (status)
			return linux_result(status);
	}
	status = kernel_physical_of(address, &word); /* last of all: copying may serve messages that free the frame */
	if (status)
		return linux_result(status);
	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		if (command == FUTEX_WAIT_BITSET && !(uint32_t)registers->r9)
			return -LINUX_EINVAL; /* nobody could wake it */
		return wait(word, address, value, command == FUTEX_WAIT ? MATCH_ANY : (uint32_t)registers->r9, deadline);
	case FUTEX_WAKE:
		return wake(word, address, value, MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		if (!(uint32_t)registers->r9)
			return -LINUX_EINVAL; /* as Linux has it */
		return wake(word, address, value, (uint32_t)registers->r9);
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		/* Waking those that were to be moved is what a spurious wake-up is: allowed, and simple. */
		if (command == FUTEX_CMP_REQUEUE && *(volatile uint32_t *)token_of(word) != (uint32_t)registers->r9)
			return -LINUX_EAGAIN;
		return wake(word, address, value + registers->r10, MATCH_ANY);
	default:
		return -LINUX_ENOSYS;
	}
}
