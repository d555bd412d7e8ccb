/* archive.h - writer of newc cpio archives in memory, for tests
 * SPDX-License-Identifier: MIT
 * Writes what it is told, sense or not: names, modes and link counts are the test's business.
 * Ends the program when memory runs out. */
#ifndef TESTS_FUZZ_ARCHIVE_H
#define TESTS_FUZZ_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

struct archive {
	uint8_t *data; /* owned; freed by archive_free */
	size_t size;
	size_t room;
};

struct archive_file {
	const char *name;
	uint32_t mode;
	uint32_t inode;
	uint32_t hard_links;
	const void *data;
	size_t size;
};

void archive_add(struct archive *archive, const struct archive_file *file);
/* Text files and symbolic links in one line each. */
void archive_add_text(struct archive *archive, const char *name, const char *text);
void archive_add_link(struct archive *archive, const char *name, const char *target);
void archive_end(struct archive *archive);
void archive_free(struct archive *archive);

#endif
