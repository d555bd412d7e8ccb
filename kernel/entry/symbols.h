/* symbols.h - names for addresses in kernel text
 * SPDX-License-Identifier: MIT
 * The table is made from the linked kernel by tools/symbols and linked in by a second pass. */
#ifndef KERNEL_ENTRY_SYMBOLS_H
#define KERNEL_ENTRY_SYMBOLS_H

#include <stdint.h>

/* The function that holds an address, and how far into it; NULL: none. */
const char *symbol_of(uint64_t address, uint64_t *offset);

#endif
