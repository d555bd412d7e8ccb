/* memory.h - guest memory as the emulator has it in this process
 * SPDX-License-Identifier: MIT
 * The machine's RAM is memory-backend-memfd objects, one for each node, in the order of the emulator's RAM
 * offsets. They are found by name among this process's mappings, and checked by a word whose value is known.
 * Context: any thread, while or after the machine boots. */
#ifndef MACHINE_MEMORY_H
#define MACHINE_MEMORY_H

#include <stdint.h>

#define MEMORY_NONE UINT64_MAX

/* The RAM offset of what qemu_plugin_hwaddr_phys_addr reports, or MEMORY_NONE. QEMU 7.2 adds a node's own start to it once more; a node's
 * reports are [2 * start, 2 * start + bytes), and no two nodes' overlap. */
uint64_t memory_offset(uint64_t reported);

/* Where the emulator has the 8-byte word at this RAM offset; null when it is not found. */
volatile uint64_t *memory_word(uint64_t offset);

#endif
