/* emit.h - broken archives to boot
 * SPDX-License-Identifier: MIT
 * Writes N archives, 0000.cpio and on, into a directory that exists. In those with an even
 * number /bin/mutant is a program with broken headers; the odd ones are broken archives around a
 * sound /bin/mutant. /bin/good is sound in the even ones, so that a guest can go on with it.
 * The file `list` has a line for each, what the parsers on the host say of /bin/mutant:
 * `0000.cpio refused SENTENCE` or `0001.cpio runs`. What runs may do anything, loops included:
 * it was only found to be loadable. */
#ifndef TESTS_FUZZ_EMIT_H
#define TESTS_FUZZ_EMIT_H

void emit(const char *directory, unsigned long count, unsigned long seed, const char *corpus);

#endif
