/* servers.S - the images of services that are domains of their own
 * SPDX-License-Identifier: MIT */
	.section .rodata
	.balign 4096
#define X(name, number, callees, meaning) image_##name: .incbin #name ; image_##name##_end:
#include "abi/server.def"
#undef X

	.balign 8
	.global server_images
server_images:
#define X(name, number, callees, meaning) .quad image_##name, image_##name##_end ;
#include "abi/server.def"
#undef X
	.section .note.GNU-stack, "", @progbits
