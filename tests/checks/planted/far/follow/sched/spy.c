/* spy.c - planted: follows a far pointer
 * SPDX-License-Identifier: MIT */
const far void *far_of(unsigned core, const volatile void *variable);

int spy(const far int *word)
{
	return *word;
}
