/* archive.c - writer of newc cpio archives in memory, for tests
 * SPDX-License-Identifier: MIT */
#include "tests/fuzz/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpio.h"

enum { HEADER_SIZE = 110 };

static uint8_t *extend(struct archive *archive, size_t size)
{
	uint8_t *place;

	if (archive->size + size > archive->room) {
		archive->room = 2 * (archive->size + size);
		archive->data = realloc(archive->data, archive->room);
		if (!archive->data) {
			fprintf(stderr, "archive: out of memory\n");
			exit(2);
		}
	}
	place = archive->data + archive->size;
	archive->size += size;
	return place;
}

static void add_padded(struct archive *archive, const void *data, size_t size)
{
	static const uint8_t zeros[4];

	if (size)
		memcpy(extend(archive, size), data, size);
	size = -archive->size % 4;
	memcpy(extend(archive, size), zeros, size);
}

void archive_add(struct archive *archive, const struct archive_file *file)
{
	char header[HEADER_SIZE + 1];
	size_t name_size = strlen(file->name) + 1;
	/* inode, mode, user, group, links, time, size, device, special device, name, check */
	const uint32_t field[] = { file->inode, file->mode, 0, 0, file->hard_links, 1,
				   (uint32_t)file->size, 8, 1, 0, 0, (uint32_t)name_size, 0 };

	snprintf(header, sizeof(header), "070701");
	for (unsigned index = 0; index < sizeof(field) / sizeof(field[0]); index++)
		snprintf(header + 6 + 8 * index, 9, "%08x", field[index]);
	memcpy(extend(archive, HEADER_SIZE), header, HEADER_SIZE);
	add_padded(archive, file->name, name_size);
	add_padded(archive, file->data, file->size);
}

void archive_add_text(struct archive *archive, const char *name, const char *text)
{
	archive_add(archive, &(struct archive_file){ name, CPIO_FILE | 0755, 1, 1, text,
						     strlen(text) });
}

void archive_add_link(struct archive *archive, const char *name, const char *target)
{
	archive_add(archive, &(struct archive_file){ name, CPIO_LINK | 0777, 2, 1, target,
						     strlen(target) });
}

void archive_end(struct archive *archive)
{
	archive_add(archive, &(struct archive_file){ .name = "TRAILER!!!", .hard_links = 1 });
}

void archive_free(struct archive *archive)
{
	free(archive->data);
	*archive = (struct archive){ 0 };
}
