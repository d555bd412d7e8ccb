/* turns.c - QEMU plugin: cores of the guest that share cores of the host take turns often, at random moments
 * SPDX-License-Identifier: MIT
 * A core that spins keeps its host core for a time slice, some milliseconds, while the one that it waits for has none. Here each vCPU's thread
 * yields at every PAUSE, and every few hundred blocks, a number drawn anew each time: so what waits without PAUSE yields, too,
 * and cores stop one another in the middle of anything. Guest tests ask for it with the line `plugin libturns`.
 * Context: callbacks on the vCPU's own thread, which alone uses its element of `turn`. */
#include <sched.h>
#include <stdint.h>

#include "scalability-tests/count/qemu_plugin.h"

enum {
	CORES = 256,
	APART = 128,
	BLOCKS_MAX = 600, /* of one turn: some microseconds, a few times what it costs to yield */
};

PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static struct {
	_Alignas(APART) uint64_t random;
	uint64_t blocks; /* left */
} turn[CORES];

/* Knuth's linear congruential generator; its upper bits are the better ones. */
static uint64_t blocks_of_turn(unsigned int core)
{
	turn[core].random = turn[core].random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407) + core;
	return (turn[core].random >> 33) % BLOCKS_MAX;
}

static void end_turn(unsigned int core, void *data)
{
	(void)data;
	turn[core].blocks = blocks_of_turn(core);
	sched_yield();
}

static void on_block(unsigned int core, void *data)
{
	if (turn[core].blocks)
		turn[core].blocks--;
	else
		end_turn(core, data);
}

static void on_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, QEMU_PLUGIN_CB_NO_REGS, NULL);
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
		const uint8_t *byte = qemu_plugin_insn_data(instruction);

		if (qemu_plugin_insn_size(instruction) == 2 && byte[0] == 0xf3 && byte[1] == 0x90)
			qemu_plugin_register_vcpu_insn_exec_cb(instruction, end_turn, QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int count, char **arguments)
{
	(void)info;
	(void)count;
	(void)arguments;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
	return 0;
}
