/* format.h - text from values: a small, bounded printf
 * SPDX-License-Identifier: MIT
 * For log lines, reports and /proc files. Understands %% %c %s %d %i %u %x %X %p, the lengths
 * l ll z, a width (a number or *), the flags 0 and -, and for %s a precision (.N or .*).
 * No floating point, no %n: an unknown conversion is copied out as it stands, so that the
 * mistake shows in the text. %s of NULL prints (null); a negative * counts as 0.
 * Context: any core, any context, never blocks, no allocation.
 * I1 out is terminated whenever size > 0; nothing is written past out[size - 1]
 * Tested by tests/unit/format_test.c */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Both return the letters written, terminator excluded: what did not fit is cut off, so
 * out + result is where the next piece goes. */
__attribute__((format(printf, 3, 4)))
size_t format(char *out, size_t size, const char *fmt, ...);

__attribute__((format(printf, 3, 0)))
size_t format_list(char *out, size_t size, const char *fmt, va_list values);

#endif
