/* settings.h - the runner's variables, from settings.def
 * SPDX-License-Identifier: MIT
 * One table gives names, defaults and the usage page. Words on the command line win over the environment.
 * Context: one thread; strings live as long as the process. */
#ifndef RUNNER_SETTINGS_H
#define RUNNER_SETTINGS_H

#include "machine.h"

enum setting {
#define X(name, used_by, preset, meaning) SETTING_##name,
#include "settings.def"
#undef X
	SETTINGS,
};

/* Takes NAME=value words; complains and returns -1 about anything else. */
int settings_read(int count, char **words);

/* The value, or the default when it is unset or empty. */
const char *setting(enum setting setting);
/* Whether it was given a value that is not empty. */
int setting_given(enum setting setting);
/* Whether it is 1; what else it may be, 0 or nothing, is checked by settings_read. */
int setting_is_on(enum setting setting);
/* A number in [low, high], or -1 complained of. */
long setting_number(enum setting setting, long low, long high);

/* "tcg" or "kvm", checked; NULL complained of. */
const char *setting_accelerator(void);
/* MEM in MiB, or 256 and 16 for each core; 0 complained of. What a test needs beside it is point_memory's. */
unsigned long setting_memory(unsigned int cores);

void settings_usage(void);

#endif
