/* image.c - see image.h
 * SPDX-License-Identifier: MIT
 * Source: System V ABI, AMD64 supplement, 3.4.1 (initial stack and auxiliary vector). */
#include "services/linux/image.h"

#include <stdbool.h>

#include "abi/kernel.h"
#include "lib/cpio.h"
#include "lib/elf.h"
#include "lib/string.h"

enum {
	PAGE = 4096,
	STRINGS_MAX = 1024,       /* arguments, and variables, each */
	STRINGS_BYTES = 128 << 10,
	AUXILIARY = 16,           /* pairs at most */
	RANDOM_BYTES = 16,
	FRAMES_LEFT = 160, /* to others: more than a new process must find (process.c) */
};

#define STACK_TOP  UINT64_C(0x00007ffffffde000)
#define STACK_SIZE (UINT64_C(8) << 20)

enum auxiliary_type {
	AT_NULL = 0, AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7, AT_FLAGS = 8,
	AT_ENTRY = 9, AT_UID = 11, AT_EUID = 12, AT_GID = 13, AT_EGID = 14, AT_CLKTCK = 17, AT_SECURE = 23,
	AT_RANDOM = 25, AT_EXECFN = 31,
};

/* Strings are counted first and copied then; user memory may change in between, so both passes check. */
struct strings {
	enum strings_from from;
	uint64_t array; /* of pointers */
	uint32_t count;
	uint64_t bytes; /* with their NULs */
};

static status_t read_pointer(const struct strings *strings, uint32_t index, uint64_t *pointer)
{
	uint64_t address = strings->array + index * 8;

	if (strings->from == STRINGS_USER)
		return kernel_copy_in(pointer, address, sizeof(*pointer));
	*pointer = *(const uint64_t *)address;
	return STATUS_OK;
}

static int64_t read_string(const struct strings *strings, uint64_t pointer, char *to, size_t size)
{
	if (strings->from == STRINGS_USER)
		return kernel_copy_in_text(to, pointer, size);
	if (strnlen((const char *)pointer, size) == size)
		return STATUS_NO_SPACE;
	memcpy(to, (const char *)pointer, strlen((const char *)pointer) + 1);
	return (int64_t)strlen(to);
}

/* Builds on a page of its own: one string is at most as long as that. */
static status_t count_strings(struct strings *strings, char *scratch)
{
	for (strings->count = 0; strings->array; strings->count++) {
		uint64_t pointer;
		int64_t length;

		if (read_pointer(strings, strings->count, &pointer))
			return STATUS_BAD_ADDRESS;
		if (!pointer)
			return STATUS_OK;
		length = read_string(strings, pointer, scratch, PAGE);
		if (length < 0)
			return (status_t)length;
		strings->bytes += (uint64_t)length + 1;
		if (strings->count == STRINGS_MAX || strings->bytes > STRINGS_BYTES)
			return STATUS_NO_SPACE;
	}
	return STATUS_OK;
}

/* Puts the strings at *at and their addresses at *slot, and moves both behind what was put. */
static status_t put_strings(struct vspace *space, const struct strings *strings, char *scratch, uint64_t *slot,
			    uint64_t *at, uint64_t end)
{
	uint64_t none = 0;
	status_t status = STATUS_OK;

	for (uint32_t i = 0; i < strings->count && !status; i++) {
		uint64_t pointer;
		int64_t length;

		if (read_pointer(strings, i, &pointer))
			return STATUS_BAD_ADDRESS;
		length = read_string(strings, pointer, scratch, PAGE);
		if (length < 0)
			return (status_t)length;
		if ((uint64_t)length + 1 > end - *at)
			return STATUS_NO_SPACE;
		status = kernel_vspace_put(space, *slot, at, 8);
		if (!status)
			status = kernel_vspace_put(space, *at, scratch, (uint64_t)length + 1);
		*slot += 8;
		*at += (uint64_t)length + 1;
	}
	if (!status)
		status = kernel_vspace_put(space, *slot, &none, 8);
	*slot += 8;
	return status;
}

static status_t put_auxiliary(struct vspace *space, const struct elf_image *elf, uint64_t slot, uint64_t random,
			      uint64_t name)
{
	const uint64_t pairs[][2] = {
		{ AT_PHDR, elf->header_address }, { AT_PHENT, elf->header_size }, { AT_PHNUM, elf->header_count },
		{ AT_PAGESZ, PAGE }, { AT_BASE, 0 }, { AT_FLAGS, 0 }, { AT_ENTRY, elf->entry },
		{ AT_UID, 0 }, { AT_EUID, 0 }, { AT_GID, 0 }, { AT_EGID, 0 }, { AT_SECURE, 0 },
		{ AT_CLKTCK, 100 }, { AT_RANDOM, random }, { AT_EXECFN, name }, { AT_NULL, 0 },
	};

	_Static_assert(sizeof(pairs) == AUXILIARY * 16, "the stack has room for AUXILIARY pairs");
	return kernel_vspace_put(space, slot, pairs, sizeof(pairs));
}

/* From the top down: random bytes, path and strings, then the words that point to them. */
static status_t build_stack(struct vspace *space, const struct elf_image *elf, const struct image_request *request,
			    struct strings *argv, struct strings *envp, char *scratch, uint64_t *stack)
{
	uint64_t seed[RANDOM_BYTES / 8] = { kernel_random(), kernel_random() };
	uint64_t random = STACK_TOP - RANDOM_BYTES;
	uint64_t name = random - strlen(request->path) - 1;
	uint64_t strings = (name - argv->bytes - envp->bytes) & ~UINT64_C(15);
	uint64_t words = 1 + argv->count + 1 + envp->count + 1 + 2 * AUXILIARY;
	uint64_t slot = (strings - words * 8) & ~UINT64_C(15);
	uint64_t count = argv->count;
	status_t status = kernel_vspace_put(space, random, seed, sizeof(seed));

	*stack = slot;
	if (!status)
		status = kernel_vspace_put(space, name, request->path, strlen(request->path) + 1);
	if (!status)
		status = kernel_vspace_put(space, slot, &count, 8);
	slot += 8;
	if (!status)
		status = put_strings(space, argv, scratch, &slot, &strings, name);
	if (!status)
		status = put_strings(space, envp, scratch, &slot, &strings, name);
	return status ? status : put_auxiliary(space, elf, slot, random, name);
}

static status_t find_program(const char *path, struct cpio_entry *entry, struct elf_image *elf, const char **why)
{
	const struct elf_limits limits = IMAGE_LIMITS;
	struct cpio_archive archive;
	status_t status;

	archive.base = kernel_initrd(&archive.size);
	*why = "it is not in the initramfs, or the initramfs is broken";
	status = cpio_find(&archive, path, entry);
	if (status)
		return status;
	*why = "it is not a file";
	if ((entry->mode & CPIO_TYPE) != CPIO_FILE)
		return STATUS_BAD_FORMAT;
	return elf_read(entry->data, entry->size, &limits, elf, why);
}

static status_t fill(struct vspace *space, const struct elf_image *elf, const uint8_t *file,
		     const struct image_request *request, uint64_t *stack)
{
	struct strings argv = { request->from, request->argv, 0, 0 }, envp = { request->from, request->envp, 0, 0 };
	char *scratch = kernel_page_take();
	status_t status = scratch ? kernel_vspace_load(space, elf, file) : STATUS_NO_MEMORY;

	if (!status)
		status = kernel_vspace_reserve(space, STACK_TOP - STACK_SIZE, STACK_SIZE, VSPACE_READ | VSPACE_WRITE);
	if (!status)
		status = count_strings(&argv, scratch);
	if (!status)
		status = count_strings(&envp, scratch);
	if (!status)
		status = build_stack(space, elf, request, &argv, &envp, scratch, stack);
	if (scratch)
		kernel_page_give(scratch);
	return status;
}

/* Frames that a space needs before it runs: its own core must have them, because the kernel fills them. */
static bool is_room(const struct elf_image *elf)
{
	uint64_t pages = 0;

	for (uint32_t i = 0; i < elf->segment_count; i++)
		pages += elf->segment[i].file_size / PAGE + 2;
	return memory_service.free_frames(FRAME_PRIVATE) > pages + FRAMES_LEFT;
}

status_t image_build(const struct image_request *request, struct image *image, const char **why)
{
	struct cpio_entry entry;
	struct elf_image elf;
	status_t status = find_program(request->path, &entry, &elf, why);

	if (status)
		return status;
	*why = "there is not enough memory for it";
	if (!is_room(&elf))
		return STATUS_NO_MEMORY;
	image->space = kernel_vspace_create(elf.highest);
	if (!image->space)
		return STATUS_NO_MEMORY;
	status = fill(image->space, &elf, entry.data, request, &image->stack);
	if (status) {
		if (status != STATUS_NO_MEMORY)
			*why = "its arguments cannot be read, or are too many";
		kernel_vspace_release(image->space);
		return status;
	}
	image->executable = entry.name;
	image->entry = elf.entry;
	return STATUS_OK;
}
