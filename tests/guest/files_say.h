/* files_say.h - what the calls of tests/guest/files.c have answered, in numbered lines that are the same on Linux
 * SPDX-License-Identifier: MIT */
#ifndef GUEST_FILES_SAY_H
#define GUEST_FILES_SAY_H

/* A call's result, or its error if it is negative; and the result. */
long say(const char *what, long result);

void say_text(const char *what, const char *text);

/* A path's mode and size. */
void say_stat(const char *name);

/* The names in a directory, in order; what is in a file. */
void say_directory(const char *name);
void say_content(const char *name);

#endif
