/* store.c - see store.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/store.h"

#include "abi/ipc.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/slots.h"
#include "kernel/memory/tables.h"
#include "percpu/far.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

_Static_assert(STORE_BASE == ARENA_BASE && STORE_SHIFT == ARENA_SHIFT, "a shard is an arena");
_Static_assert(ARCHIVE_BASE + ARCHIVE_MAX <= ARENA_BASE, "beside the store");

static struct vspace *space[IPC_SERVERS]; /* of core 0: of all */

bool store_open(uint64_t servers)
{
	for (unsigned server = 0; server < IPC_SERVERS; server++)
		if (servers >> server & 1 && !(space[server] = vspace_create(ARENA_LOWEST)))
			return false;
	return true;
}

/* Once on each core. */
static status_t open_arena(struct vspace *store)
{
	struct arena own = arena_of(this_core());

	if (slot_state(slots_word(store->slots, own.start)) != SLOT_EMPTY)
		return STATUS_OK;
	return vspace_reserve(store, own.start, own.end, VSPACE_READ | VSPACE_WRITE);
}

status_t store_attach(unsigned server, struct view *to)
{
	struct vspace *store = (struct vspace *)far_read64(far_of(0, &space[server]));
	status_t status = store ? open_arena(store) : STATUS_OK;

	if (!store || status)
		return status;
	to->store = view_get(store);
	return to->store ? STATUS_OK : STATUS_NO_MEMORY;
}

/* NULL: no frame for a table. */
static uint64_t *archive_word(struct view *of, uint64_t address)
{
	uint64_t *table;

	if (tables_shared)
		return tables_word(of, address);
	table = view_table(of, address, 0);
	return table ? &table[paging_index(address, 0)] : NULL;
}

static status_t archive_fault(struct view *of, uint64_t address, enum access access)
{
	uint64_t first = machine.boot.initrd.start & ~(uint64_t)(PAGE_SIZE - 1), page = (address - ARCHIVE_BASE) & ~(uint64_t)(PAGE_SIZE - 1);
	uint64_t *word;

	if (access != ACCESS_READ || first + page >= machine.boot.initrd.end)
		return STATUS_BAD_ADDRESS;
	word = archive_word(of, address);
	if (!word)
		return STATUS_NO_MEMORY;
	*word = (first + page) | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE;
	return STATUS_OK;
}

/* What its home has not filled stays out of reach. */
static status_t look(const struct view *store, uint64_t address)
{
	switch (slot_state(slots_word(store->space->slots, address))) {
	case SLOT_PRESENT:
		return STATUS_OK;
	case SLOT_RETIRED:
		return STATUS_BUSY;
	default:
		return STATUS_BAD_ADDRESS;
	}
}

status_t store_fault(struct view *of, uint64_t address, enum access access)
{
	unsigned home = arena_home(address, machine_cores(), CORES_MAX), top = paging_index(address, 3);
	bool foreign = home != this_core();
	status_t status;

	if (address >= ARCHIVE_BASE && address < ARCHIVE_BASE + ARCHIVE_MAX)
		return archive_fault(of, address, access);
	if (home == CORES_MAX || (foreign && access != ACCESS_READ))
		return STATUS_BAD_ADDRESS;
	status = look(of->store, address);
	if (!status)
		status = vspace_fault(of->store, address, access);
	if (status)
		return status;
	if (foreign && !tables_shared) /* else the home would lose it, too */
		view_protect(of->store, address & ~(uint64_t)(PAGE_SIZE - 1), (address | (PAGE_SIZE - 1)) + 1); /* I2 */
	((uint64_t *)direct(of->root))[top] = ((const uint64_t *)direct(of->store->root))[top]; /* I1 */
	return STATUS_OK;
}

static bool is_own(uint64_t start, uint64_t pages)
{
	struct arena own = arena_of(this_core());

	return start % PAGE_SIZE == 0 && start >= own.start && start < own.end && pages && pages <= (own.end - start) / PAGE_SIZE;
}

int64_t store_fill(struct view *store, uint64_t start, uint64_t pages)
{
	int64_t done = 0;

	if (!is_own(start, pages))
		return STATUS_BAD_ARGUMENT;
	if (pages > STORE_FILL_MOST)
		pages = STORE_FILL_MOST;
	for (; (uint64_t)done < pages; done++) {
		status_t status = vspace_fault_now(store, start + (uint64_t)done * PAGE_SIZE, ACCESS_WRITE);

		if (status)
			return done ? done : status == STATUS_OVER_LIMIT ? STATUS_NO_SPACE : status;
	}
	return done;
}

status_t store_drop(struct view *store, uint64_t start, uint64_t pages)
{
	if (!is_own(start, pages))
		return STATUS_BAD_ARGUMENT;
	return (status_t)vspace_change(store->space, VSPACE_DISCARD, (uint64_t[]){ start, pages * PAGE_SIZE, 0, 0 });
}
