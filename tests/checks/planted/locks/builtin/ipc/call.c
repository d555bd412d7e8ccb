/* call.c - planted: a lock made of a builtin
 * SPDX-License-Identifier: MIT */
void enter(char *word)
{
	while (__atomic_test_and_set(word, __ATOMIC_ACQUIRE))
		;
}
