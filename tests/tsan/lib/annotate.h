/* annotate.h - tells ThreadSanitizer where ownership passes between threads
 * SPDX-License-Identifier: MIT
 * Stands before lib/annotate.h on the include path of programs built with -fsanitize=thread (build.mk): the
 * inline assembly of Concurrency Kit orders memory where ThreadSanitizer cannot see it. Each
 * call says one edge; nothing is suppressed. */
#ifndef LIB_ANNOTATE_H
#define LIB_ANNOTATE_H

#include <sanitizer/tsan_interface.h>

static inline void annotate_acquire(void *address)
{
	__tsan_acquire(address);
}

static inline void annotate_release(void *address)
{
	__tsan_release(address);
}

#endif
