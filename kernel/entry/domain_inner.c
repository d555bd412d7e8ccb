/* domain_inner.c - replicas of services in ring 0: see domain.h
 * SPDX-License-Identifier: MIT
 * All of a replica is there from its beginning on and stays, since nobody resolves its page faults: image, and stacks with a gap below each. Its frames
 * are this core's own, and its words in the page tables have its key. */
#include "kernel/entry/domain.h"

#include "abi/domain.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/keys.h"
#include "kernel/arch/paging.h"
#include "kernel/entry/classes.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/window.h"
#include "lib/string.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

enum {
	STACKS_OFFSET = DOMAIN_SIZE / 2,
	STACK_SIZE = 4 * PAGE_SIZE,
	STACK_PLACE = 2 * STACK_SIZE, /* the lower half is not mapped */
	JUMP = 0xe9, JUMP_SIZE = 5,
};

static uint64_t *unit_word(uint64_t address)
{
	return paging_word(birth.root, address, 1, NULL, NULL); /* the tables above are there from boot on (percpu/instance.c) */
}

static uint64_t *page_word(uint64_t address)
{
	uint64_t *unit = unit_word(address);

	if (!*unit) {
		uint64_t table = frame_take(FRAME_page_table);

		if (!table)
			return NULL;
		*unit = table | PTE_PRESENT | PTE_WRITE | paging_kernels();
	}
	return (uint64_t *)direct(*unit & PTE_ADDRESS) + paging_index(address, 0);
}

/* A zeroed page with these rights. NULL: no frame. */
static uint8_t *map(uint64_t address, uint64_t rights)
{
	uint64_t *word = page_word(address);
	uint64_t frame = word ? frame_take(FRAME_domain) : 0;

	if (!frame)
		return NULL;
	*word = frame | PTE_PRESENT | PTE_GLOBAL | paging_kernels() | rights; /* in all address spaces of this core */
	return direct(frame);
}

static uint64_t rights_of(uint32_t rights, uint64_t key)
{
	if (!defence_holds(DEFENCE_rights))
		rights = ELF_WRITE | ELF_EXECUTE;
	return PTE_KEY(key) | (rights & ELF_WRITE ? PTE_WRITE : 0) | (rights & ELF_EXECUTE ? 0 : PTE_NO_EXECUTE);
}

static bool load(const struct elf_segment *segment, const uint8_t *file, uint64_t key)
{
	uint64_t end = segment->address + segment->memory_size, filled = segment->address + segment->file_size;

	for (uint64_t page = segment->address & ~(uint64_t)(PAGE_SIZE - 1); page < end; page += PAGE_SIZE) {
		uint8_t *memory = map(page, rights_of(segment->rights, key));
		uint64_t from = page > segment->address ? page : segment->address, to = page + PAGE_SIZE < filled ? page + PAGE_SIZE : filled;

		if (!memory)
			return false;
		if (from < to)
			memcpy(memory + (from - page), file + segment->file_offset + (from - segment->address), to - from);
	}
	return true;
}

static bool build(struct replica *replica, const struct elf_image *elf, const uint8_t *file, uint64_t key)
{
	uint64_t stacks = replica->place + STACKS_OFFSET, size = defence_holds(DEFENCE_guards) ? STACK_SIZE : STACK_PLACE;

	for (uint32_t i = 0; i < elf->segment_count; i++)
		if (!load(&elf->segment[i], file, key))
			return false;
	for (unsigned i = 0; i < REPLICA_STACKS; i++) {
		uint64_t end = stacks + (i + 1) * STACK_PLACE;

		for (uint64_t page = end - size; page < end; page += PAGE_SIZE)
			if (!map(page, rights_of(ELF_WRITE, key)))
				return false;
		replica->spare[i] = end;
	}
	return true;
}

/* From the jump before the entry (services/runtime/inner.h). */
static uint64_t find_serve(const struct elf_image *elf, const uint8_t *file)
{
	const struct elf_segment *segment = &elf->segment[0];
	const uint8_t *jump = file + segment->file_offset + (elf->entry - segment->address) - JUMP_SIZE;
	int32_t distance;

	memcpy(&distance, jump + 1, sizeof(distance));
	return *jump == JUMP ? elf->entry + (uint64_t)(int64_t)distance : 0;
}

/* The initramfs, once for all replicas of the one that has a store. */
static bool map_archive(uint64_t key)
{
	static uint64_t done;
	uint64_t first = machine.boot.initrd.start & ~(uint64_t)(PAGE_SIZE - 1);

	for (; first + done < machine.boot.initrd.end; done += PAGE_SIZE) {
		uint64_t *word = page_word(ARCHIVE_INNER + done);

		if (!word)
			return false;
		*word = (first + done) | PTE_PRESENT | PTE_NO_EXECUTE | PTE_KEY(key);
	}
	return true;
}

static status_t open_store(enum server server, struct replica *replica, uint64_t key)
{
	if (!(IPC_KEEP >> server & 1))
		return STATUS_OK;
	replica->window = true;
	return map_archive(key) ? window_open(server, (unsigned)key) : STATUS_NO_MEMORY;
}

status_t domain_inner_create(enum server server, struct replica *replica)
{
	const struct class *class = &classes[server];
	const uint8_t *file = class_image(server, class->isolation)->start;
	struct elf_image elf;
	const char *why;
	status_t status = domain_read(server, class->isolation, &elf, &why);

	if (status)
		return status;
	replica->place = domain_place(server);
	if (!build(replica, &elf, file, class->key) || open_store(server, replica, class->key)) {
		domain_inner_destroy(replica);
		return STATUS_NO_MEMORY;
	}
	replica->entry = elf.entry;
	replica->rights = class->key == KEY_KERNEL ? 0 : key_rights(class->key);
	replica->spares = REPLICA_STACKS - 1;
	replica->door = replica->spare[REPLICA_STACKS - 1];
	if (class->isolation == ISOLATION_NONE) {
		replica->serve = find_serve(&elf, file);
		replicas_direct[server] = replica->serve ? replica : replicas_direct[IPC_SERVERS - 1];
	}
	return STATUS_OK;
}

static void each(uint64_t place, void (*page)(uint64_t *word, uint64_t address), void (*table)(uint64_t *word))
{
	for (uint64_t unit = place; unit < place + DOMAIN_SIZE; unit += UNIT_SIZE) {
		uint64_t *word = unit_word(unit);
		uint64_t *words = *word ? direct(*word & PTE_ADDRESS) : NULL;

		for (unsigned i = 0; words && (i = paging_next_used(words, i, PTE_COUNT)) < PTE_COUNT; i++)
			page(&words[i], unit + i * PAGE_SIZE);
		if (words)
			table(word);
	}
}

static void give_page(uint64_t *word, uint64_t address)
{
	uint64_t frame = *word & PTE_ADDRESS;

	*word = 0;
	cpu_invalidate_page(address);
	frame_give(frame);
}

static void give_table(uint64_t *word)
{
	uint64_t frame = *word & PTE_ADDRESS;

	*word = 0;
	frame_give(frame);
}

void domain_inner_destroy(struct replica *replica)
{
	replicas_direct[(replica->place - DOMAIN_BASE) >> DOMAIN_SHIFT] = replicas_direct[IPC_SERVERS - 1];
	each(replica->place, give_page, give_table);
	replica->place = replica->serve = 0;
	replica->window = false;
	cpu_write_cr3(cpu_read_cr3()); /* what the processor may keep of tables */
}

static frame_visitor visitor;

static void visit_page(uint64_t *word, uint64_t address)
{
	(void)address;
	visitor(FRAME_domain, *word & PTE_ADDRESS);
}

/* Of the archive. */
static void visit_nothing(uint64_t *word, uint64_t address)
{
	(void)word;
	(void)address;
}

static void visit_table(uint64_t *word)
{
	visitor(FRAME_page_table, *word & PTE_ADDRESS);
}

void domain_inner_visit(frame_visitor visit)
{
	visitor = visit;
	for (unsigned server = 0; server < SERVER_COUNT; server++)
		each(domain_place(server), visit_page, visit_table);
	for (uint64_t place = ARCHIVE_INNER; place < ARCHIVE_INNER + ARCHIVE_INNER_MAX; place += DOMAIN_SIZE)
		each(place, visit_nothing, visit_table);
}
