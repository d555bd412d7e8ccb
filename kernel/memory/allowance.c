/* allowance.c - see allowance.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/allowance.h"

#include "kernel/arch/paging.h"
#include "lib/boot_words.h"
#include "lib/command_line.h"
#include "lib/string.h"
#include "percpu/machine.h"

enum {
	PAGES_IN_MIB = (1 << 20) / PAGE_SIZE,
	CHARGE_MOST = UNIT_SIZE / PAGE_SIZE, /* at once */
	SHARES = 8, /* a core may have one in so many of what is left and would be its part, in advance */
	MOST_OF = 4, /* of so many parts of the machine's memory a program may have all but one */
};

/* In pages; UINT64_MAX: none. */
static uint64_t read_limit(void)
{
	char value[BOOT_DIGITS + 1];
	uint64_t mebibytes = 0;

	if (!command_line_value(machine.boot.command_line, "limit", value, sizeof(value)))
		return machine_partition_bytes() / PAGE_SIZE / MOST_OF * (MOST_OF - 1);
	if (!strcmp(value, "none"))
		return UINT64_MAX;
	for (const char *digit = value; *digit; digit++)
		mebibytes = mebibytes * 10 + (uint64_t)(*digit - '0');
	return mebibytes * PAGES_IN_MIB;
}

static uint64_t limit(void)
{
	static uint64_t pages; /* 0: not read yet */

	if (!pages)
		pages = read_limit();
	return pages;
}

/* Many cores at once can add soonest, so they do while the limit is so far that all of them may charge a unit after this look. What is added when
 * others have used up even that meanwhile is taken back. */
static bool add(struct vspace *space, uint64_t pages, uint64_t most)
{
	if (__atomic_add_fetch(&space->pages, pages, __ATOMIC_RELAXED) <= most)
		return true;
	__atomic_fetch_sub(&space->pages, pages, __ATOMIC_RELAXED);
	return false;
}

/* Near the limit nobody adds in vain, not for a moment: others would be refused what they are to have. */
bool allowance_charge_within(struct vspace *space, uint64_t pages)
{
	uint64_t now = __atomic_load_n(&space->pages, __ATOMIC_RELAXED), most = limit();

	if (now < most && most - now > machine_cores() * CHARGE_MOST && add(space, pages, most))
		return true;
	while (now + pages <= most) /* bounded: each turn, another core has charged a batch or given one back, which takes it that many faults */
		if (__atomic_compare_exchange_n(&space->pages, &now, now + pages, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	return false;
}

/* Near the limit less and less: what one core has in advance, another may lack. */
static uint64_t batch_for(const struct vspace *space)
{
	uint64_t now = __atomic_load_n(&space->pages, __ATOMIC_RELAXED), most = limit();
	uint64_t share = now < most ? (most - now) / (SHARES * machine_cores()) : 0;

	return share > ALLOWANCE ? ALLOWANCE : share ? share : 1;
}

bool allowance_grow(struct view *view)
{
	uint64_t batch = batch_for(view->space);

	if (!allowance_charge_within(view->space, batch)) {
		batch = 1;
		if (!allowance_charge_within(view->space, batch))
			return false;
	}
	view->allowance = batch - 1;
	return true;
}

void allowance_return(struct vspace *space, struct view *view, uint64_t pages)
{
	uint64_t room = view && view->allowance < ALLOWANCE ? ALLOWANCE - view->allowance : 0, kept = room < pages ? room : pages;

	if (view)
		view->allowance += kept;
	if (pages > kept)
		__atomic_fetch_sub(&space->pages, pages - kept, __ATOMIC_RELAXED);
}
