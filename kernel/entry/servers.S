/* servers.S - the images of domains: of each service alone, and with others joined to it, for all classes
 * SPDX-License-Identifier: MIT */
	.section .rodata
	.balign 4096
#define IMAGE_FILE(label, file) label: .incbin #file ; label##_end: .balign 16 ;
#define IMAGE_FILES(name) IMAGE_FILE(image_##name##_0, name.0) IMAGE_FILE(image_##name##_1, name.1) IMAGE_FILE(image_##name##_2, name)
#define IMAGE_WORDS(name) .quad image_##name##_0, image_##name##_0_end, image_##name##_1, image_##name##_1_end, image_##name##_2, image_##name##_2_end ;
#define X(name, number, callees, meaning) IMAGE_FILES(name)
#include "abi/server.def"
#undef X
#define IMAGE(name, service, joined, variant, meaning) IMAGE_FILES(name)
#include "abi/composition.def"

	IMAGE_FILE(image_refused, crude.refused)
	.balign 8
	.global server_images, refused_image
refused_image:
	.quad image_refused, image_refused_end
server_images:
#define X(name, number, callees, meaning) IMAGE_WORDS(name)
#include "abi/server.def"
#undef X
#define IMAGE(name, service, joined, variant, meaning) IMAGE_WORDS(name)
#include "abi/composition.def"
	.section .note.GNU-stack, "", @progbits
