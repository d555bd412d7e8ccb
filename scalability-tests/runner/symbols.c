/* symbols.c - which function or variable an address of the guest belongs to
 * SPDX-License-Identifier: MIT */
#include "symbols.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { NEAR_SYMBOLS = 8 }; /* so many share an address, or lie in one another */

/* Arrays double whenever their count is a power of two. */
void symbols_add(struct symbols *symbols, uint64_t address, uint64_t size, const char *name)
{
	if (!(symbols->count & (symbols->count - 1))) {
		symbols->list = realloc(symbols->list, (symbols->count ? 2 * symbols->count : 1) * sizeof(*symbols->list));
		if (!symbols->list)
			abort();
	}
	symbols->list[symbols->count++] = (struct symbol){ address, size, name ? text_format("%s", name) : NULL };
}

/* Behind those that a file has added since there were `before`; its last one has no size, or its own. */
static int end_file(struct symbols *symbols, size_t before)
{
	uint64_t end = 0;

	for (size_t i = before; i < symbols->count; i++)
		if (symbols->list[i].address + symbols->list[i].size > end)
			end = symbols->list[i].address + symbols->list[i].size;
	if (symbols->count == before)
		return -1;
	symbols_add(symbols, end, 0, NULL);
	return 0;
}

/* A part of a file in new memory with a zero behind it, or NULL. */
static void *read_part(FILE *in, uint64_t offset, uint64_t size)
{
	char *part = calloc(1, size + 1);

	if (part && !fseek(in, (long)offset, SEEK_SET) && fread(part, 1, size, in) == size)
		return part;
	free(part);
	return NULL;
}

static void add_table(struct symbols *symbols, FILE *in, const Elf64_Shdr *table, const Elf64_Shdr *strings)
{
	Elf64_Sym *list = read_part(in, table->sh_offset, table->sh_size);
	char *names = read_part(in, strings->sh_offset, strings->sh_size);

	for (size_t i = 0; list && names && i < table->sh_size / sizeof(*list); i++) {
		unsigned int type = ELF64_ST_TYPE(list[i].st_info);

		if (list[i].st_name < strings->sh_size && names[list[i].st_name] && list[i].st_shndx != SHN_UNDEF &&
		    list[i].st_shndx != SHN_ABS && type != STT_SECTION && type != STT_FILE && type != STT_TLS)
			symbols_add(symbols, list[i].st_value, list[i].st_size, names + list[i].st_name);
	}
	free(list);
	free(names);
}

int symbols_add_elf(struct symbols *symbols, const char *file)
{
	FILE *in = fopen(file, "r");
	Elf64_Ehdr head = { 0 };
	Elf64_Shdr *sections = NULL;
	size_t before = symbols->count;

	if (in && fread(&head, 1, sizeof(head), in) == sizeof(head) && !memcmp(head.e_ident, ELFMAG, SELFMAG) &&
	    head.e_ident[EI_CLASS] == ELFCLASS64 && head.e_shentsize == sizeof(*sections))
		sections = read_part(in, head.e_shoff, (uint64_t)head.e_shnum * sizeof(*sections));
	for (unsigned int i = 0; sections && i < head.e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB && sections[i].sh_link < head.e_shnum)
			add_table(symbols, in, &sections[i], &sections[sections[i].sh_link]);
	free(sections);
	if (in)
		fclose(in);
	return end_file(symbols, before);
}

int symbols_add_map(struct symbols *symbols, const char *file)
{
	FILE *in = fopen(file, "r");
	size_t before = symbols->count;
	char line[512], name[400], type;
	uint64_t address;

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "%" SCNx64 " %c %399s", &address, &type, name) == 3)
			symbols_add(symbols, address, 0, name);
	if (in)
		fclose(in);
	return end_file(symbols, before);
}

static int compare(const void *one, const void *other)
{
	const struct symbol *a = one, *b = other;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (!a->name != !b->name)
		return a->name ? -1 : 1;
	return a->size < b->size ? -1 : a->size > b->size;
}

void symbols_sort(struct symbols *symbols)
{
	qsort(symbols->list, symbols->count, sizeof(*symbols->list), compare);
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* `low` is behind the last that begins at or before the address. */
	for (size_t back = 1; back <= NEAR_SYMBOLS && back <= low; back++) {
		const struct symbol *symbol = &symbols->list[low - back];

		if (symbol->size ? address - symbol->address < symbol->size : symbol->address == symbols->list[low - 1].address)
			return symbol->name ? symbol : NULL;
	}
	return NULL;
}

void symbols_free(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++)
		free(symbols->list[i].name);
	free(symbols->list);
	*symbols = (struct symbols){ 0 };
}
