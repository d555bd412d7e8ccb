/* stale.c - asks the memory itself whether a breakpoint is still there
 * SPDX-License-Identifier: MIT */
#include "stale.h"

enum { INT3 = 0xcc };

static void (*drop_translations)(void); /* stored before the first callback can come */

static void on_breakpoint(unsigned int vcpu, void *data)
{
	const volatile uint8_t *code = data;

	(void)vcpu;
	if (*code != INT3)
		drop_translations();
}

void stale_watch(struct qemu_plugin_insn *insn, void (*drop)(void))
{
	void *code = qemu_plugin_insn_haddr(insn);

	if (!code || *(const uint8_t *)qemu_plugin_insn_data(insn) != INT3)
		return;
	drop_translations = drop;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, on_breakpoint, QEMU_PLUGIN_CB_NO_REGS, code);
}
