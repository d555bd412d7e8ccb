/* spawn_bomb.c - every process starts two, DEPTH deep; some may be refused, all must end
 * SPDX-License-Identifier: MIT
 * Usage: spawn-bomb DEPTH, then once more, to see that nothing is lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"

enum { CHILDREN = 2, REFUSED = 9 };

/* 0: all below were started; REFUSED: some were not, and said so. Anything else is an error. */
static int spread(int depth)
{
	char deeper[12];
	char *arguments[] = { "/bin/spawn-bomb", "-below", deeper, NULL };
	int started = 0, result = 0, status;

	if (depth == 0)
		return 0;
	snprintf(deeper, sizeof(deeper), "%d", depth - 1);
	while (started < CHILDREN) {
		if (child_start(arguments[0], arguments) < 0) {
			result = REFUSED;
			break;
		}
		started++;
	}
	for (; started; started--) {
		if (wait(&status) < 0)
			return 1;
		if (WIFSIGNALED(status) || WEXITSTATUS(status) == REFUSED)
			result = REFUSED; /* out of memory may end it, too */
		else if (WEXITSTATUS(status))
			return WEXITSTATUS(status);
	}
	return result;
}

int main(int argc, char **argv)
{
	int below = argc > 2 && !strcmp(argv[1], "-below");
	int depth = atoi(argv[argc - 1]);

	if (below)
		return spread(depth);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int round = 0; round < 2; round++) {
		int result = spread(depth);

		if (result && result != REFUSED) {
			printf("spawn-bomb: round %d: %d\n", round, result);
			return 1;
		}
		printf("spawn-bomb: round %d: %s\n", round, result ? "some were refused" : "all started and ended");
	}
	printf("spawn-bomb: going on\n");
	return 0;
}
