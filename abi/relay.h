/* relay.h - what the service `relay` is told to call, in words 1 and 2; word 0 is how often
 * SPDX-License-Identifier: MIT
 * The answer is how many of the calls were answered well. */
#ifndef ABI_RELAY_H
#define ABI_RELAY_H

enum relay {
	RELAY_ALL,   /* echo, with all words of a call */
	RELAY_WORDS, /* echo, with so many of them, 0 to 6, that are not 0 */
	RELAY_LEND,  /* clerk, which is lent so many bytes, 0 to RELAY_MEMORY, and keeps them */
};

enum { RELAY_MEMORY = 64 << 10 };

#endif
