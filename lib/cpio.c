/* cpio.c - reader of "newc" cpio archives that lie in memory: the first file system
 * SPDX-License-Identifier: MIT
 * A record is a header of 110 letters, a name, padding to 4, data, padding to 4. Looking for
 * a path is one pass over all records, which notes the last record of that path and which of
 * the names before it are symbolic links; then the first of those links is put in and the
 * pass repeated. Nothing is indexed or kept: the archive is small, and opened seldom.
 * Context: any core, any context, never blocks. Uses 1.5 KiB of stack.
 * Tested by tests/unit/cpio_test.c and tests/fuzz, which also removes checks one by one */
#include "lib/cpio.h"

#include <stdbool.h>

#include "lib/string.h"

enum {
	MAGIC_SIZE  = 6,
	FIELD_SIZE  = 8,
	HEADER_SIZE = 110,
	UNIT        = 4,  /* names and data are padded to it */
	DEPTH_MAX   = 63, /* names in a path: one bit each in struct survey */
};

/* In the order of the header. */
enum field {
	FIELD_INODE, FIELD_MODE, FIELD_USER, FIELD_GROUP, FIELD_LINKS, FIELD_MODIFIED,
	FIELD_DATA_SIZE, FIELD_DEVICE_MAJOR, FIELD_DEVICE_MINOR, FIELD_SPECIAL_MAJOR,
	FIELD_SPECIAL_MINOR, FIELD_NAME_SIZE, FIELD_CHECK, FIELD_COUNT,
};

_Static_assert(MAGIC_SIZE + FIELD_SIZE * FIELD_COUNT == HEADER_SIZE, "newc header");

/* Names joined by single slashes, none of them . or .., no slash at either end. */
struct path {
	char text[CPIO_PATH_MAX + 1];
	uint32_t length;
	uint32_t depth;
};

/* What one pass over the archive says about a path. */
struct survey {
	struct cpio_entry entry; /* the last one with this path */
	bool found;
	uint64_t links; /* bit n: the path's first n names are a symbolic link */
};

/* May the path's last name be a symbolic link? */
enum last_place {
	FOLLOW_LAST,
	KEEP_LAST,
};

static uint64_t round_up(uint64_t value)
{
	return (value + UNIT - 1) & ~(uint64_t)(UNIT - 1);
}

static status_t read_field(const uint8_t *text, uint32_t *value)
{
	*value = 0;
	for (unsigned index = 0; index < FIELD_SIZE; index++) {
		uint8_t letter = text[index];
		uint8_t lower = letter | 0x20;

		if (letter >= '0' && letter <= '9')
			*value = *value << 4 | (uint32_t)(letter - '0');
		else if (lower >= 'a' && lower <= 'f')
			*value = *value << 4 | (uint32_t)(lower - 'a' + 10);
		else
			return STATUS_BAD_FORMAT;
	}
	return STATUS_OK;
}

static status_t read_fields(const uint8_t *record, uint64_t rest, uint32_t field[FIELD_COUNT])
{
	status_t status = STATUS_OK;

	if (rest < HEADER_SIZE)
		return STATUS_TRUNCATED;
	if (memcmp(record, "07070", MAGIC_SIZE - 1))
		return STATUS_BAD_FORMAT;
	if (record[MAGIC_SIZE - 1] != '1')
		return STATUS_UNSUPPORTED;
	for (unsigned index = 0; index < FIELD_COUNT && status == STATUS_OK; index++)
		status = read_field(record + MAGIC_SIZE + FIELD_SIZE * index, &field[index]);
	return status;
}

/* The name of a record: it must end where its size says, and not before. */
static status_t read_name(const uint8_t *record, uint64_t rest, uint32_t size,
			  struct cpio_entry *entry)
{
	const char *name = (const char *)record + HEADER_SIZE;

	if (size < 2 || size > CPIO_NAME_MAX + 1)
		return STATUS_BAD_FORMAT;
	if (size > rest - HEADER_SIZE)
		return STATUS_TRUNCATED;
	if (strnlen(name, size) != size - 1)
		return STATUS_BAD_FORMAT;
	entry->name = name;
	entry->name_length = size - 1;
	return STATUS_OK;
}

static bool is_trailer(const struct cpio_entry *entry)
{
	return !strcmp(entry->name, "TRAILER!!!");
}

/* The record at offset, a trailer included; *next is where the one behind it would begin. */
static status_t read_record(const struct cpio_archive *archive, uint64_t offset,
			    struct cpio_entry *entry, uint64_t *next)
{
	const uint8_t *record = archive->base + offset;
	uint64_t rest = archive->size - offset;
	uint32_t field[FIELD_COUNT];
	uint64_t start, size;
	status_t status = read_fields(record, rest, field);

	if (status == STATUS_OK)
		status = read_name(record, rest, field[FIELD_NAME_SIZE], entry);
	if (status != STATUS_OK)
		return status;
	size = field[FIELD_DATA_SIZE];
	start = round_up(HEADER_SIZE + field[FIELD_NAME_SIZE]);
	if (start > rest && is_trailer(entry))
		start = rest; /* some writers do not pad the last record */
	if (start > rest || size > rest - start)
		return STATUS_TRUNCATED;
	entry->mode = field[FIELD_MODE];
	entry->inode = field[FIELD_INODE];
	entry->user = field[FIELD_USER];
	entry->group = field[FIELD_GROUP];
	entry->hard_links = field[FIELD_LINKS];
	entry->modified = field[FIELD_MODIFIED];
	entry->device_major = field[FIELD_DEVICE_MAJOR];
	entry->device_minor = field[FIELD_DEVICE_MINOR];
	entry->special_major = field[FIELD_SPECIAL_MAJOR];
	entry->special_minor = field[FIELD_SPECIAL_MINOR];
	entry->data = record + start;
	entry->size = size;
	*next = offset + (round_up(size) > rest - start ? rest : start + round_up(size));
	return STATUS_OK;
}

/* Behind a trailer: the start of another archive, or the size when only zeros follow. */
static uint64_t skip_zeros(const struct cpio_archive *archive, uint64_t offset)
{
	while (offset < archive->size && !archive->base[offset])
		offset++;
	return offset;
}

status_t cpio_next(const struct cpio_archive *archive, uint64_t *offset, struct cpio_entry *entry)
{
	uint64_t here = *offset;
	uint64_t next;

	if (here > archive->size)
		return STATUS_BAD_ARGUMENT;
	for (;;) {
		status_t status = read_record(archive, here, entry, &next);

		if (status != STATUS_OK)
			return status;
		if (!is_trailer(entry))
			break;
		here = skip_zeros(archive, next);
		if (here == archive->size)
			return STATUS_NOT_FOUND;
	}
	*offset = next;
	return STATUS_OK;
}

/* Takes the first name off text[0, length); returns its length, 0 when none is left. */
static uint32_t first_name(const char **text, uint64_t *length, const char **name)
{
	uint32_t size = 0;

	while (*length && **text == '/') {
		++*text;
		--*length;
	}
	*name = *text;
	for (; *length && **text != '/'; ++*text, --*length)
		size++;
	return size;
}

static bool is_dots(const char *name, uint32_t length, uint32_t dots)
{
	return length == dots && !memcmp(name, "..", dots);
}

/* The length of the path's first depth names. */
static uint32_t length_at(const struct path *path, uint32_t depth)
{
	uint32_t length = 0;

	while (depth && length < path->length) {
		length++;
		if (length == path->length || path->text[length] == '/')
			depth--;
	}
	return length;
}

static void cut(struct path *path, uint32_t depth)
{
	path->length = length_at(path, depth);
	path->depth = depth;
}

/* Adds the names of text[0, length). */
static status_t append(struct path *path, const char *text, uint64_t length)
{
	const char *name;
	uint32_t size;

	while ((size = first_name(&text, &length, &name))) {
		if (is_dots(name, size, 1))
			continue;
		if (is_dots(name, size, 2)) {
			cut(path, path->depth ? path->depth - 1 : 0);
			continue;
		}
		if (path->depth == DEPTH_MAX ||
		    size + (path->depth > 0) > CPIO_PATH_MAX - path->length)
			return STATUS_NO_SPACE;
		if (path->depth++)
			path->text[path->length++] = '/';
		memcpy(path->text + path->length, name, size);
		path->length += size;
	}
	return STATUS_OK;
}

/* How many names the entry has, if the path begins with all of them; else -1. */
static int depth_on_path(const struct cpio_entry *entry, const struct path *path)
{
	const char *entry_text = entry->name, *entry_name;
	const char *path_text = path->text, *path_name;
	uint64_t entry_length = entry->name_length, path_length = path->length;
	uint32_t size;
	int depth = 0;

	while ((size = first_name(&entry_text, &entry_length, &entry_name))) {
		if (is_dots(entry_name, size, 1))
			continue;
		if (first_name(&path_text, &path_length, &path_name) != size ||
		    memcmp(entry_name, path_name, size))
			return -1;
		depth++;
	}
	return depth;
}

static status_t survey_path(const struct cpio_archive *archive, const struct path *path,
			    struct survey *survey)
{
	uint64_t offset = 0;
	struct cpio_entry entry;
	status_t status;

	survey->found = false;
	survey->links = 0;
	while ((status = cpio_next(archive, &offset, &entry)) == STATUS_OK) {
		int depth = depth_on_path(&entry, path);
		uint64_t bit = depth < 0 ? 0 : UINT64_C(1) << depth;

		survey->links &= ~bit; /* a later record replaces an earlier one */
		if ((entry.mode & CPIO_TYPE) == CPIO_LINK)
			survey->links |= bit;
		if (depth == (int)path->depth) {
			survey->found = true;
			survey->entry = entry;
		}
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Replaces the path's first depth names, which are a symbolic link, by where it leads. */
static status_t follow(const struct cpio_archive *archive, struct path *path, uint32_t depth)
{
	struct path link = *path;
	struct survey survey;
	const char *target;
	uint32_t rest = length_at(path, depth);
	status_t status;

	cut(&link, depth);
	status = survey_path(archive, &link, &survey);
	if (status != STATUS_OK)
		return status;
	target = (const char *)survey.entry.data;
	if (!survey.entry.size || survey.entry.size > CPIO_NAME_MAX ||
	    strnlen(target, survey.entry.size) != survey.entry.size)
		return STATUS_BAD_FORMAT;
	cut(&link, *target == '/' || !depth ? 0 : depth - 1);
	status = append(&link, target, survey.entry.size);
	if (status == STATUS_OK)
		status = append(&link, path->text + rest, path->length - rest);
	*path = link;
	return status;
}

static bool is_file(const struct cpio_entry *entry)
{
	return (entry->mode & CPIO_TYPE) == CPIO_FILE;
}

static bool is_same_inode(const struct cpio_entry *left, const struct cpio_entry *right)
{
	return left->inode == right->inode && left->device_major == right->device_major &&
	       left->device_minor == right->device_minor;
}

/* Of a file with several names only the last record in its archive has the data. */
static status_t take_data(const struct cpio_archive *archive, struct cpio_entry *entry)
{
	uint64_t offset = (uint64_t)((const uint8_t *)entry->name - archive->base) - HEADER_SIZE;
	struct cpio_entry other;
	status_t status;

	if (!is_file(entry) || entry->hard_links < 2 || entry->size)
		return STATUS_OK;
	while ((status = read_record(archive, offset, &other, &offset)) == STATUS_OK &&
	       !is_trailer(&other))
		if (is_file(&other) && is_same_inode(&other, entry)) {
			entry->data = other.data;
			entry->size = other.size;
		}
	return status;
}

static status_t find(const struct cpio_archive *archive, const char *text,
		     enum last_place last_place, struct cpio_entry *entry)
{
	struct path path = { .length = 0 };
	struct survey survey;
	status_t status = append(&path, text, strlen(text));

	for (unsigned links = 0; status == STATUS_OK; links++) {
		status = survey_path(archive, &path, &survey);
		if (status != STATUS_OK)
			break;
		if (last_place == KEEP_LAST)
			survey.links &= ~(UINT64_C(1) << path.depth);
		if (!survey.links)
			break;
		if (links == CPIO_LINKS_MAX)
			return STATUS_BAD_FORMAT;
		status = follow(archive, &path, (uint32_t)__builtin_ctzll(survey.links));
	}
	if (status != STATUS_OK)
		return status;
	if (!survey.found)
		return STATUS_NOT_FOUND;
	*entry = survey.entry;
	return take_data(archive, entry);
}

status_t cpio_find(const struct cpio_archive *archive, const char *path, struct cpio_entry *entry)
{
	return find(archive, path, FOLLOW_LAST, entry);
}

status_t cpio_find_link(const struct cpio_archive *archive, const char *path,
			struct cpio_entry *entry)
{
	return find(archive, path, KEEP_LAST, entry);
}
