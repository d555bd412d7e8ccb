/* files_names.c - see files_names.h
 * SPDX-License-Identifier: MIT */
#include "files_names.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files_say.h"

void use_directories(void)
{
	char here[PATH_MAX], *last;

	say("mkdir", mkdir("d", 0755));
	say("mkdir again", mkdir("d", 0755));
	say("mkdir below nothing", mkdir("none/d", 0755));
	say("mkdir below", mkdir("d/e", 0700));
	say("mkdir of itself", mkdir("d/.", 0700));
	say("a file", close(open("f", O_CREAT | O_WRONLY, 0600)));
	say("mkdir of a file", mkdir("f", 0700));
	say("mkdir of a file with a slash", mkdir("f/", 0700));
	say("mkdir of a directory with a slash", mkdir("d/", 0700));
	say("mkdir below a file", mkdir("f/d", 0700));
	say("mkdir below a file with a slash", mkdir("f/d/", 0700));
	say("mkdir of a file's dot", mkdir("f/.", 0700));
	say("unlink", unlink("f"));
	say_stat("d");
	say_stat("d/e/../e/./");
	say("create", close(open("d/e/f", O_CREAT | O_WRONLY, 0600)));
	say("rmdir with something", rmdir("d/e"));
	say("unlink a directory", unlink("d/e"));
	say("rmdir of a file", rmdir("d/e/f"));
	say("chdir", chdir("d/e"));
	last = getcwd(here, sizeof(here)) ? strstr(here, "/d/e") : NULL;
	say_text("here", last ? last : "?");
	say("getcwd with little room", getcwd(here, 2) != NULL);
	say_directory(".");
	say("up", chdir("../.."));
	say("chdir to a file", chdir("a"));
	say_directory("d");
	say("unlink", unlink("d/e/f"));
	say("unlink again", unlink("d/e/f"));
	say("rmdir", rmdir("d/e"));
	say("rmdir of here", rmdir("."));
	say("rmdir", rmdir("d/"));
	say("the root", rmdir("/"));
}

void rename_things(void)
{
	close(open("r1", O_CREAT | O_WRONLY, 0600));
	say("rename", rename("a", "r2"));
	say("it has gone", access("a", F_OK));
	say_content("r2");
	say("rename over", rename("r2", "r1"));
	say_content("r1");
	say("rename what is not there", rename("r2", "r3"));
	say("mkdir", mkdir("rd", 0755) | mkdir("rd/in", 0755) | mkdir("re", 0755));
	say("a file over a directory", rename("r1", "rd"));
	say("a directory over a file", rename("rd", "r1"));
	say("a directory into itself", rename("rd", "rd/in/x"));
	say("over one with something", rename("re", "rd"));
	say("over an empty one", rename("rd", "re"));
	say_directory("re");
	say("to itself", rename("r1", "r1"));
	say("without replacing", syscall(SYS_renameat2, AT_FDCWD, "r1", AT_FDCWD, "re", 1));
	say("down", rename("r1", "re/in/r1"));
	say_content("re/in/r1");
	say("clean", rename("re/in/r1", "a") | rmdir("re/in") | rmdir("re"));
}

/* The current directory has been removed. */
void live_nowhere(void)
{
	char here[PATH_MAX];

	mkdir("nowhere", 0755);
	chdir("nowhere");
	say("rmdir", rmdir("../nowhere"));
	say("create", open("x", O_CREAT | O_RDWR, 0600));
	say("mkdir", mkdir("x", 0755));
	say("getcwd", getcwd(here, sizeof(here)) ? 0 : -1);
	close(open(".", O_RDONLY)); /* Linux opens it; what matters is that there is an answer */
	say("up", chdir(".."));
	say("back there", access("gone", F_OK));
}

void use_odd_names(void)
{
	char longest[NAME_MAX + 2], path[PATH_MAX + 10];

	memset(longest, 'n', sizeof(longest));
	longest[NAME_MAX] = 0;
	say("the longest name", close(open(longest, O_CREAT | O_WRONLY, 0600)));
	say("it is there", access(longest, F_OK));
	say("unlink", unlink(longest));
	longest[NAME_MAX] = 'n';
	longest[NAME_MAX + 1] = 0;
	say("too long", open(longest, O_CREAT | O_WRONLY, 0600));
	memset(path, '/', sizeof(path));
	path[PATH_MAX + 5] = 0;
	say("a path too long", access(path, F_OK));
	path[PATH_MAX - 1] = 0;
	say("slashes", access(path, F_OK));
	say("odd names", close(open("\x01\xff \n", O_CREAT | O_WRONLY, 0600)));
	say("unlink", unlink("\x01\xff \n"));
	umask(077);
	say("mask", close(open("masked", O_CREAT | O_WRONLY, 0666)));
	say_stat("masked");
	say("mask before", umask(022));
	unlink("masked");
	say("all bits", mkdir("bits", 07777));
	say_stat("bits");
	say("rename ..", rename("..", "bits/up"));
	say("to .", rename("bits", "."));
	say("to /", rename("bits", "/"));
	rmdir("bits");
	say("absolute, and no directory", access("/", F_OK) | faccessat(999, "/", F_OK, 0));
	say("relative to none", faccessat(999, "x", F_OK, 0));
	say("from nowhere to nowhere", renameat(999, "/none", 998, "/nothing"));
}

void use_many_names(void)
{
	enum { MANY = 400 };
	char name[20];
	long made = 0, gone = 0;

	mkdir("many", 0755);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		made += close(open(name, O_CREAT | O_EXCL | O_WRONLY, 0600)) == 0;
	}
	say("made", made);
	say_directory("many");
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		gone += unlink(name) == 0;
	}
	say("gone", gone);
	say("rmdir", rmdir("many"));
}

/* Names that are to be new: what is there already, again and again; of as many letters as a message carries, and of more. */
void make_names_anew(void)
{
	static const char *const path[] = { "new", "new", "new", "other/", ".", "..", "absent/new", "new/below", "abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwxy",
					    "abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwxy" };

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		int file = open(path[i], O_WRONLY | O_CREAT | O_EXCL, 0600);

		say(path[i], file < 0 ? -1 : 0);
		if (file >= 0)
			close(file);
	}
	say("new goes", unlink("new"));
	say("and comes", close(open("new", O_WRONLY | O_CREAT | O_EXCL, 0600)));
	say("for good", unlink("new"));
	say("24 letters", unlink(path[8]));
	say("25 letters", unlink(path[9]));
}

/* Paths that end where memory does, that cross into the next page, and that are longer than what goes along with a call. */
void use_paths_at_edges(void)
{
	enum { PAGE = 4096, LONG = 200 };
	char *page = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = page + 2 * PAGE;

	munmap(end, PAGE);
	for (long at = 1; at <= 70; at += 23) {
		memset(page, '/', 2 * PAGE);
		memcpy(end - at - 1, "./a", at < 3 ? 0 : 3);
		end[-1] = 0;
		say("at the end of memory", access(end - at - 1, F_OK));
		end[-1] = '/';
		say("beyond it", access(end - at - 1, F_OK));
	}
	for (long at = 1; at <= 70; at += 23) {
		memset(page + PAGE - at, '/', LONG);
		page[PAGE - at] = '.';
		strcpy(page + PAGE - at + LONG, "a");
		say("across pages", access(page + PAGE - at, F_OK));
		strcpy(page + PAGE - at + LONG, "absent");
		say("nothing across pages", access(page + PAGE - at, F_OK));
	}
	say("nowhere", access(end, F_OK));
	munmap(page, 2 * PAGE);
}
