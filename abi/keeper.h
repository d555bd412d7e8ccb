/* keeper.h - what the service `keeper` is told to do with its store
 * SPDX-License-Identifier: MIT */
#ifndef ABI_KEEPER_H
#define ABI_KEEPER_H

/* In word 0; words 1 and 2 are its arguments. The answer is a status, or the word. */
enum keeper {
	KEEPER_FILL,  /* address, pages */
	KEEPER_DROP,  /* address, pages */
	KEEPER_READ,  /* address -> the word there, half of it */
	KEEPER_WRITE, /* address, word */
	KEEPER_FAIL,
	KEEPER_COUNT, /* -> how often this replica has been called */
	KEEPER_GIVE,  /* address, and a word's; 3: its value: into all that is lent, while the word is so; 0: whatever it is */
	KEEPER_TEXT,  /* -> the length of the text that is lent */
	KEEPER_HERE,  /* -> its core; 1: of how many; 2: bytes of the initramfs; 3: ns since boot */
	KEEPER_LIVES, /* thread */
};

#endif
