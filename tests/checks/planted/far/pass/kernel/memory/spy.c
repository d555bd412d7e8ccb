/* spy.c - planted: hands a far pointer to a function that follows near ones
 * SPDX-License-Identifier: MIT */
int near_sum(const int *words);

int spy(const far int *words)
{
	return near_sum(words);
}
