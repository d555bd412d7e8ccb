/* paths.c - every system call with a path, for every form that a path's end can have
 * SPDX-License-Identifier: MIT
 * Usage: paths DIRECTORY. Makes and removes a directory there, with a file, an empty directory and one with a file in it, and prints for each call and path
 * what it says and, when it has done something, what is there then: the same as on Linux. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { KEEPS = 1 /* renameat2(2): RENAME_NOREPLACE */ };

/* f is a file, d an empty directory, e one with a file f; n is nothing. */
static const char *const paths[] = {
	"f", "f/", "f//", "f/.", "f/./", "f/..", "f/n", "f/n/",
	"d", "d/", "d//", "d/.", "d/./", "d/..", "d/../", "d/../f", "d/../f/", "d/n", "d/n/",
	"e", "e/", "e/.", "e/f", "e/f/", "e/f/.", "e/n", "e/n/",
	"n", "n/", "n//", "n/.", "n/..", "n/../", "n/f", "n/n/",
	".", "./", "./f", "./n/", "..", "../", "../.", "", "/", "//", "/.", "/..",
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void make(void)
{
	if (close(open("f", O_CREAT | O_WRONLY, 0600)) || mkdir("d", 0700) || mkdir("e", 0700) || close(open("e/f", O_CREAT | O_WRONLY, 0600)))
		die("make");
}

/* The names that may have come, too; each is one or the other. */
static void clean(void)
{
	static const char *const names[] = { "d/f/f", "d/e/f", "d/e", "d/d", "d/f", "d/n/f", "d/n", "e/f/f", "e/d", "e/e", "e/n/f", "e/n", "e/f", "f/f", "n/f", "f", "d", "e", "n" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (unlink(names[i]) && errno == EISDIR)
			rmdir(names[i]);
}

static char kind(const char *name)
{
	struct stat known;

	return lstat(name, &known) ? '-' : S_ISDIR(known.st_mode) ? 'd' : known.st_size ? 'F' : 'f';
}

/* What is there, and as it was again. */
static void say_tree(void)
{
	static const char *const names[] = { "f", "d", "e", "n", "f/f", "d/f", "d/n", "d/n/f", "e/f", "e/n", "n/f" };

	putchar(' ');
	for (size_t i = 0; i < COUNT(names); i++)
		putchar(kind(names[i]));
	clean();
	make();
}

static void say(const char *path, long result)
{
	int error = errno;

	printf(" %s:", *path ? path : "(empty)");
	if (result < 0)
		printf("%d", error);
	else
		say_tree();
}

static long open_it(const char *path, int flags)
{
	int file = open(path, flags, 0600);

	return file < 0 ? -1 : close(file);
}

static const struct { const char *name; int flags; } ways[] = {
	{ "open", O_RDONLY },
	{ "open to write", O_WRONLY },
	{ "open and truncate", O_WRONLY | O_TRUNC },
	{ "open a directory", O_RDONLY | O_DIRECTORY },
	{ "create", O_WRONLY | O_CREAT },
	{ "create to read", O_RDONLY | O_CREAT },
	{ "create and truncate", O_RDWR | O_CREAT | O_TRUNC },
	{ "create a directory", O_RDONLY | O_CREAT | O_DIRECTORY },
	{ "create anew", O_WRONLY | O_CREAT | O_EXCL },
};

static long make_directory(const char *path) { return mkdir(path, 0700); }
static long make_longer(const char *path) { return truncate(path, 1); }
static long is_there(const char *path) { return access(path, F_OK); }
static long remove_at(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
static long remove_directory_at(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
static long remove_file(const char *path) { return unlink(path); }
static long remove_directory(const char *path) { return rmdir(path); }

static long look_at(const char *path)
{
	struct stat known;

	return stat(path, &known);
}

static long read_link(const char *path)
{
	char target[8];

	return readlink(path, target, sizeof(target));
}

/* Where it leads to is the same for all that succeed: back to the directory. */
static long go_there(const char *path)
{
	int here = open(".", O_RDONLY | O_DIRECTORY);
	long result = chdir(path);
	int error = errno;

	if (fchdir(here))
		die("back");
	close(here);
	errno = error;
	return result;
}

static const struct { const char *name; long (*call)(const char *path); } calls[] = {
	{ "mkdir", make_directory }, { "rmdir", remove_directory }, { "unlink", remove_file }, { "unlinkat", remove_at }, { "unlinkat a directory", remove_directory_at },
	{ "truncate", make_longer }, { "access", is_there }, { "stat", look_at }, { "readlink", read_link }, { "chdir", go_there },
};

static void rename_all(unsigned flags)
{
	for (size_t from = 0; from < COUNT(paths); from++) {
		printf("rename %s %s to", flags ? "without replacing" : "over", paths[from]);
		for (size_t to = 0; to < COUNT(paths); to++)
			say(paths[to], syscall(SYS_renameat2, AT_FDCWD, paths[from], AT_FDCWD, paths[to], flags));
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	if (argc < 2 || chdir(argv[1]) || mkdir("paths-test", 0755) || chdir("paths-test"))
		return 1;
	make();
	for (size_t way = 0; way < COUNT(ways); way++) {
		printf("%s", ways[way].name);
		for (size_t i = 0; i < COUNT(paths); i++)
			say(paths[i], open_it(paths[i], ways[way].flags));
		putchar('\n');
	}
	for (size_t call = 0; call < COUNT(calls); call++) {
		printf("%s", calls[call].name);
		for (size_t i = 0; i < COUNT(paths); i++)
			say(paths[i], calls[call].call(paths[i]));
		putchar('\n');
	}
	rename_all(0);
	rename_all(KEEPS);
	clean();
	if (chdir("..") || rmdir("paths-test"))
		die("the end");
	return 0;
}
