/* loop.c - planted: a loop without end
 * SPDX-License-Identifier: MIT */
void loop(void)
{
	for (;;)
		step();
}
