/* count.c - QEMU plugin that counts instructions and cache lines exactly, between markers
 * SPDX-License-Identifier: MIT
 * -plugin libcount.so,out=FILE[,before_user=1][,top=K]
 * Three phases, each with code translated anew, so that none pays for another:
 *   BOOT   (before_user=1 alone) kernel-address instructions of all cores, to the first program's first
 *   IDLE   markers alone are seen: boot runs at nearly full speed
 *   TRACK  from the first MARKER_WARM on: every instruction and memory access of every core
 * The counts are per instruction, never per block, so a block that faults midway is exact. The marker
 * instructions that open and close windows are not counted themselves.
 * Written to FILE when the machine ends: windows_report, then one line `before_user INSTRUCTIONS
 * REPEATS`, then K lines `top ADDRESS MOVES MOVER_PC WRITER_PC` of the lines moved most inside windows. */
#include "boot.h"
#include "lines.h"
#include "privilege.h"
#include "qemu_plugin.h"
#include "stale.h"
#include "ticks.h"
#include "windows.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOP_MAXIMUM = 1000 };

enum phase { PHASE_BOOT, PHASE_IDLE, PHASE_TRACK };

PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static qemu_plugin_id_t plugin_id;
static enum phase phase = PHASE_IDLE; /* changes only while no vCPU runs */
static atomic_int wanted_phase;
static FILE *out;
static bool boot_is_counted;
static unsigned int top_count;

static void phase_enter(qemu_plugin_id_t id);

static void drop_translations(void)
{
	qemu_plugin_reset(plugin_id, phase_enter);
}

/* Phases only go forward. The change happens at the next point where no vCPU runs translated code. */
static void phase_request(enum phase next)
{
	int wanted = atomic_load(&wanted_phase);

	while (wanted < (int)next)
		if (atomic_compare_exchange_weak(&wanted_phase, &wanted, next)) {
			drop_translations();
			return;
		}
}

static void on_marker(unsigned int vcpu, void *data)
{
	switch ((uintptr_t)data) {
	case MARKER_WARM: phase_request(PHASE_TRACK); break;
	case MARKER_BEGIN: window_begin(vcpu, WINDOW_OWN); break;
	case MARKER_BEGIN_ALL: window_begin(vcpu, WINDOW_ALL); break;
	case MARKER_TICKS: ticks_learn_begin(); break;
	case MARKER_END:
		window_end(vcpu);
		ticks_learn_end();
		break;
	}
}

static void on_message(unsigned int vcpu, void *data)
{
	window_event(vcpu, (uintptr_t)data, WINDOW_MESSAGE);
}

static void on_doorbell(unsigned int vcpu, void *data)
{
	window_event(vcpu, (uintptr_t)data, WINDOW_DOORBELL);
}

static void on_instruction(unsigned int vcpu, void *data)
{
	window_instruction(vcpu, (uintptr_t)data);
}

static void on_interrupt_return(unsigned int vcpu, void *data)
{
	window_instruction(vcpu, (uintptr_t)data);
	ticks_return(vcpu);
}

static void touch(unsigned int vcpu, uint64_t pc, qemu_plugin_meminfo_t info, uint64_t address)
{
	struct qemu_plugin_hwaddr *physical = qemu_plugin_get_hwaddr(info, address);
	struct line *moved;

	if (!physical || qemu_plugin_hwaddr_is_io(physical))
		return;
	moved = lines_touch(qemu_plugin_hwaddr_phys_addr(physical), vcpu,
			    qemu_plugin_mem_is_store(info) ? LINE_WRITE : LINE_READ, pc);
	if (moved && window_scope(vcpu, pc) != SCOPE_NONE) {
		window_event(vcpu, pc, WINDOW_LINE_MOVED);
		if (!ticks_inside(vcpu))
			line_count_move(moved, pc);
	}
}

static void on_memory(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	uint64_t last = address + (UINT64_C(1) << qemu_plugin_mem_size_shift(info)) - 1;

	touch(vcpu, (uintptr_t)data, info, address);
	if (address >> LINE_SHIFT != last >> LINE_SHIFT)
		touch(vcpu, (uintptr_t)data, info, last);
}

static void on_boot_kernel(unsigned int vcpu, void *data)
{
	boot_kernel_instruction(vcpu, (uintptr_t)data);
}

static void on_boot_low(unsigned int vcpu, void *data)
{
	(void)data;
	if (boot_low_block(vcpu))
		phase_request(PHASE_IDLE);
}

/* The event of a marker instruction, or 0. */
static uint32_t marker_event(const struct qemu_plugin_insn *insn)
{
	static const uint8_t opcode[] = { 0x0f, 0x1f, 0x80 };
	const uint8_t *bytes = qemu_plugin_insn_data(insn);
	uint32_t event;

	if (qemu_plugin_insn_size(insn) != sizeof(opcode) + sizeof(event) || memcmp(bytes, opcode, sizeof(opcode)))
		return 0;
	memcpy(&event, bytes + sizeof(opcode), sizeof(event));
	return event >= MARKER_WARM && event <= MARKER_DOORBELL ? event : 0;
}

static bool is_interrupt_return(const struct qemu_plugin_insn *insn)
{
	static const uint8_t opcode[] = { 0x48, 0xcf }; /* iretq */

	return qemu_plugin_insn_size(insn) == sizeof(opcode) && !memcmp(qemu_plugin_insn_data(insn), opcode, sizeof(opcode));
}

static void instrument(struct qemu_plugin_insn *insn)
{
	uint32_t event = marker_event(insn);
	void *pc = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

	if (event && event <= MARKER_TICKS) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_marker, QEMU_PLUGIN_CB_NO_REGS, (void *)(uintptr_t)event);
		return;
	}
	stale_watch(insn, drop_translations);
	if (phase == PHASE_BOOT && privilege_is_kernel((uintptr_t)pc))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_boot_kernel, QEMU_PLUGIN_CB_NO_REGS, pc);
	if (phase != PHASE_TRACK)
		return;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, is_interrupt_return(insn) ? on_interrupt_return : on_instruction,
					       QEMU_PLUGIN_CB_NO_REGS, pc);
	qemu_plugin_register_vcpu_mem_cb(insn, on_memory, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, pc);
	if (event == MARKER_MESSAGE)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_message, QEMU_PLUGIN_CB_NO_REGS, pc);
	if (event == MARKER_DOORBELL)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_doorbell, QEMU_PLUGIN_CB_NO_REGS, pc);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	if (phase == PHASE_BOOT && !privilege_is_kernel(qemu_plugin_tb_vaddr(tb)))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_boot_low, QEMU_PLUGIN_CB_NO_REGS, NULL);
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

static void on_exit_machine(qemu_plugin_id_t id, void *data)
{
	struct line_report top[TOP_MAXIMUM];
	unsigned int count;

	(void)id;
	(void)data;
	windows_report(out);
	if (boot_is_counted)
		boot_report(out);
	count = lines_top(top, top_count);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "top %#jx %ju %#jx %#jx\n", (uintmax_t)top[i].address, (uintmax_t)top[i].moves,
			(uintmax_t)top[i].mover_pc, (uintmax_t)top[i].writer_pc);
	if (fclose(out))
		perror("count: the report is incomplete");
}

static void callbacks_register(void)
{
	qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, on_translation);
	qemu_plugin_register_atexit_cb(plugin_id, on_exit_machine, NULL);
}

static void phase_enter(qemu_plugin_id_t id)
{
	(void)id;
	phase = atomic_load(&wanted_phase);
	callbacks_register();
}

static int argument_parse(const char *argument)
{
	if (!strncmp(argument, "out=", 4) && !out) {
		out = fopen(argument + 4, "w");
		if (!out)
			perror(argument + 4);
		return out ? 0 : -1;
	}
	if (!strcmp(argument, "before_user=1")) {
		boot_is_counted = true;
		return 0;
	}
	if (!strncmp(argument, "top=", 4) && strtoul(argument + 4, NULL, 10) <= TOP_MAXIMUM) {
		top_count = strtoul(argument + 4, NULL, 10);
		return 0;
	}
	fprintf(stderr, "count: argument '%s' is not one of out=FILE before_user=1 top=0..%u\n", argument, TOP_MAXIMUM);
	return -1;
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (argument_parse(argv[i]))
			return -1;
	if (!out) {
		fprintf(stderr, "count: say where to write the counts: out=FILE\n");
		return -1;
	}
	if (!info->system_emulation || info->system.max_vcpus > WINDOW_CORES) {
		fprintf(stderr, "count: needs a whole machine of at most %u vCPUs\n", WINDOW_CORES);
		return -1;
	}
	plugin_id = id;
	phase = boot_is_counted ? PHASE_BOOT : PHASE_IDLE;
	atomic_init(&wanted_phase, phase);
	callbacks_register();
	return 0;
}
