/* fake_model.c - stands in for the modelling plugin: writes what the test wants to have been measured
 * SPDX-License-Identifier: MIT
 * As libmodel.so it is preloaded and given machine=FILE and out=FILE. It copies the file that the machine's name leads to,
 * FAKE_MODEL in the environment, to `out`. Models nothing.
 * Context: in the emulator, once, when the plugin is loaded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../count/qemu_plugin.h"

PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static const char *value_of(int count, char **words, const char *key)
{
	size_t length = strlen(key);

	for (int i = 0; i < count; i++)
		if (!strncmp(words[i], key, length) && words[i][length] == '=')
			return words[i] + length + 1;
	return NULL;
}

/* The plugin's own copy is the preloaded one: both names are of one object. */
static int is_preloaded(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "libmodel.so");
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int count, char **words)
{
	const char *fake = getenv("FAKE_MODEL"), *name = value_of(count, words, "out"), *machine = value_of(count, words, "machine");
	FILE *in = fake ? fopen(fake, "r") : NULL, *described = machine ? fopen(machine, "r") : NULL;
	FILE *out = in && name ? fopen(name, "w") : NULL;
	char line[512];

	(void)id;
	(void)info;
	if (!is_preloaded() || !described || !in || !out)
		return 1;
	while (fgets(line, sizeof(line), in))
		fputs(line, out);
	fclose(in);
	fclose(described);
	return fclose(out);
}
