/* program.c - the smallest program worth breaking: code, constants, data, and zeros
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

static int calls = 1;
static char zeros[3 * 4096];

int main(int count, char **arguments)
{
	calls += zeros[sizeof(zeros) - 1];
	printf("%s: sound, %d argument(s), %d call(s)\n", arguments[0], count - 1, calls);
	return 0;
}
