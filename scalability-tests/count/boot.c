/* boot.c - one counter per core, added up for the report
 * SPDX-License-Identifier: MIT */
#include "boot.h"
#include "windows.h"

#include <stdalign.h>

struct boot_core {
	alignas(128) uint64_t last_pc;
	uint64_t instructions, repeats;
};

static struct boot_core cores[WINDOW_CORES];

void boot_kernel_instruction(unsigned int core, uint64_t pc)
{
	if (cores[core].last_pc == pc)
		cores[core].repeats++;
	else
		cores[core].instructions++;
	cores[core].last_pc = pc;
}

bool boot_low_block(unsigned int core)
{
	return cores[core].instructions > 0;
}

void boot_report(FILE *file)
{
	uint64_t instructions = 0, repeats = 0;

	for (unsigned int i = 0; i < WINDOW_CORES; i++) {
		instructions += cores[i].instructions;
		repeats += cores[i].repeats;
	}
	fprintf(file, "before_user %ju %ju\n", (uintmax_t)instructions, (uintmax_t)repeats);
}
