/* tessera.c - planted: a writable section that all cores share
 * SPDX-License-Identifier: MIT */
int shared = 1;

void boot_entry(void)
{
	shared++;
}
