/* bind.h - vCPU threads on host cores of their own, where there are enough
 * SPDX-License-Identifier: MIT
 * Wall-clock scaling means something only when every guest core has a host core; otherwise the runner says so once
 * and leaves the threads to the host's scheduler.
 * Context: one thread; the host's topology is read on first use and kept. */
#ifndef RUNNER_BIND_H
#define RUNNER_BIND_H

#include <stddef.h>
#include <sys/types.h>

/* Hardware threads and physical cores this process may use. */
unsigned int bind_host_threads(void);
unsigned int bind_host_cores(void);

enum binding { BOUND, NOT_ENOUGH_CORES, BIND_REFUSED };

/* Thread i goes to core i of the host, or to hardware thread i when only those suffice. */
enum binding bind_threads(const pid_t *threads, size_t count);

/* Whether bind_threads would find host cores for so many. */
int bind_possible(size_t count);

#endif
