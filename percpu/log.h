/* log.h - text for people: the kernel's facts and the programs' output, line by line
 * SPDX-License-Identifier: MIT
 * Each core writes into a stream of its own, which core 0 reads by far words and prints: nobody locks the
 * console. Lines of two cores never mix: an unfinished line is ended before another core's is printed.
 * Context: own core. log_write waits, serving leaves, while its stream is full.
 * I1 a stream's text and its `written` are written by its core alone, `printed` by core 0 alone */
#ifndef PERCPU_LOG_H
#define PERCPU_LOG_H

#include <stddef.h>

enum {
	LOG_CORE = 0,   /* home of the console */
	LOG_KERNEL = 0, /* a source: the kernel, or a program's process id */
};

/* One line: `[cpu3   0.011] room: fact`. */
__attribute__((format(printf, 2, 3)))
void log_line(const char *room, const char *fmt, ...);

/* Bytes as they are, from a source; a line begun by another source of this core is ended first. */
void log_write(unsigned source, const char *text, size_t length);

/* Core 0: prints what a core's stream holds. */
void log_collect(unsigned core);

/* Panic: from now on this core prints by itself, at once. */
void log_take_console(void);

/* On the boot tables, before any instance: straight to the port. */
void log_boot(const char *text);

#endif
