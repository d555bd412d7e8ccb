/* loop.c - loops that end, or say why they do not
 * SPDX-License-Identifier: MIT */
void loop(int *list, int count)
{
	for (int i = 0; i < count; i++)
		step(list[i]);
	while (*list)
		list++;
	while (!__atomic_load_n(list, __ATOMIC_ACQUIRE)) {
		serve(); /* bounded: the other core drains at its next entry */
	}
	for (;;) /* forever: event loop */
		step(0);
}
