/* load.h - an address space filled before it runs
 * SPDX-License-Identifier: MIT
 * Context: the space's home, never waits. NO_MEMORY: a part may have been done. */
#ifndef KERNEL_MEMORY_LOAD_H
#define KERNEL_MEMORY_LOAD_H

#include "kernel/memory/vspace.h"
#include "lib/elf.h"

/* Kernel's bytes to addresses that are reserved. */
must_check status_t vspace_put(struct vspace *space, uint64_t address, const void *from, uint64_t size);

/* An image's segments, which are reserved with its rights; elf_read has found them good. */
must_check status_t vspace_load(struct vspace *space, const struct elf_image *elf, const uint8_t *file);

#endif
