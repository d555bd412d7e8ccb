/* survivor.c - runs programs that fault or do not load; says how each ended, and that it goes on itself
 * SPDX-License-Identifier: MIT
 * Usage: survivor PROGRAM ARGUMENT... runs "PROGRAM ARGUMENT" for each; survivor -files FILE... executes each. */
#include <stdio.h>
#include <string.h>

#include "child.h"

int main(int argc, char **argv)
{
	int files = argc > 1 && !strcmp(argv[1], "-files");
	int odd = 0;

	setvbuf(stdout, NULL, _IOLBF, 0); /* a child shares this memory for a moment: leave nothing in the buffer */
	for (int i = 2; i < argc; i++) {
		char *arguments[] = { files ? argv[i] : argv[1], files ? NULL : argv[i], NULL };
		int status = child_run(arguments[0], arguments);

		if (status < 0)
			printf("survivor: %s: not executed: %s\n", argv[i], strerror(errno));
		else
			printf("survivor: %s: status %d\n", argv[i], status);
		if (status == 0 || status == 127)
			odd++;
	}
	printf("survivor: %d tried, %d ended well, going on\n", argc - 2, odd);
	return odd != 0;
}
