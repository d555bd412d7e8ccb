/* store.c - see store.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/store.h"

#include "abi/domain.h"
#include "abi/ipc.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/paging.h"
#include "kernel/memory/arena.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/holders.h"
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

static struct vspace *store_of(unsigned server)
{
	return server < IPC_SERVERS ? (struct vspace *)far_read64(far_of(0, &space[server])) : NULL;
}

/* Once on each core. */
static status_t open_arena(struct vspace *store)
{
	struct arena own = arena_of(this_core());

	if (slot_state(slots_word(store->slots, own.start)) != SLOT_EMPTY)
		return STATUS_OK;
	return vspace_reserve(store, own.start, own.end, VSPACE_READ | VSPACE_WRITE | VSPACE_SHARED); /* programs may have them, too */
}

status_t store_attach(unsigned server, struct view *to)
{
	struct vspace *store = store_of(server);
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

status_t store_reach(struct view *store, uint64_t address, enum access access)
{
	unsigned home = arena_home(address, machine_cores(), CORES_MAX);
	bool foreign = home != this_core();
	status_t status;

	if (home == CORES_MAX || (foreign && access != ACCESS_READ))
		return STATUS_BAD_ADDRESS;
	status = look(store, address);
	if (!status)
		status = vspace_fault(store, address, access);
	if (!status && foreign && !tables_shared) /* else the home would lose it, too */
		view_protect(store, address & ~(uint64_t)(PAGE_SIZE - 1), (address | (PAGE_SIZE - 1)) + 1); /* I2 */
	return status;
}

status_t store_fault(struct view *of, uint64_t address, enum access access)
{
	unsigned top = paging_index(address, 3);
	status_t status;

	if (address >= ARCHIVE_BASE && address < ARCHIVE_BASE + ARCHIVE_MAX)
		return archive_fault(of, address, access);
	status = store_reach(of->store, address, access);
	if (status)
		return status;
	((uint64_t *)direct(of->root))[top] = ((const uint64_t *)direct(of->store->root))[top]; /* I1 */
	return STATUS_OK;
}

static const uint64_t *slot_at(const struct vspace *store, uint64_t address)
{
	return address >= STORE_BASE && address < USER_END ? slots_find(store->slots, address) : NULL;
}

/* The frame of a page, 0: it is not there; at this moment. */
static uint64_t frame_in(const uint64_t *slot)
{
	uint64_t word = slot ? __atomic_load_n(slot, __ATOMIC_SEQ_CST) : SLOT_EMPTY;

	return slot_state(word) == SLOT_PRESENT ? slot_frame(word) : 0;
}

static status_t look_at(const struct vspace *store, const struct store_page *page)
{
	uint64_t frame = page->word % 8 ? 0 : frame_in(slot_at(store, store_outer(page->word)));

	if (!frame)
		return STATUS_NOT_ALLOWED;
	return far_read64(far_physical(frame + page->word % PAGE_SIZE)) == page->value ? STATUS_OK : STATUS_RESTART;
}

/* What its owner has put where others may have it. Where a page lies never changes. */
static bool is_mappable(uint64_t address)
{
	return address & STORE_MAPPABLE;
}

/* The page goes only behind the word's change. So with the owner counted first, a word that is as it was says that the frame was this page's then. The slot is looked
 * at again because the kernel does not believe it. */
status_t store_share(const struct store_page *page, uint64_t *frame)
{
	const struct vspace *store = store_of(page->server);
	const uint64_t *slot = store ? slot_at(store, store_outer(page->address)) : NULL;
	status_t status;

	if (!is_mappable(page->address) && defence_holds(DEFENCE_halves))
		return STATUS_NOT_ALLOWED;
	*frame = frame_in(slot);
	if (!*frame)
		return STATUS_RESTART;
	__atomic_fetch_add(frame_sharers(*frame), 1, __ATOMIC_SEQ_CST);
	status = frame_in(slot) == *frame ? look_at(store, page) : STATUS_RESTART;
	if (status)
		frame_drop(*frame);
	return status;
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
	return (status_t)vspace_change(store->space, VSPACE_DROP, (uint64_t[]){ start, pages * PAGE_SIZE, 0, 0 });
}
