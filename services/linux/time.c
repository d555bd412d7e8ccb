/* time.c - see time.h
 * SPDX-License-Identifier: MIT */
#include "services/linux/time.h"

#include "abi/kernel.h"
#include "services/linux/errno.h"

enum {
	CLOCKS = 12, /* numbers of Linux's clocks, all of which tell the time since boot */
	TIMER_ABSOLUTE = 1,
	SECOND = 1000000000,
};

struct time_pair {
	int64_t seconds, part; /* part: nanoseconds, or microseconds */
};

status_t time_deadline(uint64_t user, enum time_form form, uint64_t *deadline)
{
	uint64_t now = kernel_time();
	struct time_pair wish;

	if (kernel_copy_in(&wish, user, sizeof(wish)))
		return STATUS_BAD_ADDRESS;
	if (wish.seconds < 0 || wish.part < 0 || wish.part >= SECOND)
		return STATUS_BAD_ARGUMENT;
	if (wish.seconds > INT64_MAX / SECOND / 2)
		wish.seconds = INT64_MAX / SECOND / 2; /* a century and a half: nobody sees the difference */
	*deadline = (uint64_t)wish.seconds * SECOND + (uint64_t)wish.part + (form == TIME_RELATIVE ? now : 0);
	if (!*deadline)
		*deadline = 1; /* 0 means none */
	return STATUS_OK;
}

static int64_t copy_pair(uint64_t user, uint64_t seconds, uint64_t part)
{
	struct time_pair pair = { (int64_t)seconds, (int64_t)part };

	return linux_result(kernel_copy_out(user, &pair, sizeof(pair)));
}

int64_t linux_clock_gettime(struct registers *registers)
{
	uint64_t now = kernel_time();

	if (registers->rdi >= CLOCKS)
		return -LINUX_EINVAL;
	return copy_pair(registers->rsi, now / SECOND, now % SECOND);
}

int64_t linux_clock_getres(struct registers *registers)
{
	if (registers->rdi >= CLOCKS)
		return -LINUX_EINVAL;
	return registers->rsi ? copy_pair(registers->rsi, 0, 1) : 0;
}

int64_t linux_gettimeofday(struct registers *registers)
{
	uint64_t now = kernel_time();

	return registers->rdi ? copy_pair(registers->rdi, now / SECOND, now % SECOND / 1000) : 0;
}

int64_t linux_time(struct registers *registers)
{
	int64_t now = (int64_t)(kernel_time() / SECOND);

	if (registers->rdi && kernel_copy_out(registers->rdi, &now, sizeof(now)))
		return -LINUX_EFAULT;
	return now;
}

static int64_t sleep_for(uint64_t user, enum time_form form)
{
	uint64_t deadline;
	status_t status = time_deadline(user, form, &deadline);

	if (status)
		return linux_result(status);
	kernel_set_deadline(deadline);
	return kernel_sleep();
}

int64_t linux_nanosleep(struct registers *registers)
{
	return sleep_for(registers->rdi, TIME_RELATIVE);
}

int64_t linux_clock_nanosleep(struct registers *registers)
{
	if (registers->rdi >= CLOCKS)
		return -LINUX_EINVAL;
	return sleep_for(registers->rdx, registers->rsi & TIMER_ABSOLUTE ? TIME_ABSOLUTE : TIME_RELATIVE);
}
