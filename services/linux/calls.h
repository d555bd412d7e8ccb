/* calls.h - the Linux system calls that there are: one function each, from calls.def
 * SPDX-License-Identifier: MIT
 * Each runs for the current thread on its core and returns what the program sees in rax: a result, a negative error
 * number, or CALL_PARKED when the thread does not go on now. */
#ifndef SERVICES_LINUX_CALLS_H
#define SERVICES_LINUX_CALLS_H

#include <stdint.h>

#include "abi/registers.h"

#define X(number, name, function, remark) int64_t function(struct registers *registers);
#include "services/linux/calls.def"
#undef X

/* Calls that have nothing to do here, by what they answer. */
int64_t linux_nothing(struct registers *registers); /* 0 */

/* Tessera's own calls, numbers from NATIVE_FIRST (abi/native.def). */
int64_t native_call(struct registers *registers);

#endif
