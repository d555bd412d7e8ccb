/* table.c - planted: a retry loop made of a jump
 * SPDX-License-Identifier: MIT */
int find(void)
{
again:
	if (changed())
		goto again;
	return 0;
}
