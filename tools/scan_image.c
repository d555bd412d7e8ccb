/* scan_image.c - what the kernel looks for in a service's image before it runs in ring 0, when the image is built (lib/image_check.h)
 * SPDX-License-Identifier: MIT
 * It decides nothing: by its answer the build tries the next layout (services/build.mk), since distances in the code change with it; and an image that has none is linked all
 * the same, and the kernel refuses it and says why. What is privileged with one byte is not its question: that needs a disassembly, once (tools/check-image).
 * Usage: scan-image ELF. Exit status: 0; 1 and a sentence: the kernel would refuse it, or it cannot be read. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/image_check.h"

static int scan(const uint8_t *file, size_t size)
{
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)file;
	const Elf64_Phdr *segment = (const Elf64_Phdr *)(file + head->e_phoff);

	if (size < sizeof(*head) || head->e_phoff > size || size - head->e_phoff < head->e_phnum * sizeof(*segment))
		return puts("it is no program"), 1;
	for (unsigned i = 0; i < head->e_phnum; i++) {
		const char *found;
		size_t where;

		if (segment[i].p_type != PT_LOAD || !(segment[i].p_flags & PF_X))
			continue;
		if (segment[i].p_offset > size || segment[i].p_filesz > size - segment[i].p_offset)
			return puts("it is cut off"), 1;
		found = image_check(file + segment[i].p_offset, segment[i].p_filesz, &where);
		if (found)
			return printf("it has %s at 0x%lx\n", found, segment[i].p_vaddr + where), 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	enum { MOST = 64 << 20 };
	uint8_t *file = malloc(MOST);
	FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;

	if (!in || !file)
		return fprintf(stderr, "usage: scan-image ELF\n"), 1;
	return scan(file, fread(file, 1, MOST, in));
}
