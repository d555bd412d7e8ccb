/* point.c - what is booted for a point of the curves
 * SPDX-License-Identifier: MIT
 * Running it is point_run.c's. */
#include "point.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "settings.h"

enum { REPETITIONS = 3 };

char *point_name(const struct point *point, char separator)
{
	char *name = text_format("%s %s %s %s %u", point->system == LINUX ? "linux" : "tessera",
				 point->composition ? point->composition->name : "-", point->test->name, mode_names[point->mode],
				 point->cores);

	for (char *at = name; *at; at++)
		if (*at == ' ')
			*at = separator;
	return name;
}

const char *point_machine_name(const struct conditions *conditions, const struct point *point)
{
	const char *name = conditions->machine_given ? setting(SETTING_MACHINE) : "flat";

	if (point->mode == MODEL)
		return conditions->modelled.name;
	return strchr(name, '/') ? strrchr(name, '/') + 1 : name;
}

/* A wall-clock figure from more cores than the host has is not worth a second boot; a count is exact in one. */
unsigned int point_repetitions(const struct conditions *conditions, const struct point *point)
{
	if (point->mode == COUNT)
		return 1;
	if (conditions->repetitions)
		return conditions->repetitions;
	return point->mode == MODEL || bind_possible(point->cores) ? REPETITIONS : 1;
}

unsigned int point_boots(const struct conditions *conditions, const struct point *point)
{
	return point->mode == WALL ? point_repetitions(conditions, point) : 1;
}

static char *kernel_of(const struct conditions *conditions, const struct point *point)
{
	return point->composition ? text_format("%s/%s", conditions->build, point->composition->kernel) :
				    text_format("%s/linux/vmlinuz", conditions->build);
}

/* `/bin/bench TEST WORKERS OPERATIONS [REPETITIONS]`; only the model repeats within one boot. */
static char *program_of(const struct conditions *conditions, const struct point *point)
{
	char repetitions[16] = "";

	if (point->mode == MODEL)
		snprintf(repetitions, sizeof(repetitions), " %u", point_repetitions(conditions, point));
	return text_format("/bin/bench%s %s %u %lu%s", point->system == LINUX ? "" : " --", point->test->name,
			   conditions->workers ? conditions->workers : point->cores, point->test->operations[point->mode], repetitions);
}

/* Under the model Linux lies where it was linked to, as its list of symbols says; it keeps to its time stamp counter, as on a
 * real machine: without the word it distrusts an emulated one, and all cores read one timer instead; and it is told how far to
 * count for a jiffy: left alone each core finds out for itself while it comes up, which makes a boot of 64 ten times as long. What
 * checks timers and looks for stuck cores goes by the host's time, and has no place in modelled time. */
static const char modelled_linux[] = " nokaslr tsc=reliable no_timer_check nowatchdog lpj=10000000";

static char *append_of(const struct conditions *conditions, const struct point *point)
{
	const char *blank = setting_given(SETTING_APPEND) ? " " : "";
	char *program = program_of(conditions, point);
	char *append;

	if (point->system == LINUX)
		append = text_format("console=ttyS0 quiet panic=-1 rdinit=/bin/linux-init mitigations=off%s%s%s -- %s",
				     point->mode == MODEL ? modelled_linux : "", blank, setting(SETTING_APPEND), program);
	else
		append = text_format("%s%s%s%sinit=%s", point->composition->append, *point->composition->append ? " " : "",
				     setting(SETTING_APPEND), blank, program);
	free(program);
	return append;
}

/* The part of the machine that a point needs. */
static int machine_of(const struct conditions *conditions, const struct point *point, struct machine *machine)
{
	if (conditions->machine_given || point->mode == MODEL)
		*machine = conditions->machine;
	else
		machine_describe(machine, NULL, point->cores);
	return machine_restrict(machine, point->cores);
}

unsigned long point_memory(const struct point *point)
{
	unsigned long mib = setting_memory(point->cores);

	return setting_given(SETTING_MEM) ? mib : mib + (unsigned long)point->test->core_mib * point->cores;
}

int point_boot(const struct conditions *conditions, const struct point *point, struct point_boot *boot)
{
	*boot = (struct point_boot){ 0 };
	if (machine_of(conditions, point, &boot->machine))
		return -1;
	boot->kernel = kernel_of(conditions, point);
	boot->initrd = text_format("%s/initrd.cpio", conditions->build);
	boot->append = append_of(conditions, point);
	boot->boot = (struct boot){
		.machine = &boot->machine, .cores = point->cores, .mib = machine_memory(&boot->machine, point_memory(point)),
		.kernel = boot->kernel, .initrd = boot->initrd, .append = boot->append,
		.accelerator = point->mode == WALL ? conditions->accelerator : "tcg",
	};
	return 0;
}

void point_boot_free(struct point_boot *boot)
{
	free(boot->kernel);
	free(boot->initrd);
	free(boot->append);
}
