/* exit_status.c - lets make end with the status of the program that ran in the guest
 * SPDX-License-Identifier: MIT
 * GNU make ends with 2 whatever failed. Loaded into make (its manual, chapter "Extending GNU make"), this adds the
 * function $(exit-as FILE): removes FILE and ends make with the number in it,
 * unless that is 0 or FILE has none.
 * Context: called by make, on its one thread, while it expands a recipe. */
#include <gnumake.h>
#include <stdio.h>
#include <stdlib.h>

int plugin_is_GPL_compatible;

static char *exit_as(const char *name, unsigned int count, char **arguments)
{
	FILE *file = fopen(arguments[0], "r");
	int status = 0;

	(void)name;
	(void)count;
	if (file && fscanf(file, "%d", &status) == 1 && status) {
		remove(arguments[0]);
		exit(status);
	}
	if (file)
		fclose(file);
	return NULL;
}

int exit_status_gmk_setup(void);

/* The name that make derives from the file's. */
int exit_status_gmk_setup(void)
{
	gmk_add_function("exit-as", exit_as, 1, 1, GMK_FUNC_DEFAULT);
	return 1;
}
