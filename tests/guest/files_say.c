/* files_say.c - see files_say.h
 * SPDX-License-Identifier: MIT */
#include "files_say.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int next;

long say(const char *what, long result)
{
	if (result < 0)
		printf("%3d %s: error %d\n", next++, what, errno);
	else
		printf("%3d %s: %ld\n", next++, what, result);
	return result;
}

void say_text(const char *what, const char *text)
{
	printf("%3d %s: %s\n", next++, what, text);
}

void say_stat(const char *name)
{
	struct stat stat;

	if (say(name, lstat(name, &stat)) == 0)
		printf("    mode %o, %s %ld, device %d\n", (unsigned)stat.st_mode, S_ISDIR(stat.st_mode) ? "directory" : "size",
		       S_ISDIR(stat.st_mode) ? 0 : (long)stat.st_size, stat.st_dev != 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

void say_directory(const char *name)
{
	enum { MOST = 1000 };
	static char names[MOST][NAME_MAX + 1];
	DIR *directory = opendir(name);
	struct dirent *entry;
	int count = 0;

	if (!directory) {
		say(name, -1);
		return;
	}
	while (count < MOST && (entry = readdir(directory)))
		strcpy(names[count++], entry->d_name);
	closedir(directory);
	qsort(names, (size_t)count, sizeof(names[0]), by_name);
	printf("%3d %s has %d:", next++, name, count);
	for (int i = 0; i < count && i < 20; i++)
		printf(" %s", names[i]);
	printf("\n");
}

void say_content(const char *name)
{
	char text[200];
	int file = open(name, O_RDONLY);
	long size = read(file, text, sizeof(text) - 1);

	text[size > 0 ? size : 0] = 0;
	say_text(name, text);
	close(file);
}
