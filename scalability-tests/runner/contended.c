/* contended.c - the list of a point's most contended cache lines, with names
 * SPDX-License-Identifier: MIT
 * A variable of one of Tessera's instances is at one address for its own core, and somewhere in the direct map for
 * all others. Lines that were last accessed by their own core tell where instances lie; those of others are named by that. */
#include "contended.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../kernel/arch/layout.h"

static int is_instance(uint64_t address)
{
	return address >= INSTANCE_BASE && address - INSTANCE_BASE < INSTANCE_SIZE;
}

/* The address as the line's own core has it, where that is known. */
static uint64_t home_address(const struct model_file *model, const struct model_line *line)
{
	if (line->address != DIRECT_MAP + line->physical)
		return line->address;
	for (size_t i = 0; i < model->line_count; i++) {
		const struct model_line *other = &model->lines[i];
		uint64_t base = other->physical - (other->address - INSTANCE_BASE);

		if (is_instance(other->address) && line->physical >= base && line->physical - base < INSTANCE_SIZE)
			return INSTANCE_BASE + (line->physical - base);
	}
	return line->address;
}

static void put_data(FILE *out, const struct symbols *symbols, uint64_t address)
{
	const struct symbol *symbol = symbols_find(symbols, address);

	if (!symbol)
		fputs("-,", out);
	else if (symbol->address == address)
		fprintf(out, "%s,", symbol->name);
	else
		fprintf(out, "%s+%" PRIu64 ",", symbol->name, address - symbol->address);
}

static void put_function(FILE *out, const struct symbols *symbols, uint64_t address, char end)
{
	const struct symbol *symbol = address ? symbols_find(symbols, address) : NULL;

	fprintf(out, "%s%c", symbol ? symbol->name : "-", end);
}

static void put_line(FILE *out, const struct model_file *model, const struct model_line *line, const struct symbols *symbols,
		     double operations)
{
	uint64_t address = home_address(model, line);

	put_data(out, symbols, address);
	fprintf(out, "%" PRIx64 ",", address);
	if (line->owner < 0)
		fputs("-,", out);
	else
		fprintf(out, "%d,", line->owner);
	fprintf(out, "%u,%u,%.6f,%.6f,", line->writers, line->readers, line->moves / operations, line->cycles / operations);
	put_function(out, symbols, line->taker, ',');
	put_function(out, symbols, line->giver, '\n');
}

void contended_write(const char *file, const struct model_file *model, const struct symbols *symbols, double operations)
{
	FILE *out = fopen(file, "w");

	if (!out) {
		complain("cannot write %s: %s", file, strerror(errno));
		return;
	}
	fputs("symbol,address,owner,writers,readers,moves,cycles,taker,giver\n", out);
	for (size_t i = 0; i < model->line_count; i++)
		put_line(out, model, &model->lines[i], symbols, operations);
	if (fclose(out))
		complain("%s is not whole: %s", file, strerror(errno));
}
