/* model.c - QEMU plugin: a machine of many modelled cores on one host core
 * SPDX-License-Identifier: MIT
 * -plugin libmodel.so,machine=FILE,out=FILE[,quantum=CYCLES][,repetitions=N], and the same file in LD_PRELOAD
 * Boot runs at full speed: only markers are seen. At the first meeting (meeting.h) all code is translated anew, and from then on
 * every block, memory access and costly instruction is charged to its core's clock; clocks decide who runs
 * (carrier.h). After the meeting that follows the last repetition memory is no longer modelled.
 * Written to `out` when the machine ends: see docs/machine-model.md. */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../abi/marker.h"
#include "../count/privilege.h"
#include "../count/qemu_plugin.h"
#include "../count/stale.h"
#include "accounts.h"
#include "carrier.h"
#include "clock.h"
#include "contended.h"
#include "decode.h"
#include "host.h"
#include "machine_file.h"
#include "meeting.h"
#include "memory.h"
#include "rounds.h"
#include "touch.h"

enum {
	CONTENDED_REPORTED = 20,
	REASON_SIZE = 512,
	PAUSES_FOLLOWED = 200,
	PAUSES_FOLLOWED_IN_KERNEL = 8,
	PAUSES_APART = 10000, /* cycles */
	PAGE_BYTES = 4096,
	INSTRUCTION_MOST = 15, /* bytes: Intel SDM vol. 2, 2.3.11 */
};

PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static qemu_plugin_id_t plugin_id;
static struct model_machine machine;
static uint32_t quantum = QUANTUM_DEFAULT;
static unsigned int repetitions = 1;
static FILE *out;
static bool modelling; /* changes while no vCPU runs */
static atomic_bool all_came; /* to the first meeting */
static bool over;      /* what is to be measured has been */
static uint64_t switched_on; /* by clock_host */
static uint64_t graces;      /* see on_out_of_turn */

static const enum cost operation_cost[] = {
	[OPERATION_SYSCALL] = COST_syscall, [OPERATION_SYSRET] = COST_sysret, [OPERATION_IRET] = COST_iret,
	[OPERATION_WRMSR] = COST_wrmsr, [OPERATION_RDMSR] = COST_rdmsr, [OPERATION_WRITE_CR3] = COST_mov_cr3,
	[OPERATION_WRITE_CR] = COST_mov_cr4, [OPERATION_INVLPG] = COST_invlpg, [OPERATION_INVPCID] = COST_invpcid,
	[OPERATION_SWAPGS] = COST_swapgs, [OPERATION_FSGSBASE] = COST_wrfsbase, [OPERATION_WRPKRU] = COST_wrpkru,
	[OPERATION_CPUID] = COST_cpuid, [OPERATION_RDTSC] = COST_rdtsc, [OPERATION_PAUSE] = COST_pause,
	[OPERATION_PORT] = COST_port, [OPERATION_FENCE] = COST_fence, [OPERATION_SAVE_STATE] = COST_xsave,
};

static void callbacks_register(qemu_plugin_id_t id);

static void accounts_refresh(unsigned int core)
{
	touch_account[PRIVILEGE_USER] = accounts_of(core, PRIVILEGE_USER);
	touch_account[PRIVILEGE_KERNEL] = accounts_of(core, PRIVILEGE_KERNEL);
}

/* Where it falls into a window, cores were not held to the order of their clocks: the point is spoilt. */
static void on_out_of_turn(void)
{
	graces += accounts_any_open();
}

/* No vCPU runs, so all that the model knows of them can be set up. */
static void model_switch_on(void)
{
	struct carrier_settings settings = {
		.cores = machine.cores, .quantum = quantum, .interrupt_latency = machine.costs[COST_ipi],
		.wake_latency = machine.costs[COST_ipi] + machine.costs[COST_hlt],
		.slice_begins = accounts_refresh, .out_of_turn = on_out_of_turn,
	};

	if (touch_start(&machine))
		exit(1);
	switched_on = clock_host();
	clock_switch_on(machine.mhz);
	carrier_switch_on(&settings);
	rounds_start();
	accounts_repetition(0);
	meeting_end(0);
	modelling = true;
}

static void begin_anew(qemu_plugin_id_t id)
{
	if (!modelling && atomic_load(&all_came))
		model_switch_on();
	callbacks_register(id);
}

static void drop_translations(void)
{
	qemu_plugin_reset(plugin_id, begin_anew);
}

static void all_have_come(void)
{
	if (!modelling) {
		atomic_store(&all_came, true); /* first: a drop that is under way is this one, too */
		drop_translations();
		return;
	}
	meeting_end(carrier_clock);
	accounts_repetition(meeting_number() - 1);
	over = meeting_number() > repetitions + 1;
	for (unsigned int core = 0; over && core < machine.cores; core++)
		carrier_wake(core, carrier_clock);
	accounts_refresh(carrier_running);
	carrier_limit = carrier_clock;
}

static void on_meeting(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	struct qemu_plugin_hwaddr *found;
	volatile uint64_t *word;

	(void)data;
	found = qemu_plugin_get_hwaddr(info, address);
	word = found && !qemu_plugin_hwaddr_is_io(found) ? memory_word(found) : NULL;
	if (!word || *word < MEETING_FREE || *word > MEETING_MODELLED) {
		fprintf(stderr, "model: cannot find a worker's meeting word in guest memory: give the machine memory-backend-memfd "
			"objects, one for each node\n");
		exit(1);
	}
	if (meeting_come(vcpu, word))
		all_have_come();
}

/* Its acknowledgement may be waited for, and this core may be ahead of the others: the one that waits would see it before it is given. */
static void round_done(unsigned int core)
{
	carrier_be_first();
	rounds_done(core, carrier_clock);
}

/* It goes to whose account the core that asked works for, as its messages do. */
static void round_ends(unsigned int core)
{
	uint64_t *figures = touch_account[PRIVILEGE_KERNEL]->figures;
	struct round round;

	if (!rounds_answered(core, carrier_clock, &round))
		return;
	figures[FIGURE_ROUNDS_OVERLAPPED] += round.overlapped;
	for (unsigned int part = 0; part < ROUND_PARTS; part++)
		figures[FIGURE_CYCLES_SEND + part] += round.cycles[part];
}

static void on_marker(unsigned int vcpu, void *data)
{
	if (!modelling) {
		if ((uintptr_t)data == MARKER_WORKER)
			meeting_announce();
		return;
	}
	carrier_enter(vcpu);
	switch ((uintptr_t)data) {
	case MARKER_BEGIN: accounts_begin(vcpu, carrier_clock, WINDOW_OWN); break;
	case MARKER_BEGIN_ALL: accounts_begin(vcpu, carrier_clock, WINDOW_ALL); break;
	case MARKER_END: accounts_end(vcpu, carrier_clock); break;
	case MARKER_MESSAGE: touch_account[PRIVILEGE_KERNEL]->figures[FIGURE_MESSAGES]++; break;
	case MARKER_DOORBELL: touch_account[PRIVILEGE_KERNEL]->figures[FIGURE_DOORBELLS]++; break;
	case MARKER_ASK: rounds_ask(vcpu, carrier_clock); break;
	case MARKER_ASKED: rounds_asked(vcpu, carrier_clock); break;
	case MARKER_TAKEN: rounds_taken(vcpu, carrier_clock); break;
	case MARKER_DONE: round_done(vcpu); break;
	case MARKER_ANSWERED: round_ends(vcpu); break;
	}
	accounts_refresh(vcpu);
}

/* A core that sees nothing new from one PAUSE to the next waits for somebody else, or counts how often it has looked:
 * C libraries do so up to a hundred times. So a program is followed exactly for longer than that, and a kernel, which waits for as
 * long as it takes, for a few rounds; then they look now and then. */
static void pause_core(unsigned int core, enum privilege privilege)
{
	static uint16_t fruitless[MACHINE_CORES];

	if (over || touch_changed(core)) {
		fruitless[core] = 0;
	} else if (fruitless[core] < (privilege == PRIVILEGE_USER ? PAUSES_FOLLOWED : PAUSES_FOLLOWED_IN_KERNEL)) {
		fruitless[core]++;
		carrier_be_first(); /* or it would look too late by its quantum */
	} else {
		carrier_spin(PAUSES_APART);
	}
}

static void on_operation(unsigned int vcpu, void *data)
{
	enum operation operation = (enum operation)((uintptr_t)data >> 1);
	uint32_t cycles = machine.costs[operation_cost[operation]];

	carrier_enter(vcpu);
	carrier_clock += cycles;
	touch_account[(uintptr_t)data & 1]->figures[FIGURE_CYCLES_PRIVILEGED] += cycles;
	switch (operation) {
	case OPERATION_WRITE_CR3: touch_flush(vcpu); break;
	case OPERATION_WRITE_CR:
	case OPERATION_INVLPG:
	case OPERATION_INVPCID: touch_forget(vcpu); break;
	case OPERATION_RDTSC:
		touch_change(vcpu);
		carrier_be_first();
		break;
	case OPERATION_PAUSE: pause_core(vcpu, (uintptr_t)data & 1); break;
	default: break;
	}
}

/* Data: instructions of the block, shifted by one, and whether it is the kernel's. */
static void on_block(unsigned int vcpu, void *data)
{
	uintptr_t count = (uintptr_t)data >> 1;
	enum privilege privilege = (uintptr_t)data & 1;

	carrier_enter(vcpu);
	carrier_clock += count;
	touch_account[privilege]->figures[privilege] += count;
	if (carrier_clock >= carrier_limit)
		carrier_give_way();
}

/* Memory callbacks come from within the emulator, too, as when it delivers an interrupt, with its big lock held: so cores neither
 * board nor give way there, but in the next callback from the guest's code. */
static bool is_modelled(unsigned int vcpu)
{
	return vcpu == carrier_running && !over;
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	if (is_modelled(vcpu))
		touch(vcpu, qemu_plugin_mem_is_store(info) ? ACCESS_WRITE : ACCESS_READ, info, address, (uintptr_t)data);
}

/* One access that is reported as a store; with one vCPU, where nothing can come between, as a load and a store. */
static void on_locked(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	if (is_modelled(vcpu) && qemu_plugin_mem_is_store(info))
		touch(vcpu, ACCESS_ATOMIC, info, address, (uintptr_t)data);
}

/* Always for both directions: QEMU 7.2 takes a registration for loads alone to mean stores. */
static void instrument_memory(struct qemu_plugin_insn *insn, const struct decoded *decoded)
{
	void *code = (void *)touch_code(qemu_plugin_insn_vaddr(insn), decoded->string);

	qemu_plugin_register_vcpu_mem_cb(insn, decoded->locked ? on_locked : on_access, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, code);
}

/* Before the model is on there are more vCPU threads than host cores: who waits for another lets it run. */
static void on_boot_pause(unsigned int vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	sched_yield();
}

static void instrument_operation(struct qemu_plugin_insn *insn, enum operation operation)
{
	uintptr_t data = (uintptr_t)operation << 1 | privilege_is_kernel(qemu_plugin_insn_vaddr(insn));

	if (operation != OPERATION_PLAIN && operation != OPERATION_MARKER && operation != OPERATION_HLT)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_operation, QEMU_PLUGIN_CB_NO_REGS, (void *)data);
}

/* QEMU 7.2 shows a block's last instruction also when it turns out to reach into the next page: such a one is taken out again with its
 * callbacks, and begins a block of its own. */
static bool may_be_taken_out(const struct qemu_plugin_insn *last)
{
	return qemu_plugin_insn_vaddr(last) % PAGE_BYTES > PAGE_BYTES - INSTRUCTION_MOST;
}

static void instrument_block(struct qemu_plugin_tb *tb, size_t count, bool begins_with_string)
{
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);
	bool apart = count > 1 && may_be_taken_out(last); /* counted where it runs */
	uintptr_t kernel = privilege_is_kernel(qemu_plugin_tb_vaddr(tb));
	/* A string instruction begins a block of its own for each further element: it was counted with the block before. */
	uintptr_t data = (count - apart - begins_with_string) << 1 | kernel;

	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, (void *)data);
	if (apart)
		qemu_plugin_register_vcpu_insn_exec_cb(last, on_block, QEMU_PLUGIN_CB_NO_REGS, (void *)((uintptr_t)1 << 1 | kernel));
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	bool meets = false;

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct decoded decoded = decode(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));

		if (i == 0 && modelling)
			instrument_block(tb, count, decoded.string);
		if (decoded.event && decoded.event != MARKER_MEET)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_marker, QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)decoded.event);
		if (modelling)
			instrument_operation(insn, decoded.operation);
		else if (decoded.operation == OPERATION_PAUSE)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_boot_pause, QEMU_PLUGIN_CB_NO_REGS, NULL);
		if (!modelling)
			stale_watch(insn, drop_translations);
		if (modelling)
			instrument_memory(insn, &decoded);
		if (meets)
			qemu_plugin_register_vcpu_mem_cb(insn, on_meeting, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
		meets = decoded.event == MARKER_MEET;
	}
}

static void on_idle(qemu_plugin_id_t id, unsigned int vcpu)
{
	(void)id;
	host_core_halts(vcpu);
}

static void on_exit_machine(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	fprintf(out, "model 1\nmhz %u\n", machine.mhz);
	accounts_report(out);
	contended_report(out, CONTENDED_REPORTED);
	fprintf(out, "grace %ju\n", (uintmax_t)graces);
	fprintf(out, "host %ju %.3f\n", (uintmax_t)carrier_switches(),
		modelling ? (double)(clock_host() - switched_on) * 1e-9 : 0);
	if (fclose(out))
		perror("model: the report is incomplete");
}

static void callbacks_register(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_vcpu_idle_cb(id, on_idle);
	qemu_plugin_register_atexit_cb(id, on_exit_machine, NULL);
}

static int number_parse(const char *text, unsigned long most, uint32_t *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || !value || value > most)
		return -1;
	*number = (uint32_t)value;
	return 0;
}

static int argument_parse(const char *argument)
{
	char reason[REASON_SIZE];

	if (!strncmp(argument, "machine=", 8)) {
		if (!machine_file_read(&machine, argument + 8, reason, sizeof(reason)))
			return 0;
		fprintf(stderr, "model: %s\n", reason);
		return -1;
	}
	if (!strncmp(argument, "out=", 4) && !out) {
		out = fopen(argument + 4, "w");
		if (!out)
			perror(argument + 4);
		return out ? 0 : -1;
	}
	if (!strncmp(argument, "quantum=", 8) && !number_parse(argument + 8, 1000000, &quantum))
		return 0;
	if (!strncmp(argument, "repetitions=", 12) && !number_parse(argument + 12, 1000, &repetitions))
		return 0;
	fprintf(stderr, "model: argument '%s' is not one of machine=FILE out=FILE quantum=1..1000000 repetitions=1..1000\n", argument);
	return -1;
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (argument_parse(argv[i]))
			return -1;
	if (!machine.cores || !out) {
		fprintf(stderr, "model: say which machine, and where to write: machine=FILE,out=FILE\n");
		return -1;
	}
	if (host_lacks()) {
		fprintf(stderr, "model: %s\n", host_lacks());
		return -1;
	}
	if (!info->system_emulation || info->system.smp_vcpus > (int)machine.cores) {
		fprintf(stderr, "model: the machine file describes %u cores, and the emulator has %d vCPUs: describe as many\n",
			machine.cores, info->system.smp_vcpus);
		return -1;
	}
	plugin_id = id;
	clock_prepare();
	callbacks_register(id);
	return 0;
}
