/* domain.c - replicas of services in ring 3: an address space for each on each core that calls it
 * SPDX-License-Identifier: MIT
 * The image is the kernel's own (servers.S). A replica is made by the first call on its core. Own core, never waits. */
#include "ipc/replica.h"
#include "kernel/entry/panic.h"
#include "kernel/memory/load.h"
#include "kernel/memory/store.h"
#include "kernel/memory/view.h"
#include "lib/elf.h"

/* A service's addresses: its image where it was linked, and stacks above. */
enum {
	IMAGE_LOWEST = 0x10000,
	IMAGE_HIGHEST = 0x10000000,
	IMAGE_MEMORY = 16 << 20,
	STACKS_BASE = 0x20000000,
	STACK_SIZE = 4 * PAGE_SIZE,
	STACK_PLACE = 2 * STACK_SIZE, /* the lower half is not mapped */
};

struct server_image {
	const uint8_t *start, *end;
};

extern const struct server_image server_images[SERVER_COUNT]; /* servers.S */

static status_t build(struct vspace *space, enum server server, const struct elf_image *elf, struct replica *replica)
{
	status_t status = vspace_load(space, elf, server_images[server].start);

	for (unsigned i = 0; !status && i < REPLICA_STACKS; i++) {
		uint64_t end = STACKS_BASE + (i + 1) * STACK_PLACE;

		status = vspace_reserve(space, end - STACK_SIZE, end, VSPACE_READ | VSPACE_WRITE);
		if (!status && !vspace_page(space, end - PAGE_SIZE)) /* so that it can be called when memory is full */
			status = STATUS_NO_MEMORY;
		replica->spare[i] = end;
	}
	if (!status) {
		replica->view = view_get(space);
		status = replica->view ? store_attach(server, replica->view) : STATUS_NO_MEMORY;
	}
	replica->entry = elf->entry;
	replica->spares = REPLICA_STACKS - 1;
	replica->door = status ? 0 : replica->spare[REPLICA_STACKS - 1];
	return status;
}

status_t replica_create(enum server server, struct replica *replica)
{
	const struct elf_limits limits = { IMAGE_LOWEST, IMAGE_HIGHEST, IMAGE_LOWEST, IMAGE_MEMORY };
	const struct server_image *image = &server_images[server];
	struct vspace *space;
	struct elf_image elf;
	const char *why;
	status_t status;

	if (elf_read(image->start, (uint64_t)(image->end - image->start), &limits, &elf, &why))
		panic("service %u in the kernel's image: %s", server, why);
	space = vspace_create(elf.highest);
	if (!space)
		return STATUS_NO_MEMORY;
	status = build(space, server, &elf, replica);
	if (status)
		replica->view = NULL;
	if (status)
		vspace_release(space);
	return status;
}

void replica_destroy(struct replica *replica)
{
	struct vspace *space = replica->view->space;

	replica->view = NULL;
	vspace_release(space);
}
