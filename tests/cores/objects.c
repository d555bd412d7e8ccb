/* objects.c - see objects.h
 * SPDX-License-Identifier: MIT */
#include "tests/cores/objects.h"

#include "kernel/memory/backing.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/store.h"

enum {
	HOLDERS = 10,
	ASKING = 4,
};

static struct {
	uint64_t version;
	uint64_t frame[OBJECT_PAGES];
} objects[OBJECTS];

static int kept[OBJECTS * HOLDERS];
static unsigned opened;

static uint64_t object_of(uint64_t holder)
{
	return holder / HOLDERS;
}

static void keep(uint64_t holder)
{
	__atomic_fetch_add(&kept[holder], 1, __ATOMIC_RELAXED);
}

static void let_go(uint64_t holder)
{
	__atomic_fetch_sub(&kept[holder], 1, __ATOMIC_RELAXED);
}

uint64_t (*const backing_object)(uint64_t holder) = object_of;
void (*const backing_keep)(uint64_t holder) = keep;
void (*const backing_let_go)(uint64_t holder) = let_go;

int objects_kept(uint64_t holder)
{
	return __atomic_load_n(&kept[holder], __ATOMIC_RELAXED);
}

uint64_t objects_value(uint64_t object, uint64_t index)
{
	return object << 32 | index << 1 | 1;
}

static uint64_t make_page(uint64_t object, uint64_t index)
{
	uint64_t frame = frame_take(FRAME_user);

	play_must(frame);
	((uint64_t *)direct(frame))[8] = objects_value(object, index);
	return frame;
}

void objects_open(unsigned count)
{
	opened = count;
	for (unsigned object = 0; object < count; object++)
		for (unsigned index = 0; index < OBJECT_PAGES; index++)
			__atomic_store_n(&objects[object].frame[index], make_page(object, index), __ATOMIC_RELEASE);
}

void objects_close(void)
{
	for (unsigned object = 0; object < opened; object++)
		for (unsigned index = 0; index < OBJECT_PAGES; index++)
			frame_drop(objects[object].frame[index]);
	frame_give_flush();
}

void objects_exchange(uint64_t object, uint64_t index)
{
	uint64_t old = objects[object].frame[index];

	__atomic_fetch_add(&objects[object].version, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&objects[object].frame[index], 0, __ATOMIC_SEQ_CST);
	frame_drop(old);
	__atomic_store_n(&objects[object].frame[index], make_page(object, index), __ATOMIC_SEQ_CST);
}

/* What kernel/memory/store.c does, of these objects: the address says which page. */
status_t store_share(const struct store_page *page, uint64_t *frame)
{
	uint64_t object = page->address / OBJECT_PAGES, index = page->address % OBJECT_PAGES;

	*frame = __atomic_load_n(&objects[object].frame[index], __ATOMIC_SEQ_CST);
	if (!*frame)
		return STATUS_RESTART;
	__atomic_fetch_add(frame_sharers(*frame), 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&objects[object].frame[index], __ATOMIC_SEQ_CST) == *frame &&
	    __atomic_load_n(&objects[object].version, __ATOMIC_SEQ_CST) == page->value)
		return STATUS_OK;
	frame_drop(*frame);
	return STATUS_RESTART;
}

int64_t objects_map(uint64_t start, unsigned count, uint64_t holder, unsigned first, unsigned rights, enum vspace_map_flags flags)
{
	int64_t result;

	keep(holder);
	result = space_change(VSPACE_MAP_OBJECT, start, (uint64_t)count * PAGE_SIZE,
			      rights | (uint64_t)flags << VSPACE_OBJECT_FLAGS | (uint64_t)first << VSPACE_OBJECT_PAGE, holder);
	if (result < 0)
		let_go(holder);
	return result;
}

/* Asks, and puts the answer. */
static status_t fetch(uint64_t address, enum access access)
{
	struct object_page page;
	struct store_page from;

	if (backing_find(space, address, &page))
		return STATUS_BUSY; /* something else is mapped there by now */
	if (page.index >= OBJECT_PAGES)
		return STATUS_NOT_FOUND;
	from = (struct store_page){ .address = page.object * OBJECT_PAGES + page.index, .value = __atomic_load_n(&objects[page.object].version, __ATOMIC_SEQ_CST) };
	for (unsigned i = 0; i < ASKING; i++) { /* the service takes its time */
		space_interrupt();
		cpu_pause();
	}
	return backing_put(space_view, address & ~(uint64_t)(PAGE_SIZE - 1), &page, &from, access);
}

status_t objects_access(uint64_t address, enum access access, uint64_t **words)
{
	status_t status;

	do {
		status = space_access(address, access, (void **)words);
		if (status != STATUS_BACKED)
			return status;
		status = fetch(address, access);
	} while (status == STATUS_OK || status == STATUS_RESTART || status == STATUS_BUSY);
	return status;
}
