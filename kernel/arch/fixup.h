/* fixup.h - accesses that may fault without being a bug
 * SPDX-License-Identifier: MIT
 * Written in entry.S; the page-fault handler finds their instructions in a table and goes on at
 * the landing beside each. Any core, kernel context, never waits. */
#ifndef KERNEL_ARCH_FIXUP_H
#define KERNEL_ARCH_FIXUP_H

#include <stddef.h>
#include <stdint.h>

#include "abi/status.h"

/* Bytes that were not copied; 0 when all were. */
must_check size_t fixup_copy(void *to, const void *from, size_t size);

/* 0, or 1 when the access faulted. */
must_check int fixup_write(void *to, uint8_t value);
must_check int fixup_read32(uint32_t *to, const uint32_t *from);

/* Where to go on after a fault at this instruction; 0 when it must not fault. */
uint64_t fixup_landing(uint64_t instruction);

#endif
