/* domain.h - replicas of services: their images and memory, in ring 3 (domain.c) and in ring 0 (domain_inner.c)
 * SPDX-License-Identifier: MIT
 * The images are in the kernel's own (servers.S). A replica is made by the first call on its core. Own core, never waits. */
#ifndef KERNEL_ENTRY_DOMAIN_H
#define KERNEL_ENTRY_DOMAIN_H

#include "abi/ipc.h"
#include "ipc/replica.h"
#include "lib/composition.h"
#include "lib/elf.h"
#include "percpu/frame_table.h"

/* The plan of a service's image for a class; and why there is none. */
must_check status_t domain_read(enum server server, enum isolation isolation, struct elf_image *elf, const char **why);

/* In ring 0, at its place, with PKRS as its class has it: entry, door, place set; and taken away. NO_MEMORY: nothing is left of it. */
must_check status_t domain_inner_create(enum server server, struct replica *replica);
void domain_inner_destroy(struct replica *replica);

/* Every frame of this core's replicas in ring 0. */
void domain_inner_visit(frame_visitor visit);

#endif
