/* touch.c - see touch.h
 * SPDX-License-Identifier: MIT */
#include "touch.h"

#include <stdalign.h>
#include <string.h>

#include "../count/privilege.h"
#include "carrier.h"
#include "contended.h"
#include "memory.h"
#include "tlb.h"

enum {
	FILTER_LINES = 128,
	LINE_SHIFT = 6,
	LONGEST_ACCESS = 16,
	PAGE_MASK = 0xfff,
	APIC_PAGE = 0xfee00, /* Intel SDM vol. 3A, 11.4.1 */
	APIC_SEND = 0x300,   /* its interrupt command register */
	APIC_TIMER = 0x380,  /* its timer's initial count */
	HPET_PAGE = 0xfed00, /* IA-PC HPET specification 1.0a, 3.1.1; Linux reads it where it would read the time-stamp counter */
};

struct known_line {
	uint64_t number; /* of the line, by virtual address; 0: none */
	struct line *line;
};

struct core {
	alignas(64) struct known_line filter[FILTER_LINES];
	bool changed;
};

struct account *touch_account[PRIVILEGES];

static struct core cores[TOUCH_CORES];
static const struct model_machine *model;

static void on_invalidated(unsigned int core, uint64_t now)
{
	cores[core].changed = true;
	carrier_wake(core, now);
}

int touch_start(const struct model_machine *machine)
{
	model = machine;
	for (unsigned int i = 0; i < TOUCH_CORES; i++)
		cores[i].changed = true;
	return lines_start(machine, on_invalidated) || tlb_start(machine) ? -1 : 0;
}

static void filter_clear(unsigned int core)
{
	memset(cores[core].filter, 0, sizeof(cores[core].filter));
}

void touch_forget(unsigned int core)
{
	filter_clear(core);
	tlb_forget(core);
}

void touch_flush(unsigned int core)
{
	filter_clear(core);
	tlb_flush(core);
}

bool touch_changed(unsigned int core)
{
	bool changed = cores[core].changed;

	cores[core].changed = false;
	return changed;
}

void touch_change(unsigned int core)
{
	cores[core].changed = true;
}

static struct account *account_at(uint64_t pc)
{
	return touch_account[privilege_is_kernel(pc)];
}

static void charge(uint64_t pc, enum figure figure, uint32_t cycles)
{
	carrier_clock += cycles;
	account_at(pc)->figures[figure] += cycles;
}

static enum cost device_cost(uint64_t page, uint64_t address)
{
	if (page == APIC_PAGE)
		return (address & PAGE_MASK) == APIC_SEND ? COST_icr : COST_apic;
	return page == HPET_PAGE ? COST_rdtsc : COST_port;
}

static void touch_device(unsigned int core, uint64_t page, uint64_t address, uint64_t pc)
{
	cores[core].changed = true;
	charge(pc, FIGURE_CYCLES_PRIVILEGED, model->costs[device_cost(page, address)]);
	if (page == APIC_PAGE && (address & PAGE_MASK) == APIC_TIMER)
		carrier_timer_changed();
}

/* The offset into guest memory, and a page walk's cost; false for devices, which are charged here. */
static bool translate(unsigned int core, qemu_plugin_meminfo_t info, uint64_t address, uint64_t pc, uint64_t *physical)
{
	uint64_t page = address >> TLB_PAGE_SHIFT, frame;
	enum tlb_answer answer = tlb_lookup(core, page, &frame);

	if (answer != TLB_HIT) {
		struct qemu_plugin_hwaddr *found = qemu_plugin_get_hwaddr(info, address);

		if (!found)
			return false;
		if (qemu_plugin_hwaddr_is_io(found)) {
			touch_device(core, qemu_plugin_hwaddr_phys_addr(found) >> TLB_PAGE_SHIFT, address, pc);
			return false;
		}
		frame = memory_offset(model, found) >> TLB_PAGE_SHIFT;
		tlb_insert(core, page, frame);
	}
	if (answer == TLB_MISS)
		charge(pc, FIGURE_CYCLES_WALKS, model->costs[COST_walk]);
	*physical = frame << TLB_PAGE_SHIFT | (address & PAGE_MASK);
	return true;
}

static enum figure figure_of(enum source source)
{
	switch (source) {
	case SOURCE_NEAR: return FIGURE_NEAR;
	case SOURCE_MEMORY: return FIGURE_MEMORY;
	case SOURCE_TRANSFER_READ: return FIGURE_READ;
	default: return FIGURE_WRITTEN;
	}
}

/* A string instruction's next lines are on their way when it comes to them. */
static struct price streamed(struct price price)
{
	if ((price.source == SOURCE_NEAR || price.source == SOURCE_MEMORY) && price.cycles - price.waited > model->costs[COST_stream])
		price.cycles = price.waited + model->costs[COST_stream];
	return price;
}

static void pay(struct line *line, const struct access *access, bool string)
{
	struct price price = lines_access(line, access);
	struct account *account = account_at(access->pc);

	if (string)
		price = streamed(price);
	carrier_clock += price.cycles;
	account->figures[FIGURE_CYCLES_MEMORY] += price.cycles - price.waited;
	account->figures[FIGURE_CYCLES_WAITED] += price.waited;
	if (price.source == SOURCE_HIT)
		return;
	cores[access->core].changed = true;
	account->figures[figure_of(price.source)]++;
	if (accounts_counts(account))
		contended_count(line, access, price);
	if (price.waited || price.source == SOURCE_TRANSFER_READ || price.source == SOURCE_TRANSFER_WRITE)
		carrier_met_others();
}

static void touch_line(unsigned int core, enum access_kind kind, qemu_plugin_meminfo_t info, uint64_t address, uintptr_t code)
{
	struct known_line *known = &cores[core].filter[address >> LINE_SHIFT & (FILTER_LINES - 1)];
	uint64_t pc = (uint64_t)((int64_t)code >> 1);
	struct access access = { .core = core, .kind = kind, .pc = pc, .virtual_address = address };

	if (known->number == address >> LINE_SHIFT && lines_hit(known->line, core, kind)) {
		if (kind == ACCESS_ATOMIC)
			charge(pc, FIGURE_CYCLES_MEMORY, model->costs[COST_atomic]);
		return;
	}
	if (!translate(core, info, address, pc, &access.physical))
		return;
	known->line = lines_find(access.physical);
	known->number = known->line ? address >> LINE_SHIFT : 0;
	access.now = carrier_clock;
	if (known->line)
		pay(known->line, &access, code & 1);
}

void touch(unsigned int core, enum access_kind kind, qemu_plugin_meminfo_t info, uint64_t address, uintptr_t code)
{
	uint64_t last;

	cores[core].changed |= kind != ACCESS_READ;
	touch_line(core, kind, info, address, code);
	if ((address & ((1 << LINE_SHIFT) - 1)) <= (1 << LINE_SHIFT) - LONGEST_ACCESS)
		return;
	last = address + (UINT64_C(1) << qemu_plugin_mem_size_shift(info)) - 1;
	if (last >> LINE_SHIFT != address >> LINE_SHIFT)
		touch_line(core, kind, info, last, code);
}
