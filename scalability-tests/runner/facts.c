/* facts.c - machine.txt
 * SPDX-License-Identifier: MIT */
#include "facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bind.h"
#include "settings.h"

/* The value of a "key : value" line of a /proc file, or "unknown". */
static void proc_value(const char *file, const char *key, char *value, size_t size)
{
	FILE *in = fopen(file, "r");
	char line[256];

	snprintf(value, size, "unknown");
	while (in && fgets(line, sizeof(line), in)) {
		char *colon = strchr(line, ':');

		if (strncmp(line, key, strlen(key)) || !colon)
			continue;
		colon += 1 + strspn(colon + 1, " \t");
		snprintf(value, size, "%.*s", (int)strcspn(colon, "\n"), colon);
		break;
	}
	if (in)
		fclose(in);
}

/* The first line that a command prints, under a key. */
static void put_answer(FILE *out, const char *key, const char *command)
{
	FILE *in = popen(command, "r");
	char line[160] = "unknown";

	if (in && fgets(line, sizeof(line), in))
		line[strcspn(line, "\n")] = 0;
	if (in)
		pclose(in);
	fprintf(out, "%s: %s\n", key, line);
}

/* What to type to do it again: the variables that were given. */
static void put_command(FILE *out)
{
	static const enum setting settings[] = {
		SETTING_CORES, SETTING_TESTS, SETTING_SYSTEMS, SETTING_MODE, SETTING_MACHINE, SETTING_MEM,
		SETTING_APPEND, SETTING_ACCEL, SETTING_TIMEOUT, SETTING_REPETITIONS, SETTING_FULL, SETTING_COSTS, SETTING_QUANTUM,
		SETTING_JOBS, SETTING_WORKERS,
	};
	static const char *const names[] = {
#define X(name, used_by, preset, meaning) #name,
#include "settings.def"
#undef X
	};

	struct words words = { 0 };
	char *text;

	words_add(&words, "./tessera");
	words_add(&words, "scale");
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (setting_given(settings[i]))
			words_add(&words, "%s=%s", names[settings[i]], setting(settings[i]));
	text = words_join(&words);
	fprintf(out, "command: %s\n", text);
	free(text);
	words_free(&words);
}

static void put_host(FILE *out)
{
	char processor[160], memory[64];
	struct utsname name;

	proc_value("/proc/cpuinfo", "model name", processor, sizeof(processor));
	proc_value("/proc/meminfo", "MemTotal", memory, sizeof(memory));
	uname(&name);
	fprintf(out, "host: %s %s %s\n", name.sysname, name.release, name.machine);
	fprintf(out, "host processor: %s\nhost memory: %s\n", processor, memory);
	fprintf(out, "host cores: %u\nhost threads: %u\n", bind_host_cores(), bind_host_threads());
}

static void put_modelled(FILE *out, const struct modelled *modelled)
{
	if (modelled)
		fprintf(out, "modelled: %s: %s, %lu MHz; the files .machine in logs/ say at what costs\n", modelled->name,
			modelled->topology, modelled->mhz);
}

static void put_binding(FILE *out, const struct facts *facts)
{
	unsigned int most = bind_host_threads();

	if (!facts->timed)
		fputs("binding: none, nothing is timed\n", out);
	else if (facts->example->cores <= most)
		fputs("binding: each vCPU to a host core of its own\n", out);
	else
		fprintf(out, "binding: each vCPU to a host core of its own up to %u cores, none beyond: "
			"wall-clock scaling means nothing there\n", most);
}

static void put_guest(FILE *out, const struct facts *facts)
{
	char *text = emulator_command(facts->example);

	fprintf(out, "machine: %s\ncores: %s\nsystems: %s\nmodes: %s\naccelerator: %s\n", facts->machine, facts->cores,
		facts->systems, facts->modes, facts->example->accelerator);
	fprintf(out, "memory: %lu MiB at %u cores\n", facts->example->mib, facts->example->cores);
	put_modelled(out, facts->modelled);
	if (facts->workers)
		fprintf(out, "workers: %u at every number of cores\n", facts->workers);
	put_binding(out, facts);
	fprintf(out, "linux: %s\n", facts->linux_kernel ? facts->linux_kernel : "not run");
	fprintf(out, "largest boot: %s -serial stdio%s\n", text, facts->modelled ? "; a modelled one has a plugin, too: first lines of logs/" : "");
	free(text);
}

void facts_write(const char *folder, const struct facts *facts)
{
	char *path = text_format("%s/machine.txt", folder);
	FILE *out = fopen(path, "w");
	time_t now = time(NULL);
	char date[64];

	if (!out) {
		complain("cannot write %s: %s", path, strerror(errno));
		free(path);
		return;
	}
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S %z", localtime(&now));
	fprintf(out, "date: %s\n", date);
	put_answer(out, "tessera", "git describe --always --dirty 2>/dev/null");
	put_command(out);
	put_host(out);
	put_answer(out, "emulator", "qemu-system-x86_64 --version");
	put_guest(out, facts);
	fclose(out);
	free(path);
}
