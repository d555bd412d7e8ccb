/* time.h - Linux's ways to say a time
 * SPDX-License-Identifier: MIT
 * All clocks count from boot: the machine's calendar is not read. Own core, never waits. */
#ifndef SERVICES_LINUX_TIME_H
#define SERVICES_LINUX_TIME_H

#include <stdint.h>

#include "abi/registers.h"
#include "abi/status.h"

enum time_form {
	TIME_RELATIVE,
	TIME_ABSOLUTE,
};

/* A user's timespec as nanoseconds since boot. BAD_ADDRESS; BAD_ARGUMENT: not a time. */
must_check status_t time_deadline(uint64_t user, enum time_form form, uint64_t *deadline);

int64_t linux_clock_gettime(struct registers *registers);
int64_t linux_clock_getres(struct registers *registers);
int64_t linux_gettimeofday(struct registers *registers);
int64_t linux_time(struct registers *registers);
int64_t linux_nanosleep(struct registers *registers);
int64_t linux_clock_nanosleep(struct registers *registers);

#endif
