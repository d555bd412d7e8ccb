/* stale.h - translations of code that is no longer there
 * SPDX-License-Identifier: MIT
 * QEMU 7.2 reads a page's code before it watches the page for stores, so a core may keep what another core has
 * overwritten meanwhile. Linux patches itself while it runs, and puts an INT3 where it works; a core that keeps a translation of one
 * traps for ever, though the breakpoint is gone. Seen once in ten boots with 64 cores on a busy host of two.
 * What is kept of other instructions goes unnoticed here: such a core runs the code as it was before. */
#ifndef COUNT_STALE_H
#define COUNT_STALE_H

#include "qemu_plugin.h"

/* For an instruction that is being translated: should it be an INT3, and be executed when it is in memory no longer, `drop` is called,
 * on that core's thread, as often as that happens; it drops all translations (qemu_plugin_reset). */
void stale_watch(struct qemu_plugin_insn *insn, void (*drop)(void));

#endif
