/* machine_calls.c - the part of abi/kernel.h that asks about the machine: its cores, its memory, its clock, and how it was booted
 * SPDX-License-Identifier: MIT
 * What another core says of itself is read where it lies. */
#include "abi/kernel.h"

#include "kernel/arch/cpu.h"
#include "kernel/memory/frames.h"
#include "lib/command_line.h"
#include "percpu/clock.h"
#include "percpu/counters.h"
#include "percpu/far.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/machine.h"

unsigned kernel_core(void)
{
	return this_core();
}

unsigned kernel_core_count(void)
{
	return machine_cores();
}

unsigned kernel_node(void)
{
	return machine.acpi.core[this_core()].node;
}

unsigned kernel_distance(unsigned core_a, unsigned core_b)
{
	return topology_distance(&machine.topology, machine.acpi.core[core_a].apic_id,
				 machine.acpi.core[core_b].apic_id);
}

uint64_t kernel_time(void)
{
	return clock_now();
}

unsigned kernel_home_of(uint64_t physical)
{
	return machine_home(physical);
}

uint64_t kernel_memory_total(void)
{
	return machine_partition_bytes();
}

uint64_t kernel_counter(unsigned counter, unsigned core)
{
	return far_read64(far_of(core, &counters[counter]));
}

uint64_t kernel_footprint(unsigned core)
{
	uint64_t own = far_read64(far_of(core, &birth.first_free)) - machine.memory[core].instance;
	uint64_t zone = PAGE_SIZE + inbox_ring_area();

	return own + zone + frame_table_size(core) + far_read64(far_of(core, &counters[COUNTER_frames_used])) * PAGE_SIZE;
}

uint64_t kernel_memory_free(void)
{
	uint64_t held = 0, total = machine_partition_bytes();

	for (unsigned core = 0; core < machine_cores(); core++)
		held += kernel_footprint(core);
	return held < total ? total - held : 0;
}

uint64_t kernel_online_time(unsigned core)
{
	return clock_from_timestamp(far_read64(far_of(core, &birth.entered)));
}

int64_t kernel_poke(unsigned core)
{
	return far_poke(far_of(core, &birth.entered));
}

uint64_t kernel_random(void)
{
	static uint64_t state;
	uint64_t mixed;

	/* splitmix64 over the time-stamp counter: unpredictable enough for hash seeds, not for keys. */
	state += cpu_timestamp() | 1;
	mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return mixed ^ mixed >> 31;
}

bool kernel_option(const char *key, char *value, size_t size)
{
	return command_line_value(machine.boot.command_line, key, value, size);
}

const uint8_t *kernel_initrd(uint64_t *size)
{
	*size = machine.boot.initrd.end - machine.boot.initrd.start;
	return direct(machine.boot.initrd.start);
}
