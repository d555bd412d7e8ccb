/* closer.c - see closer.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/closer.h"

#include <stddef.h>

#include "abi/kernel.h"
#include "services/linux/files.h"
#include "services/linux/served.h"

#define CLOSER_ID (UINT32_C(1) << 31) /* of its thread; programs' are below 2^30 */
#define PAUSE     UINT64_C(1000000000) /* ns, when the service has not come back for long */

static struct task *task_of; /* the closer's */
static bool sleeps;          /* the closer does */
static bool in_call;         /* a system call closes `now` */
static struct file *now;
static bool visiting;        /* the closer is */
static uint32_t sequence;    /* of the key: one at a time is in use */
static unsigned visits;      /* to be made */

static int64_t look(struct task *task, int64_t result);

bool closer_open(void)
{
	if (!task_of) {
		task_of = kernel_start_worker(CLOSER_ID, look);
		sleeps = task_of != NULL;
	}
	return task_of != NULL;
}

void closer_wake(void)
{
	if (!sleeps || in_call)
		return;
	sleeps = false;
	kernel_wake_worker(task_of);
}

void closer_visit(void)
{
	visits++;
	closer_wake();
}

/* The console's are nothing to the service. */
static bool take_next(void)
{
	now = file_closing();
	while (now && !now->inode) { /* bounded: the list gets shorter */
		file_closed(now);
		now = file_closing();
	}
	sequence += now != NULL;
	return now != NULL;
}

static int64_t close_inode(uint64_t inode, int64_t (*next)(struct task *task, int64_t result))
{
	return serve_by_key(&(struct service_call){ .word = { FS_CLOSE, 0, inode } }, (uint64_t)CLOSER_ID << 32 | sequence, next);
}

/* False: it may be open still, or the answer is lost. */
static bool is_closed(int64_t result)
{
	return result == STATUS_OK || result == STATUS_NOT_FOUND;
}

static void closed(void)
{
	file_closed(now);
	now = NULL;
}

static int64_t closed_in_call(struct task *task, int64_t result)
{
	in_call = false;
	if (is_closed(result))
		closed();
	else
		closer_wake();
	return serve_closing((int64_t)task->saved[0]);
}

int64_t serve_closing(int64_t result)
{
	if (now || visiting)
		return result; /* who is at it goes on with the others */
	if (!take_next() || kernel_ending()) {
		if (now || visits)
			closer_wake();
		return result;
	}
	in_call = true;
	kernel_task()->saved[0] = (uint64_t)result;
	return close_inode(now->inode, closed_in_call);
}

static int64_t looked(struct task *task, int64_t result)
{
	visiting = false;
	if (now && !is_closed(result)) {
		kernel_set_deadline(kernel_time() + PAUSE);
		task->resume = look;
		return kernel_sleep();
	}
	if (now)
		closed();
	return look(task, 0);
}

/* The closer's turn. A visit is the closing of what there is not. */
static int64_t look(struct task *task, int64_t result)
{
	(void)result;
	if (!in_call && (now || take_next()))
		return close_inode(now->inode, looked);
	if (!in_call && visits) {
		visits--;
		visiting = true;
		sequence++;
		return close_inode(0, looked);
	}
	sleeps = true;
	kernel_set_deadline(0);
	task->resume = look;
	return kernel_sleep();
}
