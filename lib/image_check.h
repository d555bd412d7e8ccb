/* image_check.h - instructions that no service in ring 0 with a key of its own may contain
 * SPDX-License-Identifier: MIT
 * A protection key does not keep code in ring 0 from the processor's privileged instructions. So the bytes of such an image are looked through, and
 * it is refused for every sequence of two bytes or more that begins a privileged instruction, at any offset: also in the middle of another
 * instruction, and in what no control flow reaches. One-byte instructions (CLI, STI, HLT, IN, OUT, POPF, IRET, far RET) are found at the
 * boundaries of instructions when the image is built (tools/check-image): nearly every image has their bytes somewhere else.
 * Context: any core, any context, never blocks.
 * Tested by tests/unit/image_check_test.c */
#ifndef LIB_IMAGE_CHECK_H
#define LIB_IMAGE_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* The first such sequence's name, and where it is; NULL: there is none. */
const char *image_check(const uint8_t *bytes, size_t size, size_t *where);

#endif
