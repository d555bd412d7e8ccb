/* boot.h - kernel instructions of all cores from reset to the first instruction of the first program
 * SPDX-License-Identifier: MIT
 * The plugin sees addresses, not privilege. Firmware, loaders and trampolines run at low addresses too, but
 * only before their core has reached the kernel's: so the first low block on a core that has executed at
 * a kernel address is taken for the first program. A repeated program counter counts once, as in windows.h.
 * Context: each core's functions are called by that core's thread alone.
 * Tested by tests/unit/count_test.c */
#ifndef COUNT_BOOT_H
#define COUNT_BOOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

void boot_kernel_instruction(unsigned int core, uint64_t pc);

/* Whether this block belongs to a program. */
bool boot_low_block(unsigned int core);

/* Writes the line `before_user INSTRUCTIONS REPEATS`. */
void boot_report(FILE *file);

#endif
