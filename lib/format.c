/* format.c - text from values: a small, bounded printf
 * SPDX-License-Identifier: MIT
 * One pass over fmt; each conversion is read into a struct conversion, turned into at most
 * 20 digits in a local array, and put out with its padding.
 * Context: any core, any context, never blocks.
 * Tested by tests/unit/format_test.c */
#include "lib/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "lib/string.h"

enum {
	DIGITS_MAX = 20,      /* of 2^64 - 1 in decimal */
	WIDTH_MAX  = 1 << 16, /* wider is a mistake, not a layout */
};

struct sink {
	char *out;
	size_t room; /* the terminator's place excluded */
	size_t length;
};

struct conversion {
	bool left;
	bool zeros;
	size_t width;
	size_t precision; /* SIZE_MAX: none */
	bool is_long;     /* l, ll and z are all 64 bits here */
	char kind;
};

/* va_list is an array type on x86-64: in a struct it can be handed on by address. */
struct values {
	va_list list;
};

static void put(struct sink *sink, char letter)
{
	if (sink->length < sink->room)
		sink->out[sink->length++] = letter;
}

static void put_text(struct sink *sink, const char *text, size_t length)
{
	for (size_t index = 0; index < length && sink->length < sink->room; index++)
		put(sink, text[index]);
}

static void put_times(struct sink *sink, char letter, size_t times)
{
	for (; times && sink->length < sink->room; times--)
		put(sink, letter);
}

/* prefix is a sign or 0x: zeros go behind it, blanks before it. */
static void put_padded(struct sink *sink, const struct conversion *conversion, const char *prefix,
		       const char *text, size_t length)
{
	size_t whole = strlen(prefix) + length;
	size_t padding = conversion->width > whole ? conversion->width - whole : 0;

	if (!conversion->left && !conversion->zeros)
		put_times(sink, ' ', padding);
	put_text(sink, prefix, strlen(prefix));
	if (!conversion->left && conversion->zeros)
		put_times(sink, '0', padding);
	put_text(sink, text, length);
	if (conversion->left)
		put_times(sink, ' ', padding);
}

static void put_number(struct sink *sink, const struct conversion *conversion, const char *prefix,
		       uint64_t number, unsigned base)
{
	const char *digits = conversion->kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[DIGITS_MAX];
	size_t start = DIGITS_MAX;

	do {
		text[--start] = digits[number % base];
		number /= base;
	} while (number);
	put_padded(sink, conversion, prefix, text + start, DIGITS_MAX - start);
}

static void put_string(struct sink *sink, struct conversion *conversion, const char *text)
{
	if (!text)
		text = "(null)";
	conversion->zeros = false;
	put_padded(sink, conversion, "", text, strnlen(text, conversion->precision));
}

/* A number in fmt, or the next value for *. */
static size_t read_number(const char **fmt, struct values *values)
{
	size_t number = 0;

	if (**fmt == '*') {
		int value = va_arg(values->list, int);

		++*fmt;
		return value > 0 ? (size_t)value : 0;
	}
	for (; **fmt >= '0' && **fmt <= '9'; ++*fmt)
		if (number < WIDTH_MAX)
			number = 10 * number + (size_t)(**fmt - '0');
	return number;
}

/* fmt stands behind the % and then behind the conversion's letter. */
static struct conversion read_conversion(const char **fmt, struct values *values)
{
	struct conversion conversion = { .precision = SIZE_MAX };

	for (; **fmt == '-' || **fmt == '0'; ++*fmt) {
		conversion.left |= **fmt == '-';
		conversion.zeros |= **fmt == '0';
	}
	conversion.width = read_number(fmt, values);
	if (**fmt == '.') {
		++*fmt;
		conversion.precision = read_number(fmt, values);
	}
	for (; **fmt == 'l' || **fmt == 'z'; ++*fmt)
		conversion.is_long = true;
	conversion.kind = **fmt;
	if (**fmt)
		++*fmt;
	return conversion;
}

static uint64_t unsigned_value(const struct conversion *conversion, struct values *values)
{
	if (conversion->is_long)
		return va_arg(values->list, uint64_t);
	return va_arg(values->list, unsigned);
}

static void put_signed(struct sink *sink, const struct conversion *conversion,
		       struct values *values)
{
	int64_t value = conversion->is_long ? va_arg(values->list, int64_t)
					    : va_arg(values->list, int);

	if (value < 0)
		put_number(sink, conversion, "-", -(uint64_t)value, 10);
	else
		put_number(sink, conversion, "", (uint64_t)value, 10);
}

/* False: the conversion is not known, and has taken no value. */
static bool put_conversion(struct sink *sink, struct conversion *conversion,
			   struct values *values)
{
	char letter;

	switch (conversion->kind) {
	case '%':
		put(sink, '%');
		return true;
	case 'c':
		letter = (char)va_arg(values->list, int);
		conversion->zeros = false;
		put_padded(sink, conversion, "", &letter, 1);
		return true;
	case 's':
		put_string(sink, conversion, va_arg(values->list, const char *));
		return true;
	case 'd':
	case 'i':
		put_signed(sink, conversion, values);
		return true;
	case 'u':
		put_number(sink, conversion, "", unsigned_value(conversion, values), 10);
		return true;
	case 'x':
	case 'X':
		put_number(sink, conversion, "", unsigned_value(conversion, values), 16);
		return true;
	case 'p':
		put_number(sink, conversion, "0x", (uintptr_t)va_arg(values->list, void *), 16);
		return true;
	default:
		return false;
	}
}

size_t format_list(char *out, size_t size, const char *fmt, va_list list)
{
	struct sink sink = { .out = out, .room = size ? size - 1 : 0 };
	struct values values;

	va_copy(values.list, list);
	while (*fmt) {
		const char *start = fmt;
		struct conversion conversion;

		if (*fmt++ != '%') {
			put(&sink, *start);
			continue;
		}
		conversion = read_conversion(&fmt, &values);
		if (!put_conversion(&sink, &conversion, &values))
			put_text(&sink, start, (size_t)(fmt - start));
	}
	va_end(values.list);
	if (size)
		out[sink.length] = '\0';
	return sink.length;
}

size_t format(char *out, size_t size, const char *fmt, ...)
{
	va_list list;
	size_t length;

	va_start(list, fmt);
	length = format_list(out, size, fmt, list);
	va_end(list);
	return length;
}
