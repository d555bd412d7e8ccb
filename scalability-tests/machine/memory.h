/* memory.h - guest memory as the emulator has it in this process
 * SPDX-License-Identifier: MIT
 * The machine's RAM is memory-backend-memfd objects, one for each node, in the order of the emulator's RAM
 * offsets. They are found by name among this process's mappings, and checked by a word whose value is known.
 * Context: any thread, while or after the machine boots. */
#ifndef MACHINE_MEMORY_H
#define MACHINE_MEMORY_H

#include <stdint.h>

/* Where the emulator has the 8-byte word at this RAM offset; null when it is not found. */
volatile uint64_t *memory_word(uint64_t offset);

#endif
