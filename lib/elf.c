/* elf.c - reader of static ELF64 programs for x86-64: from bytes to a plan for the loader
 * SPDX-License-Identifier: MIT
 * Four steps, each of which may refuse: the file header; every program header; the place of
 * the whole in the user range; the entry point. Sums cannot overflow: a size is compared with
 * what is left (`size > end - start`), never added first.
 * Context: any core, any context, never blocks.
 * Tested by tests/unit/elf_test.c and tests/fuzz, which also removes checks one by one */
#include "lib/elf.h"

#include "lib/string.h"

/* Numbers of the System V ABI that are used here. */
enum {
	CLASS_64         = 2,
	LITTLE_ENDIAN    = 1,
	VERSION          = 1,
	FILE_FIXED       = 2,  /* ET_EXEC */
	FILE_SHARED      = 3,  /* ET_DYN */
	MACHINE_X86_64   = 62, /* EM_X86_64 */
	HEADER_LOAD      = 1,  /* PT_LOAD */
	HEADER_INTERPRET = 3,  /* PT_INTERP */
	HEADER_STACK     = 0x6474e551, /* PT_GNU_STACK */
	RIGHTS_ALL       = ELF_READ | ELF_WRITE | ELF_EXECUTE,
};

struct file_header {
	uint8_t magic[4];
	uint8_t class, data, ident_version, abi, padding[8];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, header_offset, section_offset;
	uint32_t flags;
	uint16_t size, header_size, header_count, section_size, section_count, section_names;
};

struct program_header {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_size, memory_size, alignment;
};

_Static_assert(sizeof(struct file_header) == 64, "ELF64 file header");
_Static_assert(sizeof(struct program_header) == 56, "ELF64 program header");

struct reading {
	const uint8_t *image;
	uint64_t size;
	const struct elf_limits *limits;
	const char **why;
	uint64_t alignment; /* the widest that a segment asks for */
	uint64_t memory;    /* bytes in whole pages so far */
};

static uint64_t round_down(uint64_t value, uint64_t unit)
{
	return value & ~(unit - 1);
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return round_down(value + unit - 1, unit);
}

static status_t refuse(const struct reading *reading, status_t status, const char *sentence)
{
	*reading->why = sentence;
	return status;
}

/* Is the file for this kind of machine at all? */
static status_t check_kind(const struct reading *reading, const struct file_header *file)
{
	if (file->class != CLASS_64)
		return refuse(reading, STATUS_UNSUPPORTED, "not a 64-bit program");
	if (file->data != LITTLE_ENDIAN)
		return refuse(reading, STATUS_UNSUPPORTED, "not a little-endian program");
	if (file->machine != MACHINE_X86_64)
		return refuse(reading, STATUS_UNSUPPORTED, "not a program for x86-64");
	if (file->ident_version != VERSION || file->version != VERSION)
		return refuse(reading, STATUS_UNSUPPORTED, "unknown version of the ELF format");
	if (file->type != FILE_FIXED && file->type != FILE_SHARED)
		return refuse(reading, STATUS_UNSUPPORTED,
			      "not a linked program; link it with `gcc -static`");
	return STATUS_OK;
}

static status_t read_file_header(const struct reading *reading, struct file_header *file)
{
	status_t status;
	uint64_t table;

	if (reading->size < 4 || memcmp(reading->image, "\177ELF", 4))
		return refuse(reading, STATUS_BAD_FORMAT, "not an ELF file");
	if (reading->size < sizeof(*file))
		return refuse(reading, STATUS_TRUNCATED, "the file ends inside its ELF header");
	memcpy(file, reading->image, sizeof(*file));
	status = check_kind(reading, file);
	if (status != STATUS_OK)
		return status;
	if (file->header_size != sizeof(struct program_header))
		return refuse(reading, STATUS_BAD_FORMAT, "program headers of an unknown size");
	if (file->header_count > ELF_HEADERS_MAX)
		return refuse(reading, STATUS_UNSUPPORTED, "more than 128 program headers");
	table = (uint64_t)file->header_count * sizeof(struct program_header);
	if (file->header_offset > reading->size || table > reading->size - file->header_offset)
		return refuse(reading, STATUS_TRUNCATED,
			      "the file ends before its program headers");
	return STATUS_OK;
}

/* What one segment must keep by itself. */
static status_t check_segment(const struct reading *reading, const struct program_header *header)
{
	const struct elf_limits *limits = reading->limits;

	if (header->file_size > header->memory_size)
		return refuse(reading, STATUS_BAD_FORMAT, "a segment has more bytes than memory");
	if (header->offset > reading->size || header->file_size > reading->size - header->offset)
		return refuse(reading, STATUS_TRUNCATED, "the file ends inside a segment");
	if (header->flags & ELF_WRITE && header->flags & ELF_EXECUTE)
		return refuse(reading, STATUS_BAD_FORMAT,
			      "a segment is writable and executable; link without -N");
	if ((header->address ^ header->offset) % ELF_PAGE)
		return refuse(reading, STATUS_BAD_FORMAT,
			      "address and file offset of a segment differ modulo the page size");
	if (header->alignment & (header->alignment - 1))
		return refuse(reading, STATUS_BAD_FORMAT,
			      "the alignment of a segment is not a power of two");
	if (header->alignment > ELF_ALIGNMENT_MAX)
		return refuse(reading, STATUS_UNSUPPORTED,
			      "a segment wants an alignment above 1 GiB");
	if (header->address >= limits->highest ||
	    header->memory_size > limits->highest - header->address)
		return refuse(reading, STATUS_BAD_ADDRESS, "a segment lies above the user range");
	return STATUS_OK;
}

/* Keeps out->lowest and out->highest: whole pages around all segments so far. */
static status_t add_segment(struct reading *reading, const struct program_header *header,
			    struct elf_image *out)
{
	status_t status = check_segment(reading, header);
	uint64_t first, end;

	if (status != STATUS_OK)
		return status;
	first = round_down(header->address, ELF_PAGE);
	end = round_up(header->address + header->memory_size, ELF_PAGE);
	if (out->segment_count == ELF_SEGMENTS_MAX)
		return refuse(reading, STATUS_UNSUPPORTED, "more than 16 loadable segments");
	if (out->segment_count && first < out->highest)
		return refuse(reading, STATUS_BAD_FORMAT,
			      "segments overlap, share a page, or are not in rising order");
	reading->memory += end - first;
	if (reading->memory > reading->limits->memory)
		return refuse(reading, STATUS_NO_MEMORY,
			      "the segments need more memory than a program may have");
	if (header->alignment > reading->alignment)
		reading->alignment = header->alignment;
	if (!out->segment_count)
		out->lowest = first;
	out->highest = end;
	out->segment[out->segment_count++] = (struct elf_segment){
		.address = header->address,
		.memory_size = header->memory_size,
		.file_offset = header->offset,
		.file_size = header->file_size,
		.rights = header->flags & RIGHTS_ALL,
	};
	return STATUS_OK;
}

static status_t read_program_headers(struct reading *reading, const struct file_header *file,
				     struct elf_image *out)
{
	const uint8_t *table = reading->image + file->header_offset;
	status_t status = STATUS_OK;

	for (unsigned index = 0; index < file->header_count && status == STATUS_OK; index++) {
		struct program_header header;

		memcpy(&header, table + index * sizeof(header), sizeof(header));
		if (header.type == HEADER_INTERPRET)
			return refuse(reading, STATUS_UNSUPPORTED,
				      "a dynamic program; link it with -static or -static-pie");
		if (header.type == HEADER_STACK)
			out->stack_executable = header.flags & ELF_EXECUTE;
		if (header.type == HEADER_LOAD && (header.memory_size || header.file_size))
			status = add_segment(reading, &header, out);
	}
	if (status == STATUS_OK && !out->segment_count)
		return refuse(reading, STATUS_BAD_FORMAT, "no loadable segment");
	return status;
}

/* Decides the shift, applies it, and holds the result against the user range. */
static status_t place(const struct reading *reading, struct elf_image *out)
{
	const struct elf_limits *limits = reading->limits;
	uint64_t span = out->highest - out->lowest;

	if (out->type == ELF_MOVABLE)
		out->shift = round_up(limits->base, reading->alignment) -
			     round_down(out->lowest, reading->alignment);
	out->lowest += out->shift;
	out->highest += out->shift;
	if (out->lowest < limits->lowest)
		return refuse(reading, STATUS_BAD_ADDRESS, "a segment lies below the user range");
	if (out->lowest > limits->highest || span > limits->highest - out->lowest)
		return refuse(reading, STATUS_BAD_ADDRESS, "a segment lies above the user range");
	for (unsigned index = 0; index < out->segment_count; index++)
		out->segment[index].address += out->shift;
	return STATUS_OK;
}

static uint64_t header_address(const struct file_header *file, const struct elf_image *out)
{
	uint64_t table = (uint64_t)file->header_count * sizeof(struct program_header);

	for (unsigned index = 0; index < out->segment_count; index++) {
		const struct elf_segment *segment = &out->segment[index];
		uint64_t inside = file->header_offset - segment->file_offset;

		if (file->header_offset >= segment->file_offset && segment->file_size >= table &&
		    inside <= segment->file_size - table)
			return segment->address + inside;
	}
	return 0;
}

static bool is_executable(const struct elf_image *out, uint64_t address)
{
	for (unsigned index = 0; index < out->segment_count; index++) {
		const struct elf_segment *segment = &out->segment[index];

		if (address >= segment->address &&
		    address - segment->address < segment->memory_size)
			return segment->rights & ELF_EXECUTE;
	}
	return false;
}

status_t elf_read(const uint8_t *image, uint64_t size, const struct elf_limits *limits,
		  struct elf_image *out, const char **why)
{
	struct reading reading = {
		.image = image, .size = size, .limits = limits, .why = why, .alignment = ELF_PAGE,
	};
	struct file_header file;
	status_t status = read_file_header(&reading, &file);

	if (status != STATUS_OK)
		return status;
	memset(out, 0, sizeof(*out));
	out->type = file.type == FILE_FIXED ? ELF_FIXED : ELF_MOVABLE;
	status = read_program_headers(&reading, &file, out);
	if (status == STATUS_OK)
		status = place(&reading, out);
	if (status != STATUS_OK)
		return status;
	out->entry = file.entry + out->shift;
	if (!is_executable(out, out->entry))
		return refuse(&reading, STATUS_BAD_FORMAT,
			      "the entry point is not in an executable segment");
	out->header_address = header_address(&file, out);
	out->header_offset = file.header_offset;
	out->header_size = file.header_size;
	out->header_count = file.header_count;
	return STATUS_OK;
}
