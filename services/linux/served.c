/* served.c - see served.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/served.h"

#include "abi/pager.h"

enum {
	PAUSE_FIRST = 10000,  /* ns before a try; twice as long each time */
	PAUSE_MOST = 1000000,
	TRIES = 20000,        /* then the service is not coming back */
};

static int64_t try(struct task *task);

static int64_t again(struct task *task, int64_t result)
{
	(void)result;
	return try(task);
}

static uint64_t pause(unsigned tries)
{
	return tries < 8 && (uint64_t)PAUSE_FIRST << tries < PAUSE_MOST ? (uint64_t)PAUSE_FIRST << tries : PAUSE_MOST;
}

static int64_t answered(struct task *task, int64_t result)
{
	task->answer[0] = (uint64_t)result;
	if (result != STATUS_DEAD && result != STATUS_BUSY)
		return task->served(task, result);
	if (kernel_ending()) {
		task->unheard = true;
		return task->served(task, result);
	}
	if (++task->tries == TRIES)
		return task->served(task, STATUS_DEAD);
	if (result == STATUS_DEAD && task->tries == 1) /* it begins anew with the next call */
		return try(task);
	kernel_set_deadline(kernel_time() + pause(task->tries - 1));
	task->resume = again;
	return kernel_sleep();
}

/* The pager's operations do not lie among the file service's (abi/pager.h). */
static enum server whose(const struct service_call *call)
{
	return (call->word[0] & 0xffff) < PAGER_PAGE ? SERVER_fs : SERVER_pager;
}

static int64_t try(struct task *task)
{
	int64_t result = kernel_serve(whose(&task->call));

	if (result != CALL_PARKED)
		return answered(task, result);
	task->resume = answered;
	return CALL_PARKED;
}

int64_t serve_by_key(const struct service_call *call, uint64_t key, int64_t (*next)(struct task *task, int64_t result))
{
	struct task *task = kernel_task();

	task->call = *call;
	task->call.word[1] = key;
	task->served = next;
	task->tries = 0;
	return try(task);
}

int64_t serve_file_call(const struct service_call *call, int64_t (*next)(struct task *task, int64_t result))
{
	struct task *task = kernel_task();

	return serve_by_key(call, (uint64_t)task->thread_id << 32 | ++task->sequence, next);
}
