/* elf_test.c - what the ELF reader accepts, and each sentence with which it refuses
 * SPDX-License-Identifier: MIT
 * Every refusal starts from one sound program and breaks one thing, so that a check that is
 * taken out of the reader makes exactly its own test fail. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/elf.h"

enum {
	TEXT  = 0x400000, /* where the sound program is linked */
	DATA  = 0x403000,
	SIZE  = 0x2000,
	ROOM  = 140, /* program headers that a test may add to */
	LIMIT = 1 << 20,
};

/* The C library's own structures: a second opinion on the layout. */
struct program {
	Elf64_Ehdr file;
	Elf64_Phdr header[ROOM];
	uint8_t rest[SIZE - sizeof(Elf64_Ehdr) - ROOM * sizeof(Elf64_Phdr)];
};

_Static_assert(sizeof(struct program) == SIZE, "a program of two pages");

static const struct elf_limits LIMITS = {
	.lowest = 0x10000, .highest = UINT64_C(1) << 47, .base = 0x555500000000, .memory = LIMIT,
};

static struct program sound(void)
{
	struct program program = { 0 };

	memcpy(program.file.e_ident, ELFMAG, SELFMAG);
	program.file.e_ident[EI_CLASS] = ELFCLASS64;
	program.file.e_ident[EI_DATA] = ELFDATA2LSB;
	program.file.e_ident[EI_VERSION] = EV_CURRENT;
	program.file.e_type = ET_EXEC;
	program.file.e_machine = EM_X86_64;
	program.file.e_version = EV_CURRENT;
	program.file.e_entry = TEXT + 0x1000;
	program.file.e_phoff = sizeof(Elf64_Ehdr);
	program.file.e_phentsize = sizeof(Elf64_Phdr);
	program.file.e_phnum = 4;
	program.header[0] = (Elf64_Phdr){ PT_LOAD, PF_R, 0, TEXT, TEXT, 0x1000, 0x1000, 0x1000 };
	program.header[1] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0x1000, TEXT + 0x1000, 0, 0x800,
					  0x800, 0x1000 };
	program.header[2] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, 0x1810, DATA + 0x810, 0, 0x7f0,
					  0x2000, 0x1000 };
	program.header[3] = (Elf64_Phdr){ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W };
	return program;
}

/* Reads from an unaligned, exactly sized allocation: ASan sees each byte too far. */
static status_t read_bytes(const void *bytes, size_t size, const struct elf_limits *limits,
			   struct elf_image *out, const char **why)
{
	uint8_t *copy = malloc(size + 1);
	status_t status;

	assert_non_null(copy);
	memcpy(copy + 1, bytes, size);
	status = elf_read(copy + 1, size, limits, out, why);
	free(copy);
	return status;
}

static struct elf_image accepted(const struct program *program, const struct elf_limits *limits)
{
	struct elf_image image;
	const char *why = "";

	memset(&image, 0xee, sizeof(image));
	assert_int_equal(read_bytes(program, sizeof(*program), limits, &image, &why), STATUS_OK);
	return image;
}

static void assert_refused(const struct program *program, status_t expected, const char *word)
{
	struct elf_image image;
	const char *why = "";

	assert_int_equal(read_bytes(program, sizeof(*program), &LIMITS, &image, &why), expected);
	if (!strstr(why, word))
		fail_msg("refused with \"%s\", expected \"%s\"", why, word);
}

/* A sound program with one field changed is refused with that status and sentence. */
#define assert_breaks(field, value, status, word)      \
	do {                                           \
		struct program program = sound();      \
		program.field = (value);               \
		assert_refused(&program, status, word); \
	} while (0)

static void a_fixed_program_is_taken_as_linked(void **state)
{
	struct program program = sound();
	struct elf_image image = accepted(&program, &LIMITS);

	(void)state;
	assert_int_equal(image.type, ELF_FIXED);
	assert_int_equal(image.shift, 0);
	assert_int_equal(image.entry, TEXT + 0x1000);
	assert_int_equal(image.header_address, TEXT + sizeof(Elf64_Ehdr));
	assert_int_equal(image.header_offset, sizeof(Elf64_Ehdr));
	assert_int_equal(image.header_size, sizeof(Elf64_Phdr));
	assert_int_equal(image.header_count, 4);
	assert_int_equal(image.lowest, TEXT);
	assert_int_equal(image.highest, DATA + 0x3000);
	assert_false(image.stack_executable);
	assert_int_equal(image.segment_count, 3);
	assert_int_equal(image.segment[1].rights, ELF_READ | ELF_EXECUTE);
	assert_int_equal(image.segment[2].address, DATA + 0x810);
	assert_int_equal(image.segment[2].memory_size, 0x2000);
	assert_int_equal(image.segment[2].file_offset, 0x1810);
	assert_int_equal(image.segment[2].file_size, 0x7f0);
	assert_int_equal(image.segment[2].rights, ELF_READ | ELF_WRITE);
}

static void a_movable_program_is_shifted_to_the_base(void **state)
{
	struct program program = sound();
	struct elf_image image;

	(void)state;
	program.file.e_type = ET_DYN;
	image = accepted(&program, &LIMITS);
	assert_int_equal(image.type, ELF_MOVABLE);
	assert_int_equal(image.shift, LIMITS.base - TEXT);
	assert_int_equal(image.lowest, LIMITS.base);
	assert_int_equal(image.highest, LIMITS.base + 0x6000);
	assert_int_equal(image.entry, LIMITS.base + 0x1000);
	assert_int_equal(image.header_address, LIMITS.base + sizeof(Elf64_Ehdr));
	assert_int_equal(image.segment[2].address, LIMITS.base + 0x3810);
}

static void a_movable_program_keeps_its_alignment(void **state)
{
	struct program program = sound();
	struct elf_limits limits = LIMITS;
	struct elf_image image;

	(void)state;
	program.file.e_type = ET_DYN;
	program.header[2].p_align = 0x200000;
	limits.base = 0x555500001000;
	image = accepted(&program, &limits);
	assert_true(image.lowest >= limits.base);
	assert_int_equal(image.shift % 0x200000, 0);
	assert_int_equal(image.lowest, 0x555500200000);
}

static void a_movable_program_must_fit_above_the_base(void **state)
{
	struct program program = sound();
	struct elf_limits limits = LIMITS;
	struct elf_image image;
	const char *why = "";

	(void)state;
	program.file.e_type = ET_DYN;
	limits.base = limits.highest - 0x6000;
	accepted(&program, &limits);
	limits.base += 0x1000;
	assert_int_equal(read_bytes(&program, SIZE, &limits, &image, &why), STATUS_BAD_ADDRESS);
	limits.base = limits.lowest - 0x1000;
	assert_int_equal(read_bytes(&program, SIZE, &limits, &image, &why), STATUS_BAD_ADDRESS);
}

static void headers_outside_segments_have_no_address(void **state)
{
	struct program program = sound();

	(void)state;
	program.header[0].p_type = PT_NULL;
	assert_int_equal(accepted(&program, &LIMITS).header_address, 0);
	program = sound();
	program.header[0].p_filesz = sizeof(Elf64_Ehdr) + 4 * sizeof(Elf64_Phdr) - 1;
	assert_int_equal(accepted(&program, &LIMITS).header_address, 0);
	program.header[0].p_filesz++;
	assert_int_equal(accepted(&program, &LIMITS).header_address, TEXT + sizeof(Elf64_Ehdr));
}

static void the_stack_request_is_passed_on(void **state)
{
	struct program program = sound();

	(void)state;
	program.header[3].p_flags |= PF_X;
	assert_true(accepted(&program, &LIMITS).stack_executable);
}

static void empty_segments_are_passed_over(void **state)
{
	struct program program = sound();

	(void)state;
	program.header[0] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_vaddr = ~UINT64_C(0) };
	assert_int_equal(accepted(&program, &LIMITS).segment_count, 2);
}

static void a_segment_of_zeros_alone_is_kept(void **state)
{
	struct program program = sound();

	(void)state;
	program.header[2].p_vaddr = DATA;
	program.header[2].p_offset = SIZE; /* the file's very end */
	program.header[2].p_filesz = 0;
	assert_int_equal(accepted(&program, &LIMITS).segment_count, 3);
	assert_breaks(header[2].p_memsz, 0, STATUS_BAD_FORMAT, "more bytes than memory");
}

static void what_just_fits_is_accepted(void **state)
{
	struct program program = sound();
	struct elf_limits limits = LIMITS;

	(void)state;
	limits.lowest = TEXT;
	limits.highest = DATA + 0x3000;
	program.header[2].p_memsz = 0x3000 - 0x810;
	program.header[2].p_align = ELF_ALIGNMENT_MAX;
	program.file.e_phnum = ELF_HEADERS_MAX;
	accepted(&program, &limits);
}

static void the_header_table_may_be_all_of_a_segment_or_end_the_file(void **state)
{
	struct program program = sound();
	uint8_t *bytes = (uint8_t *)&program;
	const size_t table = 4 * sizeof(Elf64_Phdr);

	(void)state;
	program.header[1].p_filesz = table;
	program.file.e_phoff = 0x1000;
	memcpy(bytes + 0x1000, program.header, table);
	assert_int_equal(accepted(&program, &LIMITS).header_address, TEXT + 0x1000);
	program.file.e_phoff = SIZE - table;
	memcpy(bytes + SIZE - table, program.header, table);
	assert_int_equal(accepted(&program, &LIMITS).header_address, DATA + 0x1000 - table);
}

static void other_machines_and_forms_are_refused(void **state)
{
	(void)state;
	assert_breaks(file.e_ident[0], 0, STATUS_BAD_FORMAT, "not an ELF file");
	assert_breaks(file.e_ident[3], 'G', STATUS_BAD_FORMAT, "not an ELF file");
	assert_breaks(file.e_ident[EI_CLASS], ELFCLASS32, STATUS_UNSUPPORTED, "64-bit");
	assert_breaks(file.e_ident[EI_DATA], ELFDATA2MSB, STATUS_UNSUPPORTED, "little-endian");
	assert_breaks(file.e_ident[EI_VERSION], 0, STATUS_UNSUPPORTED, "version");
	assert_breaks(file.e_version, 2, STATUS_UNSUPPORTED, "version");
	assert_breaks(file.e_machine, EM_AARCH64, STATUS_UNSUPPORTED, "x86-64");
	assert_breaks(file.e_type, ET_REL, STATUS_UNSUPPORTED, "not a linked program");
	assert_breaks(file.e_type, ET_CORE, STATUS_UNSUPPORTED, "not a linked program");
}

static void a_dynamic_program_is_refused(void **state)
{
	(void)state;
	assert_breaks(header[3].p_type, PT_INTERP, STATUS_UNSUPPORTED, "dynamic");
}

static void broken_header_tables_are_refused(void **state)
{
	(void)state;
	assert_breaks(file.e_phentsize, 55, STATUS_BAD_FORMAT, "unknown size");
	assert_breaks(file.e_phnum, 0, STATUS_BAD_FORMAT, "no loadable segment");
	assert_breaks(file.e_phnum, ELF_HEADERS_MAX + 1, STATUS_UNSUPPORTED, "more than 128");
	assert_breaks(file.e_phoff, SIZE - 4 * sizeof(Elf64_Phdr) + 1, STATUS_TRUNCATED,
		      "before its program headers");
	assert_breaks(file.e_phoff, SIZE + 1, STATUS_TRUNCATED, "before its program headers");
	assert_breaks(file.e_phoff, ~UINT64_C(0) - 3, STATUS_TRUNCATED, "before its program headers");
}

static void truncated_files_are_refused_at_every_length(void **state)
{
	struct program program = sound();
	struct elf_image image;
	const char *why;

	(void)state;
	for (size_t size = 0; size < SIZE; size++) {
		why = NULL;
		assert_int_equal(read_bytes(&program, size, &LIMITS, &image, &why),
				 size < 4 ? STATUS_BAD_FORMAT : STATUS_TRUNCATED);
		assert_non_null(why);
	}
}

static void segments_outside_the_file_are_refused(void **state)
{
	(void)state;
	assert_breaks(header[2].p_offset, 0x2810, STATUS_TRUNCATED, "inside a segment");
	assert_breaks(header[2].p_offset, ~UINT64_C(0) - 0x7ef, STATUS_TRUNCATED, "inside a segment");
	assert_breaks(header[2].p_filesz, 0x7f1, STATUS_TRUNCATED, "inside a segment");
	assert_breaks(header[1].p_filesz, 0x801, STATUS_BAD_FORMAT, "more bytes than memory");
	assert_breaks(header[2].p_filesz, ~UINT64_C(0), STATUS_BAD_FORMAT, "more bytes than memory");
}

static void writable_code_is_refused(void **state)
{
	(void)state;
	assert_breaks(header[2].p_flags, PF_W | PF_X, STATUS_BAD_FORMAT, "writable and executable");
	assert_breaks(header[1].p_flags, PF_R | PF_W | PF_X, STATUS_BAD_FORMAT,
		      "writable and executable");
}

static void odd_alignments_are_refused(void **state)
{
	(void)state;
	assert_breaks(header[2].p_vaddr, DATA + 0x811, STATUS_BAD_FORMAT, "modulo the page size");
	assert_breaks(header[2].p_align, 0x1800, STATUS_BAD_FORMAT, "power of two");
	assert_breaks(header[2].p_align, UINT64_C(1) << 31, STATUS_UNSUPPORTED, "above 1 GiB");
}

static void segments_that_meet_are_refused(void **state)
{
	struct program program = sound();

	(void)state;
	assert_breaks(header[2].p_vaddr, TEXT + 0x1810, STATUS_BAD_FORMAT, "overlap");
	assert_breaks(header[0].p_memsz, 0x1001, STATUS_BAD_FORMAT, "overlap");
	assert_breaks(header[0].p_vaddr, TEXT + 0x8000, STATUS_BAD_FORMAT, "rising order");
	program.header[2].p_vaddr = TEXT + 0x2810; /* the next page: sound again */
	accepted(&program, &LIMITS);
}

static void segments_outside_the_user_range_are_refused(void **state)
{
	(void)state;
	assert_breaks(header[0].p_vaddr, 0xf000, STATUS_BAD_ADDRESS, "below");
	assert_breaks(header[2].p_vaddr, (UINT64_C(1) << 47) - 0x7f0, STATUS_BAD_ADDRESS, "above");
	assert_breaks(header[2].p_vaddr, ~UINT64_C(0) - 0x7ef, STATUS_BAD_ADDRESS, "above");
	assert_breaks(header[2].p_memsz, ~UINT64_C(0), STATUS_BAD_ADDRESS, "above");
	assert_breaks(header[2].p_memsz, -(uint64_t)(DATA + 0x810), STATUS_BAD_ADDRESS, "above");
}

static void too_much_memory_is_refused(void **state)
{
	struct program program = sound();

	(void)state;
	program.header[2].p_memsz = LIMIT - 0x2000 - 0x810;
	accepted(&program, &LIMITS);
	program.header[2].p_memsz++;
	assert_refused(&program, STATUS_NO_MEMORY, "more memory");
}

static void too_many_segments_are_refused(void **state)
{
	struct program program = sound();

	(void)state;
	for (unsigned index = 3; index < ELF_SEGMENTS_MAX + 1; index++)
		program.header[index] = (Elf64_Phdr){ PT_LOAD, PF_R, 0, DATA + 0x2000 * index, 0, 1, 1,
						      1 };
	program.file.e_phnum = ELF_SEGMENTS_MAX;
	assert_int_equal(accepted(&program, &LIMITS).segment_count, ELF_SEGMENTS_MAX);
	program.header[0].p_filesz = 1; /* so that all are searched for the headers, and in vain */
	assert_int_equal(accepted(&program, &LIMITS).header_address, 0);
	program.file.e_entry = 0;
	assert_refused(&program, STATUS_BAD_FORMAT, "entry point");
	program.file.e_phnum++;
	assert_refused(&program, STATUS_UNSUPPORTED, "more than 16");
}

static void an_entry_outside_code_is_refused(void **state)
{
	(void)state;
	assert_breaks(file.e_entry, 0, STATUS_BAD_FORMAT, "entry point");
	assert_breaks(file.e_entry, TEXT, STATUS_BAD_FORMAT, "entry point");
	assert_breaks(file.e_entry, TEXT + 0x1800, STATUS_BAD_FORMAT, "entry point");
	assert_breaks(file.e_entry, DATA + 0x810, STATUS_BAD_FORMAT, "entry point");
	assert_breaks(file.e_entry, ~UINT64_C(0), STATUS_BAD_FORMAT, "entry point");
}

static void no_segments_is_refused(void **state)
{
	struct program program = sound();

	(void)state;
	for (unsigned index = 0; index < 3; index++)
		program.header[index].p_type = PT_NOTE;
	assert_refused(&program, STATUS_BAD_FORMAT, "no loadable segment");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fixed_program_is_taken_as_linked),
		cmocka_unit_test(a_movable_program_is_shifted_to_the_base),
		cmocka_unit_test(a_movable_program_keeps_its_alignment),
		cmocka_unit_test(a_movable_program_must_fit_above_the_base),
		cmocka_unit_test(headers_outside_segments_have_no_address),
		cmocka_unit_test(the_stack_request_is_passed_on),
		cmocka_unit_test(empty_segments_are_passed_over),
		cmocka_unit_test(a_segment_of_zeros_alone_is_kept),
		cmocka_unit_test(what_just_fits_is_accepted),
		cmocka_unit_test(the_header_table_may_be_all_of_a_segment_or_end_the_file),
		cmocka_unit_test(other_machines_and_forms_are_refused),
		cmocka_unit_test(a_dynamic_program_is_refused),
		cmocka_unit_test(broken_header_tables_are_refused),
		cmocka_unit_test(truncated_files_are_refused_at_every_length),
		cmocka_unit_test(segments_outside_the_file_are_refused),
		cmocka_unit_test(writable_code_is_refused),
		cmocka_unit_test(odd_alignments_are_refused),
		cmocka_unit_test(segments_that_meet_are_refused),
		cmocka_unit_test(segments_outside_the_user_range_are_refused),
		cmocka_unit_test(too_much_memory_is_refused),
		cmocka_unit_test(too_many_segments_are_refused),
		cmocka_unit_test(an_entry_outside_code_is_refused),
		cmocka_unit_test(no_segments_is_refused),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
