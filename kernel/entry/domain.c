/* domain.c - replicas of services in ring 3: an address space for each on each core that calls it (domain.h)
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/domain.h"

#include "abi/domain.h"
#include "kernel/arch/defences.h"
#include "kernel/entry/classes.h"
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

status_t domain_read(enum server server, enum isolation isolation, struct elf_image *elf, const char **why)
{
	const struct elf_limits outer = { IMAGE_LOWEST, IMAGE_HIGHEST, IMAGE_LOWEST, IMAGE_MEMORY };
	const struct elf_limits inner = { domain_place(server), domain_place(server) + DOMAIN_SIZE / 2, domain_place(server), DOMAIN_SIZE / 2 };
	const struct image *image = class_image(server, isolation);

	return elf_read(image->start, (uint64_t)(image->end - image->start), isolation == ISOLATION_SPACE ? &outer : &inner, elf, why);
}

static status_t build(struct vspace *space, enum server server, const struct elf_image *elf, struct replica *replica)
{
	status_t status = vspace_load(space, elf, class_image(server, ISOLATION_SPACE)->start);
	uint64_t size = defence_holds(DEFENCE_guards) ? STACK_SIZE : STACK_PLACE;

	for (unsigned i = 0; !status && i < REPLICA_STACKS; i++) {
		uint64_t end = STACKS_BASE + (i + 1) * STACK_PLACE;

		status = vspace_reserve(space, end - size, end, VSPACE_READ | VSPACE_WRITE);
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
	struct vspace *space;
	struct elf_image elf;
	const char *why;
	status_t status;

	if (classes[server].isolation != ISOLATION_SPACE)
		return domain_inner_create(server, replica);
	if (domain_read(server, ISOLATION_SPACE, &elf, &why))
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
	struct vspace *space = replica->view ? replica->view->space : NULL;

	if (replica->place) {
		domain_inner_destroy(replica);
		return;
	}
	replica->view = NULL;
	vspace_release(space);
}
