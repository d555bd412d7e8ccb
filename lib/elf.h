/* elf.h - reader of static ELF64 programs for x86-64: from bytes to a plan for the loader
 * SPDX-License-Identifier: MIT
 * Everything that can be wrong with an image is found here, before a page is taken, so that
 * the loader is a loop without checks. Refuses: other machines and forms, programs that want
 * an interpreter, segments that overlap, share a page, leave the user range, or are writable
 * and executable, and an entry point outside executable memory. Relocations are the
 * program's own business (static PIE relocates itself).
 * Context: any core, any context, never blocks; work is bounded by ELF_HEADERS_MAX. The image
 * need not be aligned, and does not change meanwhile.
 * I1 segments rise, and no page belongs to two of them
 * I2 [address, address + memory_size) lies in [lowest, highest); file_size <= memory_size
 * I3 [file_offset, file_offset + file_size) lies in the image
 * I4 address and file_offset are equal modulo the page size
 * Source: System V ABI, chapters 4 and 5; System V ABI, AMD64 supplement
 * Tested by tests/unit/elf_test.c and tests/fuzz */
#ifndef LIB_ELF_H
#define LIB_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/status.h"

enum {
	ELF_PAGE          = 4096,
	ELF_SEGMENTS_MAX  = 16,
	ELF_HEADERS_MAX   = 128,
	ELF_ALIGNMENT_MAX = 1 << 30,
};

enum elf_type {
	ELF_FIXED,    /* ET_EXEC: addresses as linked */
	ELF_MOVABLE,  /* ET_DYN without interpreter: a static PIE */
};

/* The values of p_flags. */
enum elf_right {
	ELF_EXECUTE = 1,
	ELF_WRITE   = 2,
	ELF_READ    = 4,
};

/* What the loader lets a program have; all of them bytes or addresses. */
struct elf_limits {
	uint64_t lowest, highest; /* user range, highest excluded; at most 2^47 */
	uint64_t base;            /* where a movable program is to begin, if alignment permits */
	uint64_t memory;          /* sum of all segments, in whole pages */
};

/* Bytes from file_size to memory_size, and the rest of the first and last page, are zero. */
struct elf_segment {
	uint64_t address;
	uint64_t memory_size; /* above 0 */
	uint64_t file_offset;
	uint64_t file_size;
	uint32_t rights; /* of enum elf_right */
};

/* All addresses are final: the shift of a movable program is already added. */
struct elf_image {
	enum elf_type type;
	uint64_t shift;   /* what was added (AT_BASE is not this); 0 for a fixed program */
	uint64_t entry;   /* AT_ENTRY */
	uint64_t header_address; /* AT_PHDR; 0 when the headers are not in a segment */
	uint64_t header_offset;  /* of the program headers in the file */
	uint32_t header_size;    /* AT_PHENT */
	uint32_t header_count;   /* AT_PHNUM */
	uint64_t lowest, highest; /* in whole pages; the heap begins at highest */
	bool stack_executable;   /* PT_GNU_STACK asks for it; the loader decides */
	uint32_t segment_count;
	struct elf_segment segment[ELF_SEGMENTS_MAX];
};

/* OK, and *out is the plan; else *out means nothing and *why is a sentence for people.
 * TRUNCATED: the file ends before what its headers announce. UNSUPPORTED: a sound file that
 * is not for this system. BAD_FORMAT: it contradicts itself. BAD_ADDRESS: it wants memory
 * outside the user range. NO_MEMORY: it wants more than limits->memory. */
must_check status_t elf_read(const uint8_t *image, uint64_t size, const struct elf_limits *limits,
			     struct elf_image *out, const char **why);

#endif
