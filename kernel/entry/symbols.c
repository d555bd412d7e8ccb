/* symbols.c - see symbols.h
 * SPDX-License-Identifier: MIT */
#include "kernel/entry/symbols.h"

#include <stddef.h>

struct symbol {
	uint64_t address;
	const char *name;
};

extern const struct symbol symbol_table[];
extern const uint64_t symbol_count;
extern const uint8_t text_start[], text_end[];

const char *symbol_of(uint64_t address, uint64_t *offset)
{
	uint64_t low = 0, high = symbol_count;

	*offset = 0;
	if (address < (uint64_t)text_start || address >= (uint64_t)text_end || !high)
		return NULL;
	while (high - low > 1) {
		uint64_t middle = (low + high) / 2;

		if (symbol_table[middle].address <= address)
			low = middle;
		else
			high = middle;
	}
	*offset = address - symbol_table[low].address;
	return symbol_table[low].name;
}
