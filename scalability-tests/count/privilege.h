/* privilege.h - whose an instruction is, by its address: the kernel's, or a program's or service's
 * SPDX-License-Identifier: MIT
 * Addresses from 2^63 on are the kernel's, but for those of services in ring 0 (abi/domain.h): nothing of Linux lies there. */
#ifndef COUNT_PRIVILEGE_H
#define COUNT_PRIVILEGE_H

#include "../../abi/domain.h"

static inline bool privilege_is_kernel(uint64_t pc)
{
	return pc >> 63 && !domain_has(pc);
}

#endif
