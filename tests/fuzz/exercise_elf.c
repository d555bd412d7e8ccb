/* exercise_elf.c - reads a program and touches what the loader would
 * SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>

#include "services/linux/image.h"
#include "tests/fuzz/exercise.h"

/* The loader's, so that both refuse the same files. */
const struct elf_limits EXERCISE_LIMITS = IMAGE_LIMITS;

static void count_reason(struct tally *tally, const char *why)
{
	tally->refused++;
	for (unsigned index = 0; index < tally->reason_count; index++)
		if (!strcmp(tally->reason[index], why))
			return;
	if (tally->reason_count < EXERCISE_REASONS)
		tally->reason[tally->reason_count++] = why;
}

/* Page by page, as a loader copies. */
static void touch(const uint8_t *data, uint64_t size)
{
	static uint8_t page[ELF_PAGE];

	for (uint64_t at = 0; at < size; at += ELF_PAGE)
		memcpy(page, data + at, size - at < ELF_PAGE ? size - at : ELF_PAGE);
}

static const char *check_segment(const struct elf_segment *segment, size_t size)
{
	if (!segment->memory_size)
		return "a segment has no memory";
	if (segment->file_size > segment->memory_size)
		return "a segment has more bytes than memory";
	if (segment->file_offset > size || segment->file_size > size - segment->file_offset)
		return "a segment lies outside the file";
	if ((segment->rights & ELF_WRITE) && (segment->rights & ELF_EXECUTE))
		return "a segment is writable and executable";
	if (segment->rights & ~(uint32_t)(ELF_READ | ELF_WRITE | ELF_EXECUTE))
		return "a segment has unknown rights";
	if (segment->address % ELF_PAGE != segment->file_offset % ELF_PAGE)
		return "address and offset of a segment differ modulo the page size";
	if (segment->address < EXERCISE_LIMITS.lowest ||
	    segment->address >= EXERCISE_LIMITS.highest ||
	    segment->memory_size > EXERCISE_LIMITS.highest - segment->address)
		return "a segment lies outside the user range";
	return NULL;
}

/* The segments together: order, pages, memory, and who may execute the entry point. */
static const char *check_whole(const struct elf_image *image)
{
	uint64_t pages = 0, end = 0;
	bool entry_executable = false;

	for (unsigned index = 0; index < image->segment_count; index++) {
		const struct elf_segment *segment = &image->segment[index];
		uint64_t first = segment->address / ELF_PAGE;

		if (first < end)
			return "two segments share a page or are out of order";
		end = (segment->address + segment->memory_size - 1) / ELF_PAGE + 1;
		pages += end - first;
		if (segment->rights & ELF_EXECUTE && image->entry >= segment->address &&
		    image->entry - segment->address < segment->memory_size)
			entry_executable = true;
	}
	if (!entry_executable)
		return "the entry point is not executable";
	if (pages * ELF_PAGE > EXERCISE_LIMITS.memory)
		return "the program has more memory than its limit";
	if (image->lowest != image->segment[0].address / ELF_PAGE * ELF_PAGE ||
	    image->highest != end * ELF_PAGE)
		return "lowest and highest are not those of the segments";
	return NULL;
}

static const char *check_headers(const struct elf_image *image, size_t size)
{
	uint64_t table = (uint64_t)image->header_size * image->header_count;

	if (image->header_offset > size || table > size - image->header_offset)
		return "the program headers lie outside the file";
	if (!image->header_address)
		return NULL;
	for (unsigned index = 0; index < image->segment_count; index++) {
		const struct elf_segment *segment = &image->segment[index];
		uint64_t inside = image->header_address - segment->address;

		if (image->header_address >= segment->address && inside <= segment->file_size &&
		    table <= segment->file_size - inside &&
		    segment->file_offset + inside == image->header_offset)
			return NULL;
	}
	return "the address of the program headers does not hold them";
}

/* Against the headers themselves, as the C library describes them. */
static const char *check_shift(const struct elf_image *image, const uint8_t *data)
{
	for (unsigned index = 0; index < image->header_count; index++) {
		Elf64_Phdr header;

		memcpy(&header, data + image->header_offset + index * sizeof(header), sizeof(header));
		if (header.p_type != PT_LOAD || header.p_align < 2 || !header.p_memsz)
			continue;
		if (header.p_align & (header.p_align - 1))
			return "an alignment that is no power of two was taken";
		if (image->shift % header.p_align)
			return "the shift does not keep the alignment of a segment";
	}
	return NULL;
}

const char *exercise_elf(const uint8_t *data, size_t size, struct tally *tally)
{
	struct elf_image image;
	const char *why = NULL, *broken = NULL;
	status_t status = elf_read(data, size, &EXERCISE_LIMITS, &image, &why);

	if (status != STATUS_OK) {
		if (status > 0 || !why || !*why)
			return "a refusal without a status or a sentence";
		count_reason(tally, why);
		return NULL;
	}
	tally->accepted++;
	if (!image.segment_count || image.segment_count > ELF_SEGMENTS_MAX)
		return "a number of segments out of range";
	for (unsigned index = 0; index < image.segment_count && !broken; index++) {
		broken = check_segment(&image.segment[index], size);
		if (!broken)
			touch(data + image.segment[index].file_offset,
			      image.segment[index].file_size);
	}
	if (!broken)
		broken = check_whole(&image);
	if (!broken)
		broken = check_headers(&image, size);
	if (!broken)
		broken = check_shift(&image, data);
	return broken;
}
