/* servers.S - the images of services that are domains of their own, of each for all classes
 * SPDX-License-Identifier: MIT */
	.section .rodata
	.balign 4096
#define IMAGE(label, file) label: .incbin #file ; label##_end: .balign 16 ;
#define X(name, number, callees, meaning) \
	IMAGE(image_##name##_0, name.0) IMAGE(image_##name##_1, name.1) IMAGE(image_##name##_2, name)
#include "abi/server.def"
#undef X

	IMAGE(image_refused, crude.refused)
	.balign 8
	.global server_images, refused_image
refused_image:
	.quad image_refused, image_refused_end
server_images:
#define X(name, number, callees, meaning) .quad image_##name##_0, image_##name##_0_end, image_##name##_1, image_##name##_1_end, image_##name##_2, image_##name##_2_end ;
#include "abi/server.def"
#undef X
	.section .note.GNU-stack, "", @progbits
