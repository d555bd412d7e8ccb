/* annotate.h - says to a race detector where ownership passes between threads
 * SPDX-License-Identifier: MIT
 * Nothing in the kernel. The host tests put a header of the same name, which tells
 * ThreadSanitizer, earlier on the include path. Any context. */
#ifndef LIB_ANNOTATE_H
#define LIB_ANNOTATE_H

static inline void annotate_acquire(void *address)
{
	(void)address;
}

static inline void annotate_release(void *address)
{
	(void)address;
}

#endif
