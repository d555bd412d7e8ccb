/* memory.h - guest memory as the emulator has it
 * SPDX-License-Identifier: MIT
 * The machine's RAM is memory-backend-memfd objects, one for each node, created in the order of the nodes. Two addresses of the
 * same byte are found here: its offset into all nodes' memory, node after node, and where it lies in this process.
 * Context: any thread, inside a memory callback. */
#ifndef MACHINE_MEMORY_H
#define MACHINE_MEMORY_H

#include <stdint.h>

#include "../count/qemu_plugin.h"
#include "machine_file.h"

/* Offset of a byte that is no device's; one beyond all nodes for what is none of theirs (read-only memory of the board). */
uint64_t memory_offset(const struct model_machine *machine, const struct qemu_plugin_hwaddr *address);

/* The 8-byte word itself; null when it is in no memfd. */
volatile uint64_t *memory_word(const struct qemu_plugin_hwaddr *address);

#endif
