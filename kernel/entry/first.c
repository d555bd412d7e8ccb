/* first.c - see first.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/first.h"

#include "abi/services.h"
#include "kernel/arch/cpu.h"
#include "kernel/entry/classes.h"
#include "kernel/entry/finish.h"
#include "kernel/entry/panic.h"
#include "lib/boot_words.h"
#include "lib/command_line.h"
#include "lib/core_set.h"
#include "percpu/clock.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"
#include "percpu/log.h"
#include "percpu/machine.h"

enum {
	PATH_SIZE = 256,
	WHY_SIZE = 256,
	ARGUMENTS_MAX = 64,
	START_FAILED = 127, /* as a shell says it */
};

#define PATIENCE UINT64_C(10000000000) /* ns for all cores to come up */

static struct mailbox *core0_mailbox(void)
{
	return direct(machine.memory[0].mailbox);
}

void announce_online(void)
{
	unsigned self = this_core();

	__atomic_fetch_or(&core0_mailbox()->online[self / 64], UINT64_C(1) << self % 64, __ATOMIC_SEQ_CST);
}

static void read_online(struct core_set *online)
{
	for (unsigned i = 0; i < CORE_SET_WORDS; i++)
		online->word[i] = __atomic_load_n(&core0_mailbox()->online[i], __ATOMIC_ACQUIRE);
}

static void wait_for_cores(void)
{
	struct core_set online;

	for (read_online(&online); core_set_count(&online) < machine_cores(); read_online(&online)) {
		if (clock_now() < PATIENCE) {
			inbox_serve_leaves();
			cpu_pause();
			continue;
		}
		for (unsigned core = 0; core < machine_cores(); core++)
			if (!core_set_has(&online, core))
				log_line("entry", "core %u (APIC id %u) has not started", core,
					 machine.acpi.core[core].apic_id);
		panic("not all cores have started within 10 s");
	}
}

static void say_what_we_are(void)
{
	const struct acpi_machine *acpi = &machine.acpi;

	log_line("entry", "tessera: %u cores, %u memory nodes, %lu MiB in partitions, time-stamp counter at %lu kHz",
		 machine_cores(), acpi->node_count, machine_partition_bytes() >> 20, machine.timestamp_khz);
	if (machine.ignored_bytes)
		log_line("entry", "%lu MiB of memory are not used: they lie above %u GiB", machine.ignored_bytes >> 20,
			 (unsigned)((uint64_t)UNITS_MAX * UNIT_SIZE >> 30));
	if (acpi->warning)
		log_line("entry", "ACPI: %s", acpi->warning);
	if (acpi->unusable_count)
		log_line("entry", "%u cores cannot be used: APIC ids from %u on need x2APIC, which this processor "
			 "has not, or are more than %u", acpi->unusable_count, acpi->first_unusable_apic_id, CORES_MAX);
}

/* What was meant to be measured or limited would not be. */
static void look_at_words(void)
{
	char why[WHY_SIZE];

	if (!boot_words_wrong(machine.boot.command_line, why, sizeof(why)))
		return;
	log_line("entry", "the command line cannot be used: %s", why);
	log_line("entry", "these are its words:");
	for (unsigned i = 0; i < boot_word_count; i++)
		log_line("entry", "  %s=%s: %s", boot_words[i].name, boot_words[i].values, boot_words[i].meaning);
	finish(START_FAILED);
}

void start_first_program(void)
{
	char path[PATH_SIZE], storage[BOOT_COMMAND_LINE];
	char *argv[ARGUMENTS_MAX + 1];
	int count;

	wait_for_cores();
	say_what_we_are();
	look_at_words();
	classes_say();
	if (defences_missing())
		log_line("entry", "a defence is off, and attacks will go through: undefended=%s", defences_missing());
	if (command_line_value(machine.boot.command_line, "panic", path, sizeof(path)))
		panic("the command line asked for it: panic=%s", path); /* how else would one see what it prints? */
	argv[0] = path;
	if (!command_line_value(machine.boot.command_line, "init", path, sizeof(path))) {
		log_line("entry", "no program to run: put init=/bin/program on the command line, and give an "
			 "initramfs that holds it");
		finish(START_FAILED);
	}
	count = command_line_arguments(machine.boot.command_line, storage, sizeof(storage), argv + 1, ARGUMENTS_MAX);
	if (count < 0) {
		log_line("entry", "the arguments behind -- cannot be used: a quote is open, or there are more than %u",
			 ARGUMENTS_MAX - 1);
		finish(START_FAILED);
	}
	if (linux_service.start_first(path, argv))
		finish(START_FAILED);
}
