/* spy.c - planted: makes a far pointer near without a cast
 * SPDX-License-Identifier: MIT */
const far void *far_of(unsigned core, const volatile void *variable);
static int variable;

const int *spy(void)
{
	const int *near = far_of(1, &variable);

	return near;
}
