/* call.c - planted: a retry loop over several lines
 * SPDX-License-Identifier: MIT */
void set(unsigned *word, unsigned old)
{
	do {
		old = *word;
	} while (!__atomic_compare_exchange_n(word, &old,
					      old + 1, 0,
					      __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	done();
}
