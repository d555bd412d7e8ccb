/* main.c - the boot order, for the first core and for all the others
 * SPDX-License-Identifier: MIT
 * Two stages. On the boot tables, everything is writable and one core works: boot_main learns the
 * machine, seals it, and wakes the others. In its instance each core runs instance_main,
 * all of them at once. */
#include "abi/ipc.h"
#include "kernel/arch/apic.h"
#include "kernel/arch/defences.h"
#include "kernel/arch/segments.h"
#include "kernel/entry/classes.h"
#include "kernel/entry/discover.h"
#include "kernel/entry/events.h"
#include "kernel/entry/first.h"
#include "kernel/entry/idle.h"
#include "kernel/entry/pager.h"
#include "kernel/entry/panic.h"
#include "kernel/memory/frames.h"
#include "kernel/memory/store.h"
#include "percpu/inbox.h"
#include "ipc/replica.h"
#include "percpu/instance.h"
#include "percpu/machine.h"
#include "sched/dispatch.h"

_Noreturn static void instance_main(void);

_Noreturn void boot_main(uint64_t magic, uint64_t information)
{
	discover_machine(magic, information);
	defences_open(machine.boot.command_line);
	discover_memory();
	segments_build_interrupt_table();
	discover_clock();
	classes_choose();
	start_cores();
	instance_enter(0, instance_main);
}

_Noreturn void boot_core_main(void)
{
	instance_enter(core_of_this_processor(), instance_main);
}

_Noreturn static void instance_main(void)
{
	segments_load(&(struct entry_stacks){
		.exception = stacks.exception + sizeof(stacks.exception),
		.nmi = stacks.nmi + sizeof(stacks.nmi),
		.double_fault = stacks.double_fault + sizeof(stacks.double_fault),
		.machine_check = stacks.machine_check + sizeof(stacks.machine_check),
		.kernel = stacks.kernel + sizeof(stacks.kernel),
		.landing = stacks.landing + sizeof(stacks.landing),
	});
	apic_open();
	inbox_open();
	frames_open();
	dispatch_open();
	pager_open();
	replicas_open();
	classes_join();
	idle_open();
	names_service.start();
	if (this_core() == 0 && !store_open(IPC_KEEP))
		panic("no memory for the first address space");
	announce_online();
	if (this_core() == 0)
		start_first_program();
	event_loop_enter();
}
