/* frames.c - see frames.h
 * SPDX-License-Identifier: MIT */
#include "kernel/memory/frames.h"

#include "abi/services.h"
#include "kernel/memory/loans.h"
#include "kernel/memory/tables.h"
#include "percpu/counters.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

static struct pcache cache[FRAME_KINDS];

enum {
	CLEARED_AT_ONCE = UNIT_SIZE / 32, /* bytes: others wait as long */
	WHOLE_UNIT = 1, /* in a parcel's word, beside the address */
};

static unsigned debt; /* pages of programs in frames of the reserve, since there was more than the reserve */

/* Frames on their way to one other core; word[0] counts those in word[1]... */
static struct message parcel = { .kind = MESSAGE_frames };
static unsigned parcel_home;

static void donate(uint32_t unit, uint64_t start, uint64_t end)
{
	uint64_t from = (uint64_t)unit << UNIT_SHIFT, to = from + UNIT_SIZE;

	start = start < from ? from : start < to ? start : to;
	end = end > to ? to : end > start ? end : start;
	for (uint64_t frame = from; frame < to; frame += PAGE_SIZE)
		if (frame < start || frame >= end)
			frame_entry(frame)->type = FRAME_boot;
	memory_service.donate(machine.unit[unit].kind == UNIT_SHARED ? FRAME_SHARED : FRAME_PRIVATE, start, end, unit_note(from));
}

void frames_open(void)
{
	const struct core_memory *memory = &machine.memory[this_core()];
	uint64_t shared = memory->mailbox + PAGE_SIZE + inbox_ring_area();

	for (uint32_t unit = 0; unit < machine.unit_count; unit++) {
		if (machine.unit[unit].owner != this_core())
			continue;
		if (machine.unit[unit].kind == UNIT_SHARED)
			donate(unit, shared, memory->shared_end);
		else
			donate(unit, birth.first_free, memory->private_end);
	}
	tables_open();
	loans_open();
}

static enum frame_kind kind_of(enum frame_type type)
{
	static const uint8_t kind[] = {
#define X(name, zone, first, words, meaning) zone == UNIT_SHARED ? FRAME_SHARED : FRAME_PRIVATE,
#include "percpu/frame_types.def"
#undef X
	};

	return (enum frame_kind)kind[type];
}

/* There is one. */
static inline uint64_t take_prepared(struct pcache *from, enum frame_type type)
{
	uint64_t frame = from->frame[from->head++ % PCACHE_SLOTS];

	counters[COUNTER_frames_used]++;
	frame_entry(frame)->type = (uint8_t)type;
	return frame;
}

uint64_t frame_take(enum frame_type type)
{
	struct pcache *from = &cache[kind_of(type)];

	if (from->head == from->tail)
		memory_service.stock(kind_of(type), FRAME_FOR_KERNEL, from);
	return from->head == from->tail ? 0 : take_prepared(from, type);
}

bool frame_page_ready(void)
{
	struct pcache *own = &cache[FRAME_PRIVATE];

	if (own->head != own->tail)
		return true;
	memory_service.stock(FRAME_PRIVATE, FRAME_FOR_PROGRAM, own);
	if (own->head == own->tail)
		return false;
	debt = 0;
	return true;
}

__attribute__((noinline)) static uint64_t take_page_slowly(void)
{
	return frame_page_ready() ? take_prepared(&cache[FRAME_PRIVATE], FRAME_user) : loans_take();
}

uint64_t frame_take_page(void)
{
	struct pcache *own = &cache[FRAME_PRIVATE];

	return __builtin_expect(own->head == own->tail, 0) ? take_page_slowly() : take_prepared(own, FRAME_user);
}

bool frame_reserve_open(void)
{
	struct pcache *own = &cache[FRAME_PRIVATE];

	if (own->head == own->tail && debt < CALL_PAGES) {
		memory_service.stock(FRAME_PRIVATE, FRAME_FOR_KERNEL, own);
		debt++;
	}
	return own->head != own->tail;
}

void frame_put_back(uint64_t frame)
{
	if (machine_home(frame) == this_core())
		frame_give(frame);
	else
		loans_put_back(frame);
}

uint64_t frame_take_node(void)
{
	return frame_take(FRAME_slots);
}

uint64_t frame_take_node_for_program(void)
{
	struct pcache *shared = &cache[FRAME_SHARED];

	if (shared->head == shared->tail)
		memory_service.stock(FRAME_SHARED, FRAME_FOR_PROGRAM, shared);
	return shared->head == shared->tail ? 0 : take_prepared(shared, FRAME_slots);
}

uint64_t frame_take_unit(void)
{
	uint64_t unit = memory_service.take_unit();
	struct frame_entry *entry = frame_entry(unit);

	if (!unit)
		return 0;
	counters[COUNTER_frames_used] += UNIT_SIZE / PAGE_SIZE;
	for (unsigned i = 0; i < UNIT_SIZE / PAGE_SIZE; i++)
		entry[i].type = FRAME_user;
	for (uint64_t part = unit; part < unit + UNIT_SIZE; part += CLEARED_AT_ONCE) {
		memory_service.clear(part, CLEARED_AT_ONCE);
		inbox_serve_leaves();
	}
	return unit;
}

static void mark_free(struct frame_entry *entry)
{
	if (entry->type == FRAME_free)
		__builtin_trap(); /* given back twice */
	entry->type = FRAME_free;
	entry->generation++;
}

static void give_home(uint64_t frame)
{
	mark_free(frame_entry(frame));
	counters[COUNTER_frames_used]--;
	memory_service.release(machine.unit[frame >> UNIT_SHIFT].kind == UNIT_SHARED ? FRAME_SHARED : FRAME_PRIVATE,
			       frame, unit_note(frame));
}

static void give_unit_home(uint64_t unit)
{
	struct frame_entry *entry = frame_entry(unit);

	for (unsigned i = 0; i < UNIT_SIZE / PAGE_SIZE; i++)
		mark_free(&entry[i]);
	counters[COUNTER_frames_used] -= UNIT_SIZE / PAGE_SIZE;
	memory_service.release_unit(unit_note(unit));
}

bool frame_give_flush(void)
{
	if (!parcel.word[0])
		return false;
	inbox_send_leaf(parcel_home, &parcel);
	parcel.word[0] = 0;
	return true;
}

/* To another core. */
static void send(uint64_t frame, unsigned how)
{
	unsigned home = machine_home(frame);

	if (parcel.word[0] == MESSAGE_WORDS - 1 || (parcel.word[0] && parcel_home != home))
		frame_give_flush();
	parcel_home = home;
	parcel.word[++parcel.word[0]] = frame | how;
}

void frame_give(uint64_t frame)
{
	if (machine_home(frame) == this_core())
		give_home(frame);
	else
		send(frame, 0);
}

void frame_give_unit(uint64_t unit)
{
	if (machine_home(unit) == this_core())
		give_unit_home(unit);
	else
		send(unit, WHOLE_UNIT);
}

void frame_drop(uint64_t frame)
{
	uint32_t *sharers = frame_sharers(frame);
	uint32_t now = __atomic_load_n(sharers, __ATOMIC_ACQUIRE);

	while (now && !__atomic_compare_exchange_n(sharers, &now, now - 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) { /* bounded: */
		/* each turn, one of those who share the frame has come or gone */
	}
	if (!now)
		frame_give(frame);
}

bool frame_unit_shared(uint64_t unit)
{
	const uint32_t *sharers = frame_sharers(unit);

	for (unsigned i = 0; i < UNIT_SIZE / PAGE_SIZE; i++)
		if (__atomic_load_n(&sharers[i], __ATOMIC_SEQ_CST))
			return true;
	return false;
}

void frame_drop_unit(uint64_t unit)
{
	if (!frame_unit_shared(unit)) {
		frame_give_unit(unit);
		return;
	}
	for (uint64_t frame = unit; frame < unit + UNIT_SIZE; frame += PAGE_SIZE)
		frame_drop(frame);
}

void frames_came_home(const struct message *message)
{
	for (unsigned i = 1; i <= message->word[0]; i++) {
		if (message->word[i] & WHOLE_UNIT)
			give_unit_home(message->word[i] - WHOLE_UNIT);
		else
			give_home(message->word[i]);
	}
}

static void visit_owners(enum frame_type type, uint64_t frame, frame_visitor visit)
{
	for (uint32_t owners = 1 + (type == FRAME_user ? *frame_sharers(frame) : 0); owners; owners--)
		visit(type, frame);
}

void frames_visit(frame_visitor visit)
{
	for (uint32_t unit = 0; unit < machine.unit_count; unit++) {
		uint64_t start = (uint64_t)unit << UNIT_SHIFT;

		if (machine.unit[unit].owner != this_core())
			continue;
		for (uint64_t frame = start; frame < start + UNIT_SIZE; frame += PAGE_SIZE)
			visit_owners((enum frame_type)frame_entry(frame)->type, frame, visit);
	}
}

uint64_t frames_unused(void)
{
	uint64_t unused = 0;

	for (unsigned kind = 0; kind < FRAME_KINDS; kind++)
		unused += memory_service.free_frames((enum frame_kind)kind) + cache[kind].tail - cache[kind].head;
	return unused;
}
