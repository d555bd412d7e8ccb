/* send.c - planted: waits until it succeeds
 * SPDX-License-Identifier: MIT */
void send(void)
{
	while (!try_send())
		pause();
}
