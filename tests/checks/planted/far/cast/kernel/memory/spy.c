/* spy.c - planted: casts a far pointer to a near one
 * SPDX-License-Identifier: MIT */
const far void *far_of(unsigned core, const volatile void *variable);
static int variable;

int spy(void)
{
	return *(const int *)far_of(1, &variable);
}
