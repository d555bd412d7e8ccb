/* touch.h - one memory access of the running core: from its virtual address to what it costs
 * SPDX-License-Identifier: MIT
 * A core that finds its line where it found it last, in a state that will do, is answered from a small table by virtual
 * address; it cannot go wrong, because the line's record says who holds it. All else goes through the translations
 * (tlb.h) to the directory (lines.h). Copying and filling by string instructions is charged as streams are: what comes
 * from memory or a shared cache comes in advance.
 * Context: the carrier, inside a memory callback of the core that runs; never gives way, but may bring its limit. */
#ifndef MACHINE_TOUCH_H
#define MACHINE_TOUCH_H

#include <stdbool.h>
#include <stdint.h>

#include "../count/qemu_plugin.h"
#include "accounts.h"
#include "lines.h"

enum { TOUCH_CORES = MACHINE_CORES };

/* 0, or -1 when the host has no memory (said on stderr). */
int touch_start(const struct model_machine *machine);

/* `code`: the address of the instruction, with TOUCH_STRING in bit 0 (touch_code). */
void touch(unsigned int core, enum access_kind kind, qemu_plugin_meminfo_t info, uint64_t address, uintptr_t code);

static inline uintptr_t touch_code(uint64_t pc, bool string)
{
	return (uintptr_t)(pc << 1 | string); /* canonical addresses: bit 62 repeats bit 63 */
}

/* After INVLPG and its kin; after a write to CR3. */
void touch_forget(unsigned int core);
void touch_flush(unsigned int core);

/* Whether this core did anything since the last call that a loop which waits for another core does not do: a store, a miss, an access to
 * a device. And the same for what other parts of the model see. */
bool touch_changed(unsigned int core);
void touch_change(unsigned int core);

/* The accounts of the core that runs, by privilege: to be set at each slice and window. */
extern struct account *touch_account[PRIVILEGES];

#endif
