/* fickle.h - what the service `fickle` is told to do
 * SPDX-License-Identifier: MIT */
#ifndef ABI_FICKLE_H
#define ABI_FICKLE_H

/* In word 0; word 1 is an address, or a number. */
enum fickle {
	FICKLE_NOTHING,
	FICKLE_READ,
	FICKLE_WRITE,
	FICKLE_JUMP,
	FICKLE_RECURSE, /* so deep */
	FICKLE_LOOP,    /* for ever */
	FICKLE_CALL,    /* a call of the gate by that number */
};

#endif
