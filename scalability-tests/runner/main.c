/* main.c - runner run|debug|scale|check|tests|help [NAME=value ...]
 * SPDX-License-Identifier: MIT
 * Boots the machine, once for a person (run) or a debugger (debug), or many times for curves (scale). */
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "scale.h"
#include "session.h"
#include "settings.h"
#include "tests.h"

static int usage(int status)
{
	puts("usage: runner run|debug|scale|check|tests [NAME=value ...]\n"
	     "run boots once, console on the terminal; debug does so for the debugger that it is a pipe of, see make debug;\n"
	     "scale boots once per point of every curve; check refuses the settings that scale would; tests lists them.\n"
	     "settings, by name, also read from the environment:");
	settings_usage();
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "help"))
		return usage(argc < 2 ? EXIT_USAGE : 0);
	if (!strcmp(argv[1], "tests")) {
		tests_usage();
		return 0;
	}
	if (settings_read(argc - 2, argv + 2))
		return EXIT_USAGE;
	session_signals();
	if (!strcmp(argv[1], "run"))
		return run(RUN_FREE);
	if (!strcmp(argv[1], "debug"))
		return run(RUN_DEBUGGED);
	if (!strcmp(argv[1], "scale"))
		return scale();
	if (!strcmp(argv[1], "check"))
		return scale_check();
	return usage(EXIT_USAGE);
}
