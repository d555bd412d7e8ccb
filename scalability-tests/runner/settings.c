/* settings.c - the runner's variables
 * SPDX-License-Identifier: MIT */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASE_MIB = 256, CORE_MIB = 16, LEAST_MIB = 16, MOST_MIB = 1 << 20 };

static const struct {
	const char *name, *used_by, *preset, *meaning;
} table[SETTINGS] = {
#define X(name, used_by, preset, meaning) { #name, used_by, preset, meaning },
#include "settings.def"
#undef X
};

int settings_read(int count, char **words)
{
	for (int i = 0; i < count; i++) {
		size_t length = strcspn(words[i], "=");
		int found = 0;

		for (int s = 0; s < SETTINGS && words[i][length]; s++) {
			if (strlen(table[s].name) != length || strncmp(table[s].name, words[i], length))
				continue;
			found = 1;
			setenv(table[s].name, words[i] + length + 1, 1);
		}
		if (!found)
			return complain("'%s' is not a setting; `runner help` lists them", words[i]);
	}
	if (setting_given(SETTING_FULL) && setting_number(SETTING_FULL, 0, 1) < 0)
		return -1;
	return 0;
}

int setting_given(enum setting setting)
{
	const char *value = getenv(table[setting].name);

	return value && *value;
}

int setting_is_on(enum setting which)
{
	return !strcmp(setting(which), "1");
}

const char *setting(enum setting setting)
{
	return setting_given(setting) ? getenv(table[setting].name) : table[setting].preset;
}

long setting_number(enum setting which, long low, long high)
{
	long number = text_number(setting(which), low, high);

	if (number < 0)
		complain("%s='%s' is not a number from %ld to %ld", table[which].name, setting(which), low, high);
	return number;
}

const char *setting_accelerator(void)
{
	const char *accelerator = setting(SETTING_ACCEL);

	if (strcmp(accelerator, "tcg") && strcmp(accelerator, "kvm")) {
		complain("ACCEL='%s' is neither tcg nor kvm", accelerator);
		return NULL;
	}
	if (!strcmp(accelerator, "kvm") && access("/dev/kvm", R_OK | W_OK)) {
		complain("ACCEL=kvm needs /dev/kvm, readable and writable for you; leave ACCEL out to emulate");
		return NULL;
	}
	return accelerator;
}

unsigned long setting_memory(unsigned int cores)
{
	long mib = BASE_MIB + CORE_MIB * (long)cores;

	if (setting_given(SETTING_MEM))
		mib = setting_number(SETTING_MEM, LEAST_MIB, MOST_MIB);
	return mib < 0 ? 0 : (unsigned long)mib;
}

void settings_usage(void)
{
	for (int i = 0; i < SETTINGS; i++)
		printf("  %-11s (%s) %s%s%s%s\n", table[i].name, table[i].used_by, table[i].meaning,
		       *table[i].preset ? " [" : "", table[i].preset, *table[i].preset ? "]" : "");
}
