/* tessera.c - an instance and nothing else to write to
 * SPDX-License-Identifier: MIT */
__attribute__((section(".instance"))) int private = 1;

void boot_entry(void)
{
	private++;
}
