/* mutate_elf.c - changes to the fields of an ELF file
 * SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>

#include "tests/fuzz/exercise.h"
#include "tests/fuzz/mutate.h"

enum { CROWD = 20, TYPE_COUNT = 7 };

struct field {
	uint8_t offset;
	uint8_t width;
};

#define FIELD(structure, name) { offsetof(structure, name), sizeof(((structure *)0)->name) }

static const struct field FILE_FIELDS[] = {
	{ EI_CLASS, 1 }, { EI_DATA, 1 }, { EI_VERSION, 1 }, { EI_OSABI, 1 },
	FIELD(Elf64_Ehdr, e_type), FIELD(Elf64_Ehdr, e_machine), FIELD(Elf64_Ehdr, e_version),
	FIELD(Elf64_Ehdr, e_entry), FIELD(Elf64_Ehdr, e_phoff), FIELD(Elf64_Ehdr, e_phnum),
	FIELD(Elf64_Ehdr, e_phentsize), FIELD(Elf64_Ehdr, e_ehsize), FIELD(Elf64_Ehdr, e_shoff),
};

static const struct field PROGRAM_FIELDS[] = {
	FIELD(Elf64_Phdr, p_type), FIELD(Elf64_Phdr, p_flags), FIELD(Elf64_Phdr, p_offset),
	FIELD(Elf64_Phdr, p_vaddr), FIELD(Elf64_Phdr, p_filesz), FIELD(Elf64_Phdr, p_memsz),
	FIELD(Elf64_Phdr, p_align),
};

enum {
	FILE_FIELD_COUNT    = sizeof(FILE_FIELDS) / sizeof(FILE_FIELDS[0]),
	PROGRAM_FIELD_COUNT = sizeof(PROGRAM_FIELDS) / sizeof(PROGRAM_FIELDS[0]),
};

static void set_field(struct mutant *mutant, size_t base, struct field field,
		      struct random *random)
{
	uint64_t value = 0;

	memcpy(&value, mutant->data + base + field.offset, field.width);
	value = mutate_number(value, mutant->size, random);
	memcpy(mutant->data + base + field.offset, &value, field.width);
}

/* Contradictions that need two fields to agree on something else first. */
static void set_pair(Elf64_Phdr *header, uint64_t size, struct random *random)
{
	uint64_t pages = 4096 * (1 + random_below(random, 16));

	switch (random_below(random, 7)) {
	case 0: /* offset + size wraps around to inside the file */
		header->p_offset = -pages + header->p_offset % 4096;
		header->p_filesz = pages + random_below(random, size);
		header->p_memsz = header->p_filesz;
		break;
	case 1: /* address + size wraps around */
		header->p_memsz = -header->p_vaddr + random_below(random, 2 * pages);
		break;
	case 2: /* a little beyond the file */
		header->p_filesz = size - header->p_offset + 1 + random_below(random, pages);
		header->p_memsz = header->p_filesz;
		break;
	case 3: /* a little more bytes than memory */
		header->p_memsz = header->p_filesz - 1 - random_below(random, header->p_filesz);
		break;
	case 4: /* the last page of the user range, or just beyond */
		header->p_vaddr = EXERCISE_LIMITS.highest - pages + header->p_offset % 4096;
		break;
	case 5: /* the first pages of all */
		header->p_vaddr = pages - 4096 + header->p_offset % 4096;
		break;
	default: /* more memory than anybody has */
		header->p_memsz += UINT64_C(1) << (20 + random_below(random, 44));
	}
}

static void set_program_header(struct mutant *mutant, const Elf64_Ehdr *file,
			       struct random *random)
{
	static const uint32_t TYPES[TYPE_COUNT] = { PT_NULL, PT_LOAD, PT_LOAD, PT_INTERP, PT_NOTE,
						    PT_PHDR, PT_GNU_STACK };
	size_t at = file->e_phoff + random_below(random, file->e_phnum) * sizeof(Elf64_Phdr);
	size_t with = file->e_phoff + random_below(random, file->e_phnum) * sizeof(Elf64_Phdr);
	Elf64_Phdr header, other;

	memcpy(&header, mutant->data + at, sizeof(header));
	memcpy(&other, mutant->data + with, sizeof(other));
	switch (random_below(random, 6)) {
	case 0:
		memcpy(mutant->data + with, &header, sizeof(header));
		header = other;
		break;
	case 1:
		header = other;
		break;
	case 2:
		header.p_type = TYPES[random_below(random, TYPE_COUNT)];
		break;
	case 3:
		header.p_flags = (uint32_t)random_below(random, 8);
		break;
	default:
		set_field(mutant, at, PROGRAM_FIELDS[random_below(random, PROGRAM_FIELD_COUNT)], random);
		return;
	}
	memcpy(mutant->data + at, &header, sizeof(header));
}

/* Only a segment has contradictions to offer: the last one, or the one before, and so on. */
static void set_segment(struct mutant *mutant, const Elf64_Ehdr *file, struct random *random)
{
	uint64_t skip = random_below(random, 4);

	for (unsigned index = file->e_phnum; index--;) {
		uint8_t *place = mutant->data + file->e_phoff + index * sizeof(Elf64_Phdr);
		Elf64_Phdr header;

		memcpy(&header, place, sizeof(header));
		if (header.p_type != PT_LOAD || skip--)
			continue;
		set_pair(&header, mutant->size, random);
		memcpy(place, &header, sizeof(header));
		return;
	}
}

/* A new table behind the file's end: little segments, perhaps more than are allowed, rising or
 * falling, some of them around the ends of the user range and of all addresses. */
static void crowd(struct mutant *mutant, Elf64_Ehdr *file, struct random *random)
{
	const uint64_t starts[] = { 0x400000, 0x8000, EXERCISE_LIMITS.highest, -UINT64_C(4096) };
	const uint64_t steps[] = { 0x2000, -UINT64_C(0x1000) };
	uint64_t start = starts[random_below(random, 4)];
	uint64_t step = steps[random_below(random, 2)];
	uint64_t count = 1 + random_below(random, CROWD);
	size_t size = count * sizeof(Elf64_Phdr);

	if (size > mutant->room - mutant->size)
		return;
	for (uint64_t index = 0; index < count; index++) {
		Elf64_Phdr header = { PT_LOAD, PF_R | PF_X, 0, start + step * index, 0, 64, 4096,
				      4096 };

		memcpy(mutant->data + mutant->size + index * sizeof(header), &header, sizeof(header));
	}
	file->e_phoff = mutant->size;
	file->e_phnum = (Elf64_Half)count;
	file->e_type = random_below(random, 2) ? ET_EXEC : ET_DYN;
	file->e_entry = start;
	mutant->size += size;
	memcpy(mutant->data, file, sizeof(*file));
}

void mutate_elf(struct mutant *mutant, struct random *random)
{
	Elf64_Ehdr file;
	size_t table;

	if (mutant->size < sizeof(file))
		return;
	memcpy(&file, mutant->data, sizeof(file));
	table = file.e_phnum * sizeof(Elf64_Phdr);
	switch (random_below(random, 16)) {
	case 0:
	case 1:
		crowd(mutant, &file, random);
		return;
	case 2: /* ends among or right behind the headers */
		mutate_cut(mutant, random_below(random, sizeof(file) + 2 * sizeof(Elf64_Phdr)));
		return;
	case 3:
	case 4:
	case 5:
		set_field(mutant, 0, FILE_FIELDS[random_below(random, FILE_FIELD_COUNT)], random);
		return;
	}
	if (!table || file.e_phoff > mutant->size || table > mutant->size - file.e_phoff)
		return;
	if (random_below(random, 3))
		set_program_header(mutant, &file, random);
	else
		set_segment(mutant, &file, random);
}
