/* fixup.c - see fixup.h
 * SPDX-License-Identifier: MIT */
#include "kernel/arch/fixup.h"

struct fixup {
	uint64_t instruction;
	uint64_t landing;
};

extern const struct fixup fixups_start[], fixups_end[];

uint64_t fixup_landing(uint64_t instruction)
{
	for (const struct fixup *fixup = fixups_start; fixup < fixups_end; fixup++)
		if (fixup->instruction == instruction)
			return fixup->landing;
	return 0;
}
