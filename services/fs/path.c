/* path.c - see path.h
 * SPDX-License-Identifier: MIT */
#include "services/fs/path.h"

#include "lib/string.h"
#include "services/fs/inode.h"
#include "services/fs/replica.h"
#include "services/fs/word.h"

static bool is_dots(const char *name, uint32_t length, uint32_t dots)
{
	return length == dots && name[0] == '.' && name[length - 1] == '.';
}

static status_t check_directory(uint64_t id)
{
	const struct inode *inode = inode_at(id);

	return !inode ? STATUS_NOT_FOUND : inode_is_directory(inode) ? STATUS_OK : STATUS_NOT_DIRECTORY;
}

static status_t go_up(struct place *place)
{
	const struct inode *inode = inode_at(place->directory);
	uint64_t parent = inode ? word_get(&inode->parent) : 0;

	place->meaning = (struct meaning){ parent, 0 };
	return parent ? STATUS_OK : STATUS_NOT_FOUND;
}

static status_t step(uint64_t directory, const char *name, uint32_t length, enum path_last last, struct place *place)
{
	status_t status = check_directory(directory);

	place->directory = directory;
	place->length = 0;
	if (status != STATUS_OK)
		return status;
	place->end = is_dots(name, length, 1) ? END_IS_DOT : is_dots(name, length, 2) ? END_IS_DOTS : END_IS_NAME;
	if (place->end == END_IS_DOT) {
		place->meaning = (struct meaning){ directory, 0 };
		return STATUS_OK;
	}
	if (place->end == END_IS_DOTS)
		return go_up(place);
	if (length > FS_NAME_MOST)
		return STATUS_NAME_TOO_LONG;
	memcpy(place->name, name, length);
	place->length = length;
	status = last == LAST_IS_LEFT ? STATUS_NOT_FOUND : entry_look_up(directory, name, length, &place->meaning);
	if (status == STATUS_NOT_FOUND)
		place->meaning = (struct meaning){ 0, 0 };
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

status_t path_step(uint64_t directory, const char *name, uint32_t length, struct place *place)
{
	return step(directory, name, length, LAST_IS_LOOKED_UP, place);
}

static status_t walk(uint64_t directory, const char *path, enum path_last last, struct place *place)
{
	status_t status = check_directory(directory);

	place->directory = directory;
	place->length = 0;
	place->slash = false;
	place->end = END_IS_ROOT; /* if there is nothing but slashes */
	place->meaning = (struct meaning){ directory, 0 };
	while (*path && status == STATUS_OK) {
		uint32_t length = 0;

		for (; *path == '/'; path++)
			place->slash = true;
		while (path[length] && path[length] != '/')
			length++;
		if (!length)
			break;
		if (!place->meaning.inode)
			return STATUS_NOT_FOUND;
		place->slash = false;
		status = step(place->meaning.inode, path, length, path[length] ? LAST_IS_LOOKED_UP : last, place);
		path += length;
	}
	return status;
}

status_t path_resolve(uint64_t directory, uint64_t range, enum path_last last, struct place *place)
{
	unsigned slot = 0;
	status_t status;
	int64_t length;

	while (slot < PATHS && self.paths >> slot & 1)
		slot++;
	if (slot == PATHS)
		return STATUS_BUSY;
	self.paths |= 1 << slot;
	length = ipc_copy_text(self.path[slot], range, PATH_ROOM);
	if (length < 0)
		status = length == STATUS_NO_SPACE ? STATUS_NAME_TOO_LONG : (status_t)length;
	else if (!length)
		status = STATUS_NOT_FOUND;
	else
		status = walk(self.path[slot][0] == '/' ? FS_ROOT : directory, self.path[slot], last, place);
	self.paths &= ~(1 << slot);
	return status;
}

status_t path_check_slash(const struct place *place)
{
	return place->slash && place->meaning.inode ? check_directory(place->meaning.inode) : STATUS_OK;
}
