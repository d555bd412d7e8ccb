/* frames.c - see frames.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/frames.h"

#include "abi/services.h"
#include "percpu/counters.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

static struct pcache cache[FRAME_KINDS];

/* Frames on their way to one other core; word[0] counts those in word[1]... */
static struct message parcel = { .kind = MESSAGE_frames };
static unsigned parcel_home;

void frames_open(void)
{
	unsigned self = this_core();
	uint64_t shared = machine.memory[self].mailbox + PAGE_SIZE + inbox_ring_area();

	for (uint32_t unit = 0; unit < machine.unit_count; unit++) {
		uint64_t start = (uint64_t)unit << UNIT_SHIFT;
		uint64_t end = start + UNIT_SIZE;
		enum frame_kind kind = machine.unit[unit].kind == UNIT_SHARED ? FRAME_SHARED : FRAME_PRIVATE;

		if (machine.unit[unit].owner != self)
			continue;
		if (start <= birth.first_free && birth.first_free <= end)
			start = birth.first_free;
		if (start <= shared && shared <= end)
			start = shared;
		memory_service.donate(kind, start, end);
	}
}

uint64_t frame_take(enum frame_kind kind)
{
	struct pcache *from = &cache[kind];

	if (from->head == from->tail) {
		memory_service.stock(kind, from);
		if (from->head == from->tail)
			return 0;
	}
	counters[COUNTER_frames_used]++;
	return from->frame[from->head++ % PCACHE_SLOTS];
}

uint64_t frame_take_private(void)
{
	return frame_take(FRAME_PRIVATE);
}

uint64_t frame_take_shared(void)
{
	return frame_take(FRAME_SHARED);
}

static void give_home(uint64_t frame)
{
	counters[COUNTER_frames_used]--;
	memory_service.release(machine.unit[frame >> UNIT_SHIFT].kind == UNIT_SHARED ? FRAME_SHARED : FRAME_PRIVATE,
			       frame);
}

void frame_give_flush(void)
{
	if (!parcel.word[0])
		return;
	inbox_send_leaf(parcel_home, &parcel);
	parcel.word[0] = 0;
}

void frame_give(uint64_t frame)
{
	unsigned home = machine_home(frame);

	if (home == this_core()) {
		give_home(frame);
		return;
	}
	if (parcel.word[0] == MESSAGE_WORDS - 1 || (parcel.word[0] && parcel_home != home))
		frame_give_flush();
	parcel_home = home;
	parcel.word[++parcel.word[0]] = frame;
}

void frames_came_home(const struct message *message)
{
	for (unsigned i = 1; i <= message->word[0]; i++)
		give_home(message->word[i]);
}
