/* kernel.c - what a class has of its own, in ring 0, class 1 (services/runtime/ask.h)
 * SPDX-License-Identifier: MIT */
#include "abi/domain.h"
#include "services/runtime/ask.h"

const void *archive(uint64_t *size)
{
	*size = archive_size();
	return (const void *)ARCHIVE_INNER;
}

void *store_of(unsigned core)
{
	return (void *)(store_inner(STORE_BASE) + ((uint64_t)core << STORE_SHIFT));
}
