/* hello.c - prints its arguments: built with each libc, as PIE and not
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

int main(int argc, char **argv)
{
	printf("hello, world");
	for (int i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	putchar('\n');
	return 0;
}
