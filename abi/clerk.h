/* clerk.h - what the service `clerk` is told to do with lent memory
 * SPDX-License-Identifier: MIT */
#ifndef ABI_CLERK_H
#define ABI_CLERK_H

/* In word 0; words 1 and 2 are an offset and how many bytes. The answer is a status, or the sum. */
enum clerk {
	CLERK_KEEP,  /* copies from there */
	CLERK_SUM,   /* of the bytes there */
	CLERK_WRITE, /* byte n of what is lent becomes n modulo 251 */
	CLERK_TAKE,  /* copies from there to an address of its own, word 3 */
	CLERK_GIVE,  /* copies there from an address of its own, word 3 */
};

#endif
