/* image.h - building the memory of a new program: segments, stack, arguments
 * SPDX-License-Identifier: MIT
 * Works on a space that nobody runs in yet, page by page through the kernel's own window. Own core (the new
 * space's home), never waits. */
#ifndef SERVICES_LINUX_IMAGE_H
#define SERVICES_LINUX_IMAGE_H

#include <stdint.h>

#include "abi/kernel.h"
#include "lib/elf.h"

/* Where a program may lie: below what the kernel places, with room for mappings above its heap. */
#define IMAGE_LIMITS ((struct elf_limits){                                                   \
	.lowest = 0x10000, .highest = VSPACE_PLACED - (UINT64_C(1) << 40),                    \
	.base = UINT64_C(0x0000155555554000), .memory = UINT64_C(1) << 30,                   \
})

/* Where argument strings lie while the image is built. */
enum strings_from {
	STRINGS_KERNEL, /* pointers of the kernel's */
	STRINGS_USER,   /* addresses in the thread's present memory */
};

struct image_request {
	const char *path;
	enum strings_from from;
	uint64_t argv, envp; /* NULL-terminated arrays of pointers; 0: empty */
};

struct image {
	struct vspace *space;
	const char *executable; /* its name in the initramfs */
	uint64_t entry, stack;
};

/* OK, and the image has one user; or a status, nothing kept, and a sentence. NO_SPACE: too many arguments. */
must_check status_t image_build(const struct image_request *request, struct image *image, const char **why);

#endif
