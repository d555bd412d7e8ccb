/* defences.c - see defences.h
 * SPDX-License-Identifier: MIT */
#include "kernel/arch/defences.h"

#include <stddef.h>

#include "lib/command_line.h"
#include "lib/string.h"

enum { NO_OPERATION = 0x90 };

struct site {
	uint64_t begin, end, defence;
};

extern const struct site defences_start[], defences_end[];

/* What the word on the command line is, name by name; keys and shootdown have words of their own, and are not looked for here. */
static const char *const words_of[DEFENCES] = {
#define DEFENCE(name, words, what) words,
#define UNSWITCHED(name, reason, what)
#include "abi/defence.def"
#undef DEFENCE
#undef UNSWITCHED
};

static const char word[] = "undefended=";

uint64_t defences_off __attribute__((section(".sealed")));

static bool is_meant(unsigned defence, const char *name)
{
	const char *words = words_of[defence];

	return !strncmp(words, word, sizeof(word) - 1) && !strcmp(words + sizeof(word) - 1, name);
}

static void overwrite(unsigned defence)
{
	for (const struct site *site = defences_start; site < defences_end; site++)
		if (site->defence == defence)
			memset((void *)site->begin, NO_OPERATION, site->end - site->begin);
}

void defences_open(const char *command_line)
{
	char name[32];

	defences_off = 0;
	if (!command_line_value(command_line, "undefended", name, sizeof(name)))
		return;
	for (unsigned defence = 0; defence < DEFENCES; defence++) {
		if (!is_meant(defence, name))
			continue;
		defences_off |= UINT64_C(1) << defence;
		overwrite(defence);
	}
}

const char *defences_missing(void)
{
	for (unsigned defence = 0; defence < DEFENCES; defence++)
		if (!defence_holds((enum defence)defence))
			return words_of[defence] + sizeof(word) - 1;
	return NULL;
}
