/* table.c - planted: a home-made lock
 * SPDX-License-Identifier: MIT */
void table_insert(void)
{
	table_lock();
}
