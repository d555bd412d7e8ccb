/* spy.c - handles far pointers as it should
 * SPDX-License-Identifier: MIT */
const far void *far_of(unsigned core, const volatile void *variable);
int far_read32(const far int *word);
static int variable;

int spy(void)
{
	const far int *word = far_of(1, &variable);

	return far_read32(word + 1);
}
