/* log.c - see log.h
 * SPDX-License-Identifier: MIT */
#include "percpu/log.h"

#include <stdbool.h>

#include "kernel/arch/cpu.h"
#include "kernel/arch/serial.h"
#include "lib/format.h"
#include "lib/string.h"
#include "percpu/clock.h"
#include "percpu/far.h"
#include "percpu/inbox.h"
#include "percpu/instance.h"

enum {
	STREAM_SIZE = 4096,
	LINE_SIZE = 256,
	NOBODY = -1,
};

/* This core's stream. */
static uint64_t written;
static char text[STREAM_SIZE];
static unsigned last_source;
static bool line_begun;

/* Core 0's side. */
static uint64_t printed[CORES_MAX];
static int open_line = NOBODY; /* the core whose line is not yet ended on the console */

static bool console_is_mine;

static void print(unsigned core, const char *letters, size_t length)
{
	if (open_line != NOBODY && open_line != (int)core)
		serial_write(SERIAL_CONSOLE, "\n", 1);
	serial_write(SERIAL_CONSOLE, letters, length);
	open_line = letters[length - 1] == '\n' ? NOBODY : (int)core;
}

void log_collect(unsigned core)
{
	const far char *stream = far_of(core, text);
	uint64_t end = far_read64(far_of(core, &written));

	while (printed[core] < end) {
		char piece[LINE_SIZE];
		size_t at = printed[core] % STREAM_SIZE;
		size_t length = end - printed[core];

		if (length > sizeof(piece))
			length = sizeof(piece);
		if (length > STREAM_SIZE - at)
			length = STREAM_SIZE - at;
		far_copy(piece, stream + at, length);
		print(core, piece, length);
		__atomic_store_n(&printed[core], printed[core] + length, __ATOMIC_RELEASE);
	}
}

static void wait_for_room(void)
{
	const far uint64_t *seen = far_of(LOG_CORE, &printed[this_core()]);

	while (written - far_read64(seen) == STREAM_SIZE) {
		inbox_nudge(LOG_CORE); /* bounded: core 0 prints at its next entry */
		inbox_serve_leaves();
		cpu_pause();
	}
}

static void stream_put(const char *letters, size_t length)
{
	while (length) {
		size_t at = written % STREAM_SIZE;
		size_t piece = STREAM_SIZE - at < length ? STREAM_SIZE - at : length;
		uint64_t room;

		wait_for_room();
		room = STREAM_SIZE - (written - far_read64(far_of(LOG_CORE, &printed[this_core()])));
		if (piece > room)
			piece = room;
		memcpy(text + at, letters, piece);
		__atomic_store_n(&written, written + piece, __ATOMIC_RELEASE);
		letters += piece;
		length -= piece;
	}
	inbox_nudge(LOG_CORE);
}

void log_write(unsigned source, const char *letters, size_t length)
{
	bool foreign = line_begun && source != last_source;

	if (!length)
		return;
	last_source = source;
	line_begun = letters[length - 1] != '\n';
	if (this_core() == LOG_CORE || console_is_mine) {
		if (foreign)
			print(this_core(), "\n", 1);
		print(this_core(), letters, length);
		return;
	}
	if (foreign)
		stream_put("\n", 1);
	stream_put(letters, length);
}

void log_line(const char *room, const char *fmt, ...)
{
	char line[LINE_SIZE];
	uint64_t milliseconds = clock_now() / 1000000;
	size_t length = format(line, sizeof(line), "[cpu%-3u %4lu.%03lu] %s: ", this_core(),
			       milliseconds / 1000, milliseconds % 1000, room);
	va_list values;

	va_start(values, fmt);
	length += format_list(line + length, sizeof(line) - length - 1, fmt, values);
	va_end(values);
	line[length++] = '\n';
	log_write(LOG_KERNEL, line, length);
}

void log_take_console(void)
{
	console_is_mine = true;
}

void log_boot(const char *letters)
{
	serial_write(SERIAL_CONSOLE, letters, strlen(letters));
}
