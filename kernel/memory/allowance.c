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

/* Never more than there is, not for a moment: others would be refused what they are to have. So far below the limit that all cores together
 * may charge a unit after this look, an addition does; it is what many cores at once can do soonest. */
bool allowance_charge_within(struct vspace *space, uint64_t pages)
{
	uint64_t now = __atomic_load_n(&space->pages, __ATOMIC_RELAXED), most = limit();

	if (now < most && most - now > machine_cores() * CHARGE_MOST) {
		allowance_charge(space, pages);
		return true;
	}
	while (now + pages <= most) /* bounded: each turn, another core has charged a batch or given one back, which takes it that many faults */
		if (__atomic_compare_exchange_n(&space->pages, &now, now + pages, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	return false;
}

bool allowance_grow(struct view *view)
{
	if (!allowance_charge_within(view->space, ALLOWANCE))
		return allowance_charge_within(view->space, 1);
	view->allowance = ALLOWANCE - 1;
	return true;
}

void allowance_return(struct vspace *space, struct view *view, uint64_t pages)
{
	uint64_t kept = 0;

	if (view) {
		kept = 2 * ALLOWANCE - view->allowance < pages ? 2 * ALLOWANCE - view->allowance : pages;
		view->allowance += kept;
	}
	if (pages > kept)
		__atomic_fetch_sub(&space->pages, pages - kept, __ATOMIC_RELAXED);
}
