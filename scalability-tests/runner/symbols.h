/* symbols.h - which function or variable an address of the guest belongs to
 * SPDX-License-Identifier: MIT
 * From ELF files (Tessera's kernel, static programs) and from maps as nm and the kernel's build write them
 * (Linux). Unknown stays unknown: between the end of a symbol whose size is known and the next one lies nothing.
 * Context: one thread, may allocate.
 * Tested by test/run */
#ifndef RUNNER_SYMBOLS_H
#define RUNNER_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbol {
	uint64_t address, size; /* 0: to the next one */
	char *name;             /* NULL: what follows is no part of the file before it */
};

struct symbols {
	struct symbol *list;
	size_t count;
};

/* Adds one, or those of a file; 0, or -1 when it cannot be read or has none. */
void symbols_add(struct symbols *symbols, uint64_t address, uint64_t size, const char *name);
int symbols_add_elf(struct symbols *symbols, const char *file);
int symbols_add_map(struct symbols *symbols, const char *file);
/* Once all are added, before the first question. */
void symbols_sort(struct symbols *symbols);

/* The symbol that holds the address, or NULL. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

void symbols_free(struct symbols *symbols);

#endif
